"""What a run changed can be set back, except what moved since and what the API cannot undo."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DETACH,
    DRAFT_LINE,
    DUPLICATE,
    EVERY_KIND,
    NEW_LINE,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)

from reconcile.workbook.copy.cell_editor import Keystroke

PO_NUMBER = Keystroke("Payouts", APPROVED, "PO number", "000777")
POOL_NOTE = Keystroke("Lines", APPROVED_LINE, "Internal note", "Checked.")


def _applied(cli: CliSession, *edits: Keystroke) -> str:
    code, out, err = cli.run("apply", cli.edit(cli.export(), *edits), "--yes", "--json")
    assert code == 0, err
    run_id: str = json.loads(out)["run"]
    return run_id


def _undone(cli: CliSession, run_id: str, *words: str) -> tuple[int, dict[str, Any], str]:
    code, out, err = cli.run("undo", run_id, "--yes", "--json", *words)
    assert out, err
    return code, json.loads(out), err


def _bare(state: dict[str, Any]) -> dict[str, Any]:
    """The records without their times."""
    return {
        key: {name: value for name, value in one.items() if name != "updatedAt"} for key, one in state.items()
    }


def test_an_undo_sets_everything_back_and_ties_out(cli: CliSession) -> None:
    before = _bare(cli.state())
    run_id = _applied(cli, SET_STAGE, SET_AMOUNT, PO_NUMBER)
    code, result, _ = _undone(cli, run_id)

    assert (code, result["state"], result["ties"]) == (0, "finished", True)
    assert _bare(cli.state()) == before


def test_an_undo_of_an_undo_does_it_again(cli: CliSession) -> None:
    run_id = _applied(cli, SET_AMOUNT, PO_NUMBER)
    after = _bare(cli.state())
    _, back, _ = _undone(cli, run_id)
    code, _, _ = _undone(cli, back["run"])

    assert code == 0
    assert _bare(cli.state()) == after


def test_an_undo_twice_has_nothing_to_do(cli: CliSession) -> None:
    run_id = _applied(cli, SET_AMOUNT)
    _undone(cli, run_id)
    before = len(cli.writes())
    code, result, _ = _undone(cli, run_id)

    assert (code, result["run"]) == (0, None)
    assert len(cli.writes()) == before


def test_a_leading_zero_that_a_run_set_is_undone_and_not_taken_for_damage(cli: CliSession) -> None:
    cli.patch(f"/payouts/{APPROVED}", {"poNumber": "777"})
    run_id = _applied(cli, PO_NUMBER)
    _undone(cli, run_id)

    assert cli.state()[APPROVED]["poNumber"] == "777"


def test_what_moved_since_is_held_back(cli: CliSession) -> None:
    run_id = _applied(cli, SET_AMOUNT, PO_NUMBER)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "600.00"})
    code, result, err = _undone(cli, run_id)

    assert code == 1
    assert [one["outcome"] for one in result["operations"]] == ["applied"]
    assert APPROVED_LINE in err
    assert "Conflicts (1)" in err
    state = cli.state()
    assert (state[APPROVED_LINE]["amount"], state[APPROVED]["poNumber"]) == ("600.00", "000123")


def test_what_the_api_cannot_undo_is_told_before_and_after_with_what_to_do(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *EVERY_KIND, POOL_NOTE)
    _, plan, _ = cli.run("diff", edited, "--json")
    _, report, _ = cli.run("diff", edited)
    by_hand = {one["action"]: one["by_hand"] for one in json.loads(plan)["operations"]}
    cli.run("apply", edited, "--yes")
    _, _, err = _undone(cli, cli.run("history")[1].split()[0])
    state = cli.state()

    assert "restore the line" in by_hand["decline line"]
    assert "pending pool" in by_hand["detach line"]
    assert "decline it in Introw" in by_hand["create line"]
    assert "Internal note" in by_hand["update line"]
    assert by_hand["update payout"] == ""
    assert "Cannot be undone by API (4)" in report
    assert err.count("be undone by API.") == 4
    assert "restore the line" in err
    # Our own decline is no movement upstream, and no workbook has rows to name.
    assert "upstream" not in err.lower()
    assert "!" not in err
    assert state[DUPLICATE]["status"] == "VOIDED"
    assert state[DRAFT_LINE]["payoutId"] is None
    assert state[APPROVED_LINE]["amount"] == "500.00"


def test_a_short_report_of_an_undo_says_what_cannot_be_undone(cli: CliSession) -> None:
    run_id = _applied(cli, *DECLINE, SET_AMOUNT)
    code, out, err = cli.run("undo", run_id, "--dry-run", "--quiet")

    assert code == 0
    assert "cannot be undone by API." in out + err
    assert "restore the line" in out + err


def test_a_dry_run_of_an_undo_writes_nothing(cli: CliSession) -> None:
    run_id = _applied(cli, SET_AMOUNT)
    before = len(cli.writes())
    code, out, _ = cli.run("undo", run_id, "--dry-run")

    assert code == 0
    assert "512.50 USD → 500.00 USD" in out
    assert len(cli.writes()) == before


def test_a_run_that_is_not_over_is_not_undone(cli: CliSession) -> None:
    cli.fault("PATCH /commission-lines/*: 401")
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")
    run_id = cli.run("history")[1].split()[0]
    code, _, err = cli.run("undo", run_id, "--yes")

    assert code == 2
    assert f"reconcile resume {run_id}" in err


def test_what_was_live_before_a_run_is_not_its_to_undo(cli: CliSession) -> None:
    edited, saved = cli.edit(cli.export(), SET_AMOUNT, PO_NUMBER), cli.folder / "plan.json"
    cli.run("diff", edited, "--save", saved)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "512.50"})
    cli.run("apply", saved, "--yes")
    _undone(cli, cli.run("history")[1].split()[0])
    state = cli.state()

    assert (state[APPROVED_LINE]["amount"], state[APPROVED]["poNumber"]) == ("512.50", "000123")


def test_a_payout_leaves_its_paid_stage_before_its_lines_are_set_back(cli: CliSession) -> None:
    """The server refuses edits of the lines of a payout that is paid."""
    run_id = _applied(cli, Keystroke("Payouts", APPROVED, "Stage", "PAID"), SET_AMOUNT)
    code, result, _ = _undone(cli, run_id)

    assert code == 0
    assert [one["action"] for one in result["operations"]] == ["update payout", "update line"]
    assert [one["outcome"] for one in result["operations"]] == ["applied", "applied"]


@pytest.mark.parametrize("edits", [(DETACH,), DECLINE, NEW_LINE], ids=["detach", "decline", "create"])
def test_a_run_of_what_cannot_be_undone_leaves_nothing_to_undo(
    edits: tuple[Keystroke, ...], cli: CliSession
) -> None:
    code, result, err = _undone(cli, _applied(cli, *edits))

    assert (code, result["state"]) == (0, "nothing to do")
    assert "cannot be undone by API." in err
