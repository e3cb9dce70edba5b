"""`--prefer mine|live` through the commands: it decides named conflicts, never everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_session import APPROVED_LINE, DRAFT, SET_AMOUNT, CliSession
from openpyxl import load_workbook

from reconcile.workbook.copy.cell_editor import Keystroke

MINE = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")


def conflicted(cli: CliSession) -> Path:
    """A workbook with an edit that live is apart from, and one that is not."""
    edited = cli.edit(cli.export(), MINE, SET_AMOUNT)
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-THEIRS"})
    return edited


@pytest.mark.parametrize(("choice", "number"), [("mine", "PO-MINE"), ("live", "PO-THEIRS")])
def test_a_conflict_is_decided_and_applied(cli: CliSession, choice: str, number: str) -> None:
    edited = conflicted(cli)
    code, out, err = cli.run("apply", edited, "--prefer", choice, "--payout", DRAFT, "--yes")
    state = cli.state()

    assert code == 0, out + err
    assert "Everything ties out." in out
    assert f"--prefer {choice} --payout {DRAFT}" in out
    assert state[DRAFT]["poNumber"] == number
    assert state[APPROVED_LINE]["amount"] == "512.50"


def test_the_plan_records_who_decided_and_how(cli: CliSession) -> None:
    edited = conflicted(cli)
    plan = cli.plan(edited, "--prefer", "mine", "--field", "PO number")
    (decided,) = plan["decided"]

    assert (decided["choice"], decided["kept"]) == ("mine", {"po_number": "PO-MINE"})
    assert decided["by"] == f"{plan['made_by']}, --prefer mine --field 'PO number'"


def lit_up(path: Path) -> tuple[list[str], list[str]]:
    """The keys of the conflicts whose cells light up, and what the review says of each conflict."""
    book = load_workbook(path)
    names, *rows = book["Conflicts"].iter_rows(values_only=True)
    book.close()
    keys = [str(row[names.index("Conflict")]) for row in rows if row[names.index("Conflict")]]
    return keys, [str(row[names.index("Why")]) for row in rows]


def test_what_is_decided_by_an_option_is_not_red_in_the_review(cli: CliSession) -> None:
    edited, review = conflicted(cli), cli.folder / "review.xlsx"
    cli.run("diff", edited, "--review", review)
    before = lit_up(review)
    decided = cli.folder / "decided.xlsx"
    cli.run("diff", edited, "--prefer", "mine", "--payout", DRAFT, "--review", decided)
    after = lit_up(decided)

    assert before[0] == [f"{DRAFT}|po_number"]
    assert after[0] == []
    assert after[1][0].startswith("Decided: keep mine (")


@pytest.mark.parametrize("choice", ["mine", "live"])
def test_what_is_decided_and_applied_is_not_red_in_the_result(cli: CliSession, choice: str) -> None:
    review, result = cli.folder / "review.xlsx", cli.folder / "result.xlsx"
    cli.run("diff", conflicted(cli), "--review", review)
    undecided = cli.run("apply", review, "--yes", "--result", result)
    waits = lit_up(result)[0]
    result.unlink()
    decided = cli.run("apply", review, "--prefer", choice, "--payout", DRAFT, "--yes", "--result", result)

    assert (undecided[0], waits) == (1, [f"{DRAFT}|po_number"])
    assert decided[0] == 0, decided
    assert lit_up(result)[0] == []


def test_what_was_decided_upon_may_not_move_before_it_is_applied(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", conflicted(cli), "--prefer", "mine", "--payout", DRAFT, "--save", saved)
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-LATER"})
    code, out, _ = cli.run("apply", saved, "--yes")

    assert code == 1
    assert "stale" in out
    assert cli.state()[DRAFT]["poNumber"] == "PO-LATER"


def test_a_saved_plan_is_not_decided_again(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", conflicted(cli), "--save", saved)
    code, _, err = cli.run("apply", saved, "--prefer", "mine", "--payout", DRAFT, "--yes")

    assert code == 2
    assert "--prefer belongs to the diff" in err


@pytest.mark.parametrize("command", ["diff", "apply"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--prefer", "mine"], "decides nothing in general"),
        (["--prefer", "live", "--payout", " "], "decides nothing in general"),
        (["--payout", DRAFT], "add --prefer"),
        (["--prefer", "mine", "--field", "Colour"], "There is no field 'Colour'; the fields are: Stage,"),
        (["--prefer", "newest", "--payout", DRAFT], "newest"),
    ],
)
def test_what_does_not_say_which_conflicts_is_refused(
    cli: CliSession, command: str, options: list[str], words: str
) -> None:
    code, _, err = cli.run(command, cli.folder / "none.xlsx", *options)

    assert code == 2
    assert words in err


def test_a_preference_that_meets_no_conflict_is_told(cli: CliSession) -> None:
    code, out, _ = cli.run("diff", cli.export(), "--prefer", "mine", "--line", APPROVED_LINE)

    assert code == 0
    assert f"--prefer mine --line {APPROVED_LINE}: there is no such conflict" in out
