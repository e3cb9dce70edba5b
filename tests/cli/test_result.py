"""`--result`: the edited workbook comes back with what became of each row, and can be sent in again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import APPROVED, APPROVED_LINE, DRAFT_LINE, DUPLICATE, EVERY_KIND, NEW_LINE, SET_AMOUNT, Desk
from openpyxl import load_workbook
from striking import small_month

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

HEADERS = ["Outcome", "Message", "New ID", "Time"]


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A desk with a month of a few rows, on a server that honours idempotency keys unless told otherwise."""
    choices = Choices(rate=100_000, honour_keys=getattr(request, "param", True))
    with running(small_month(), choices) as url:
        yield Desk(url, tmp_path, capsys, monkeypatch.setenv)


def results(path: Path) -> dict[str, list[str]]:
    """Outcome, message, new id and time by the row's id, of new lines by their row number."""
    book = load_workbook(path)
    found = {}
    for sheet, key in (("Payouts", "Payout ID"), ("Lines", "Line ID"), ("New lines", "")):
        names, *rows = book[sheet].iter_rows(values_only=True)
        first = names.index("Outcome")
        assert list(names[first : first + 4]) == HEADERS
        for number, row in enumerate(rows, start=2):
            if row[first]:
                found[row[names.index(key)] if key else f"new {number}"] = list(row[first : first + 4])
    book.close()
    return found


def test_every_row_that_asked_for_something_says_what_became_of_it(desk: Desk) -> None:
    code, out, err = desk.run(
        "apply", desk.edit(desk.export(), *EVERY_KIND), "--yes", "--result", desk.folder / "result.xlsx"
    )
    found = results(desk.folder / "result.xlsx")
    (made,) = [key for key, record in desk.state().items() if record.get("description") == "True-up"]

    assert code == 0, out + err
    assert "result.xlsx" in err
    assert {key: row[0] for key, row in found.items()} == dict.fromkeys(
        [APPROVED, APPROVED_LINE, DUPLICATE, DRAFT_LINE, "new 2"], "applied"
    )
    assert found["new 2"][2] == made
    assert found[APPROVED_LINE][2] is None
    assert all(row[3].endswith(" UTC") for row in found.values())


@pytest.mark.parametrize("desk", [True, False], ids=["keys honoured", "keys ignored"], indirect=True)
def test_the_result_asks_only_for_what_was_not_applied(desk: Desk) -> None:
    desk.fault("POST /commission-lines/*/decline: 401")
    # The new line comes first: nothing is on the payout with more money.
    edited = desk.edit(desk.export(), *NEW_LINE)
    assert desk.run("apply", edited, "--yes", "--result", desk.folder / "first.xlsx")[0] == 0
    second = desk.edit(desk.folder / "first.xlsx", *EVERY_KIND, name="second.xlsx")
    stopped = desk.run("apply", second, "--yes", "--result", desk.folder / "stopped.xlsx")
    run_id = stopped[2].strip().split("reconcile resume ")[1].split()[0]
    assert desk.run("resume", run_id, "--set-aside", "the rest goes with the result")[0] == 0
    after = desk.run("apply", desk.folder / "stopped.xlsx", "--yes", "--result", desk.folder / "last.xlsx")

    assert stopped[0] == 4
    partly = results(desk.folder / "stopped.xlsx")
    assert partly[DUPLICATE][0] == "skipped"
    assert "401" in partly[DUPLICATE][1]
    assert "not tried yet" in partly[DRAFT_LINE][1]
    assert after[0] == 0, after
    words = {row[0] for row in results(desk.folder / "last.xlsx").values()}
    assert words == {"applied", "already-applied"}
    made = [one for one in desk.state().values() if one.get("description") == "True-up"]
    assert len(made) == 1


