"""`--prefer mine|live` through the commands: it decides named conflicts, never everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import APPROVED_LINE, DRAFT, SET_AMOUNT, Desk

from reconcile.workbook.copy.cell_editor import Keystroke

MINE = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")


def conflicted(desk: Desk) -> Path:
    """A workbook with an edit that live is apart from, and one that is not."""
    edited = desk.edit(desk.export(), MINE, SET_AMOUNT)
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-THEIRS"})
    return edited


@pytest.mark.parametrize(("choice", "number"), [("mine", "PO-MINE"), ("live", "PO-THEIRS")])
def test_a_conflict_is_decided_and_applied(desk: Desk, choice: str, number: str) -> None:
    edited = conflicted(desk)
    code, out, err = desk.run("apply", edited, "--prefer", choice, "--payout", DRAFT, "--yes")
    state = desk.state()

    assert code == 0, out + err
    assert "Everything ties out." in out
    assert f"--prefer {choice} --payout {DRAFT}" in out
    assert state[DRAFT]["poNumber"] == number
    assert state[APPROVED_LINE]["amount"] == "512.50"


def test_the_plan_records_who_decided_and_how(desk: Desk) -> None:
    edited = conflicted(desk)
    plan = desk.plan(edited, "--prefer", "mine", "--field", "PO number")
    (decided,) = plan["decided"]

    assert (decided["choice"], decided["kept"]) == ("mine", {"po_number": "PO-MINE"})
    assert decided["by"] == f"{plan['made_by']}, --prefer mine --field 'PO number'"


def test_what_was_decided_upon_may_not_move_before_it_is_applied(desk: Desk) -> None:
    saved = desk.folder / "plan.json"
    desk.run("diff", conflicted(desk), "--prefer", "mine", "--payout", DRAFT, "--save", saved)
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-LATER"})
    code, out, _ = desk.run("apply", saved, "--yes")

    assert code == 1
    assert "stale" in out
    assert desk.state()[DRAFT]["poNumber"] == "PO-LATER"


def test_a_saved_plan_is_not_decided_again(desk: Desk) -> None:
    saved = desk.folder / "plan.json"
    desk.run("diff", conflicted(desk), "--save", saved)
    code, _, err = desk.run("apply", saved, "--prefer", "mine", "--payout", DRAFT, "--yes")

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
    desk: Desk, command: str, options: list[str], words: str
) -> None:
    code, _, err = desk.run(command, desk.folder / "none.xlsx", *options)

    assert code == 2
    assert words in err


def test_a_preference_that_meets_no_conflict_is_told(desk: Desk) -> None:
    code, out, _ = desk.run("diff", desk.export(), "--prefer", "mine", "--line", APPROVED_LINE)

    assert code == 0
    assert f"--prefer mine --line {APPROVED_LINE}: there is no such conflict" in out
