"""`export --split-by`: a set of workbooks, all or none, and who returned which."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from cli_session import APPROVED, POOL_LINE, SET_AMOUNT, SET_STAGE, CliSession

from reconcile.workbook.copy.cell_editor import Keystroke


def split_by(cli: CliSession, by: str, *arguments: str | Path) -> Path:
    folder = cli.folder / "march"
    code, out, err = cli.run("export", "--split-by", by, *arguments, "-o", folder)
    assert code == 0, out + err
    return folder


def index(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def returns(plan: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {one["handout"]["recipient"]: (one["file"], bool(one["earlier"])) for one in plan["returns"]}


@pytest.mark.parametrize("by", ["partner", "batch", "stage"])
def test_the_set_holds_everything_once_and_an_index_of_it(cli: CliSession, by: str) -> None:
    rows = index(split_by(cli, by))
    state = cli.state()
    lines = [key for key, one in state.items() if key.startswith("cln_") and one["status"] != "VOIDED"]

    assert {path.name for path in (cli.folder / "march").iterdir()} == {
        *(row["file"] for row in rows),
        "index.csv",
    }
    assert len({row["workbook id"] for row in rows}) == len(rows)
    assert sum(int(row["payouts"]) for row in rows) == sum(key.startswith("pay_") for key in state)
    assert sum(int(row["lines"]) for row in rows) == len(lines)


@pytest.mark.parametrize("by", ["batch", "stage"])
def test_a_set_that_nobody_edited_gives_an_empty_plan_in_any_company(cli: CliSession, by: str) -> None:
    files = sorted(split_by(cli, by).glob("*.xlsx"))

    for some in ([files[0]], files[:2], files):
        plan = cli.plan(*some)
        assert [] == plan["operations"] == plan["drifts"] == plan["findings"] == plan["missing"]


def test_a_set_by_partner_is_one_plan_again(cli: CliSession) -> None:
    folder = split_by(cli, "partner", "--partner", "Acme Partners", "--partner", "Quiet Digital")
    rows = {row["part"]: folder / row["file"] for row in index(folder)}
    acme = cli.edit(rows["Acme Partners"], SET_STAGE, SET_AMOUNT, name="acme.xlsx")
    pool = cli.edit(rows["Quiet Digital"], Keystroke("Lines", POOL_LINE, "Amount", 77), name="pool.xlsx")
    code, out, err = cli.run("apply", acme, pool, "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED]["stage"] == "PENDING_PAYMENT"
    assert cli.state()[POOL_LINE]["amount"] == "77.00"


def test_who_returned_what_and_who_has_not_is_listed(cli: CliSession) -> None:
    people = cli.folder / "people.csv"
    people.write_text("\ufeffpart;recipient\r\nApproved;Ana\r\nDRAFT;Ben\r\n", encoding="utf-8")
    folder = split_by(cli, "stage", "--stage", "APPROVED", "--stage", "DRAFT", "--recipients", people)
    files = {row["recipient"]: folder / row["file"] for row in index(folder)}
    first, second = cli.plan(files["Ana"]), cli.plan(files["Ben"])
    text = cli.run("diff", files["Ben"])[1]

    assert list(files) == ["Ana", "Ben", "Pending pool"]
    assert returns(first) == {
        "Ana": ("Approved.xlsx", False),
        "Ben": ("", False),
        "Pending pool": ("", False),
    }
    assert returns(second) == {"Ana": ("", True), "Ben": ("Draft.xlsx", False), "Pending pool": ("", False)}
    assert "Pending pool" in text
    assert "not returned yet" in text


def test_a_workbook_that_was_exported_alone_belongs_to_no_set(cli: CliSession) -> None:
    assert cli.plan(cli.export())["returns"] == []


def test_a_folder_with_something_in_it_is_left_alone(cli: CliSession) -> None:
    folder = cli.folder / "march"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = cli.run("export", "--split-by", "stage", "-o", folder)

    assert code == 2
    assert "name a folder that is new or empty" in err
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_an_empty_folder_will_do(cli: CliSession) -> None:
    (cli.folder / "march").mkdir()

    assert index(split_by(cli, "stage"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAna\n", "needs the columns part and recipient"),
        ("part,recipient\nNobody,Ana\n", "names no part of this export"),
        (f"part,recipient\n{'a' * 200_000},Ana\n", "is no CSV file: field larger than field limit"),
    ],
)
def test_a_list_of_recipients_that_does_not_fit_writes_nothing(
    cli: CliSession, text: str, words: str
) -> None:
    people = cli.folder / "people.csv"
    people.write_text(text, encoding="utf-8")
    code, _, err = cli.run(
        "export", "--split-by", "stage", "--recipients", people, "-o", cli.folder / "march"
    )

    assert code == 2
    assert words in err
    assert not list(cli.folder.glob("*march*"))


def test_recipients_without_a_split_are_a_slip(cli: CliSession) -> None:
    code, _, err = cli.run("export", "--recipients", "people.csv", "-o", cli.folder / "march.xlsx")

    assert code == 2
    assert "--split-by" in err


def test_a_set_that_cannot_be_finished_leaves_nothing(cli: CliSession) -> None:
    templates = cli.folder / "mine"
    templates.mkdir()
    (templates / "workbook.toml").write_text("nonsense = ", encoding="utf-8")
    code, _, _ = cli.run(
        "export", "--split-by", "stage", "--templates", templates, "-o", cli.folder / "march"
    )

    assert code == 2
    assert not list(cli.folder.glob("*march*"))