def test_a_resumed_run_writes_the_result_of_the_whole_run(desk: Desk) -> None:
    edited = desk.edit(desk.export(), *EVERY_KIND)
    desk.fault("POST /commission-lines/*/decline: 402")
    desk.run("apply", edited, "--yes")
    run_id = desk.run("history")[1].split()[0]
    nameless = desk.run("resume", run_id, "--result", desk.folder / "x.xlsx", "--workbook", "nowhere.xlsx")
    code, out, err = desk.run("resume", run_id, "--result", desk.folder / "result.xlsx", "--workbook", edited)

    assert nameless[0] == 2
    assert code == 0, out + err
    assert {row[0] for row in results(desk.folder / "result.xlsx").values()} == {"applied"}


def test_a_refusal_is_told_in_its_row(desk: Desk) -> None:
    desk.fault("PATCH /commission-lines/*: 500 9")
    code, _, _ = desk.run(
        "apply", desk.edit(desk.export(), SET_AMOUNT), "--yes", "--result", desk.folder / "result.xlsx"
    )

    assert code == 4
    assert results(desk.folder / "result.xlsx")[APPROVED_LINE][0] == "unknown"


def test_nothing_to_apply_still_gives_a_result(desk: Desk) -> None:
    edited = desk.edit(desk.export(), SET_AMOUNT)
    desk.run("apply", edited, "--yes")
    code, out, _ = desk.run("apply", edited, "--yes", "--result", desk.folder / "result.xlsx")

    assert code == 0
    assert "Nothing to apply." in out
    assert results(desk.folder / "result.xlsx")[APPROVED_LINE][0] == "already-applied"


def test_a_result_that_cannot_be_written_stops_before_the_first_write(desk: Desk) -> None:
    edited = desk.edit(desk.export(), SET_AMOUNT)
    itself = desk.run("apply", edited, "--yes", "--result", edited)
    nowhere = desk.run("apply", edited, "--yes", "--result", desk.folder / "no" / "result.xlsx")
    other = desk.run("apply", edited, "--yes", "--result", desk.folder / "result.csv")

    assert [one[0] for one in (itself, nowhere, other)] == [2, 2, 2]
    assert "another .xlsx file" in itself[2]
    assert "no folder" in nowhere[2]
    assert desk.writes() == []


def test_a_workbook_of_another_export_is_refused(desk: Desk) -> None:
    edited, other = desk.edit(desk.export(), SET_AMOUNT), desk.export(name="other.xlsx")
    plan = desk.folder / "plan.json"
    desk.run("diff", edited, "--save", plan)
    code, _, err = desk.run(
        "apply", plan, "--yes", "--result", desk.folder / "result.xlsx", "--workbook", other
    )

    assert code == 2
    assert "not a workbook of this run" in err


def test_the_results_of_several_workbooks_go_to_a_folder_under_their_names(desk: Desk) -> None:
    first = desk.edit(desk.export("--stage", "APPROVED", name="a.xlsx"), SET_AMOUNT, name="first.xlsx")
    draft = Keystroke("Lines", DRAFT_LINE, "Description", "Seen")
    second = desk.edit(desk.export("--stage", "DRAFT", name="b.xlsx"), draft, name="second.xlsx")
    file = desk.run("apply", first, second, "--yes", "--result", desk.folder / "result.xlsx")
    (desk.folder / "results").mkdir()
    code, out, err = desk.run("apply", first, second, "--yes", "--result", desk.folder / "results")

    assert file[0] == 2
    assert "need a folder" in file[2]
    assert code == 0, out + err
    assert {key: row[0] for key, row in results(desk.folder / "results" / "first.xlsx").items()} == {
        APPROVED_LINE: "applied"
    }
    assert {key: row[0] for key, row in results(desk.folder / "results" / "second.xlsx").items()} == {
        DRAFT_LINE: "applied"
    }


def test_two_workbooks_of_one_name_are_refused_before_the_first_write(desk: Desk) -> None:
    first = desk.edit(desk.export("--stage", "APPROVED", name="a.xlsx"), SET_AMOUNT)
    second = desk.export("--stage", "DRAFT", name="b.xlsx")
    for name in ("other", "results"):
        (desk.folder / name).mkdir()
    same = second.rename(desk.folder / "other" / first.name)
    code, _, err = desk.run("apply", first, same, "--yes", "--result", desk.folder / "results")

    assert code == 2
    assert "the same name" in err
    assert desk.writes() == []
