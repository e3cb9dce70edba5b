"""An export that is too large for one workbook becomes several by itself, and they are one plan again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from cli_session import APPROVED, POOL_LINE, SET_AMOUNT, SET_STAGE, CliSession

from reconcile.workbook.copy.cell_editor import Keystroke

pytestmark = pytest.mark.full_month


@pytest.fixture
def small(cli: CliSession) -> CliSession:
    """A cli whose workbooks hold few rows."""
    return holding_at_most(cli, 300)


def holding_at_most(cli: CliSession, rows: int) -> CliSession:
    cli.settings(
        f"[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n[workbook]\nrows_per_workbook = {rows}\n"
    )
    return cli


def index(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def holding(folder: Path, cli: CliSession, *keystrokes: Keystroke) -> Path:
    """Types into whichever workbook of the folder has the row."""
    for path in sorted(folder.glob("*.xlsx")):
        try:
            return cli.edit(path, *keystrokes, name=f"edited-{path.name}")
        except KeyError:
            continue
    raise AssertionError(keystrokes)


def test_too_many_rows_become_several_workbooks_with_an_index(small: CliSession) -> None:
    code, out, err = small.run("export", "-o", small.folder / "march.xlsx")
    rows = index(small.folder / "march")
    lines = [
        key for key, one in small.state().items() if key.startswith("cln_") and one["status"] != "VOIDED"
    ]

    assert code == 0, err
    assert "at most 300 rows" in err
    assert "Give them to diff and apply together" in err
    assert f"{small.folder / 'march'}: " in out
    assert len(rows) > 2
    assert [row["file"] for row in rows] == [
        f"march-{n}-of-{len(rows)}.xlsx" for n in range(1, len(rows) + 1)
    ]
    assert sum(int(row["lines"]) for row in rows) == len(lines)
    assert all(int(row["lines"]) <= 300 for row in rows)
    assert not (small.folder / "march.xlsx").exists()


def test_untouched_they_are_an_empty_plan_in_any_company(small: CliSession) -> None:
    small.run("export", "-o", small.folder / "march.xlsx")
    files = sorted((small.folder / "march").glob("*.xlsx"))

    for some in ([files[0]], [files[-1]], files):
        plan = small.plan(*some)
        assert [] == plan["operations"] == plan["drifts"] == plan["findings"] == plan["missing"]


def test_edits_in_two_of_them_are_applied_as_one(small: CliSession) -> None:
    small.run("export", "-o", small.folder / "march.xlsx")
    one = holding(small.folder / "march", small, SET_STAGE, SET_AMOUNT)
    other = holding(small.folder / "march", small, Keystroke("Lines", POOL_LINE, "Amount", 77))
    code, out, err = small.run("apply", *{one, other}, "--yes")

    assert code == 0, out + err
    assert small.state()[APPROVED]["stage"] == "PENDING_PAYMENT"
    assert small.state()[POOL_LINE]["amount"] == "77.00"


def test_a_part_of_a_set_that_is_too_large_is_cut_too_and_keeps_its_recipient(small: CliSession) -> None:
    holding_at_most(small, 60)
    people = small.folder / "people.csv"
    people.write_text("part,recipient\nApproved,Ana\n", encoding="utf-8")
    folder = small.folder / "march"
    code, out, err = small.run("export", "--split-by", "stage", "--recipients", people, "-o", folder)
    mine = [row["file"] for row in index(folder) if row["recipient"] == "Ana"]

    assert code == 0, out + err
    assert len(mine) > 1
    assert all(name.startswith("Approved-") for name in mine)


def test_a_folder_that_is_in_the_way_is_left_alone(small: CliSession) -> None:
    folder = small.folder / "march"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = small.run("export", "-o", small.folder / "march.xlsx")

    assert code == 2
    assert "name a folder that is new or empty" in err
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_month_that_fits_is_one_workbook(small: CliSession) -> None:
    code, _, err = small.run("export", "--partner", "Acme Partners", "-o", small.folder / "acme.xlsx")

    assert code == 0, err
    assert (small.folder / "acme.xlsx").is_file()
    assert "several" not in err
