"""What other people change while we plan and ask is never paid, released or overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import httpx
import pytest
from apply.moving_cases import ALWAYS_FRESH, PAY_DRAFT, moved, outcomes, saved
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DRAFT,
    DRAFT_LINE,
    DUPLICATE,
    KEY,
    MIXED,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)
from meddling import Meddler

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke

OTHER_DRAFT_LINE = "cln_vbmrwg45hc61p4u5bmkiza7q"


REVIEW_DRAFT = Keystroke("Payouts", DRAFT, "Stage", "PENDING_REVIEW")


DECLINE_DRAFT_LINE = (
    Keystroke("Lines", DRAFT_LINE, "Action", "Decline"),
    Keystroke("Lines", DRAFT_LINE, "Decline reason", "DUPLICATE"),
)


def decline(cli: CliSession, line: str) -> None:
    """Somebody else declines a line."""
    url = f"{cli.url}/api/v1/commission-lines/{line}/decline"
    httpx.post(
        url, json={"reasonType": "DUPLICATE"}, headers={"x-api-key": KEY}, timeout=10
    ).raise_for_status()


# A payout that moved between the plan and the run.


def test_a_payout_whose_line_grew_since_the_plan_is_not_paid(cli: CliSession) -> None:
    plan = saved(cli, PAY_DRAFT)
    cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"})

    code, out, _ = cli.run("diff", plan)
    assert code == 1
    assert f"line {DRAFT_LINE}: planned with 150 USD on payout" in out
    assert "live 9150 USD on payout" in out
    assert "amount: planned with 425.5, wanted (blank), live 9425.5" in out

    code, out, _ = cli.run("apply", plan, "--yes", "--json")
    assert code == 1
    held = outcomes(out)[DRAFT]
    assert held["outcome"] == "skipped"
    assert moved(held) == {
        "amount": ("425.5", "9425.5"),
        f"line {DRAFT_LINE}": ("150 USD on payout", "9150 USD on payout"),
    }
    assert cli.state()[DRAFT]["stage"] == "DRAFT"


def test_a_payout_that_moved_while_the_question_stood_is_not_paid(
    cli: CliSession, meddler: Meddler, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = cli.edit(cli.export(), PAY_DRAFT)

    class Answer:
        """A person who is slow to say yes."""

        def isatty(self) -> bool:
            return False

        def readline(self) -> str:
            cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"})
            return "y\n"

    monkeypatch.setattr("sys.stdin", Answer())
    code, _, _ = cli.run("apply", edited)

    assert code == 1
    assert cli.state()[DRAFT]["stage"] == "DRAFT"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/commission-lines/{DRAFT_LINE}", {"amount": "151.00"}),
        (f"/commission-lines/{DRAFT_LINE}", {"currency": "EUR"}),
        (f"/payouts/{DRAFT}", {"stage": "BLOCKED"}),
    ],
)
def test_whatever_moves_under_a_release_holds_it(path: str, body: dict[str, str], cli: CliSession) -> None:
    plan = saved(cli, PAY_DRAFT)
    cli.patch(path, body)

    assert cli.run("diff", plan)[0] == 1
    assert cli.run("apply", plan, "--yes")[0] == 1
    assert cli.state()[DRAFT]["stage"] != "PAID"


def test_lines_that_cancel_out_are_seen_where_the_amount_does_not_stand_for_them(cli: CliSession) -> None:
    lines = [one for one in cli.state().values() if one.get("payoutId") == MIXED]
    first, second = [one["id"] for one in lines if one["currency"] == "USD"][:2]
    amounts = {one["id"]: float(one["amount"]) for one in lines}
    plan = saved(cli, Keystroke("Payouts", MIXED, "Stage", "PENDING_PAYMENT"))
    cli.patch(f"/commission-lines/{first}", {"amount": f"{amounts[first] + 10:.2f}"})
    cli.patch(f"/commission-lines/{second}", {"amount": f"{amounts[second] - 10:.2f}"})

    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    assert set(moved(outcomes(out)[MIXED])) == {f"line {first}", f"line {second}"}


def test_what_moved_elsewhere_holds_nothing(cli: CliSession) -> None:
    plan = saved(cli, PAY_DRAFT)
    cli.patch(f"/commission-lines/{DRAFT_LINE}", {"description": "theirs"})
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "1.00"})

    assert cli.run("diff", plan)[0] == 0
    code, out, err = cli.run("apply", plan, "--yes")
    assert code == 0, out + err


def test_a_payout_whose_own_lines_the_same_run_changes_is_released(cli: CliSession) -> None:
    code, out, err = cli.run("apply", saved(cli, SET_AMOUNT, SET_STAGE), "--yes")

    assert code == 0, out + err
    assert cli.state()[APPROVED]["stage"] == "PENDING_PAYMENT"


# A workbook whose payout moved since the export.


def test_a_fresh_diff_holds_the_release_of_a_payout_that_moved_since_the_export(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), PAY_DRAFT)
    cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"})

    code, out, _ = cli.run("diff", edited, "--full")
    assert code == 1
    assert "425.5 USD" in out
    assert "9425.5 USD" in out
    assert cli.run("apply", edited, "--yes")[0] == 1
    assert cli.writes()[1:] == []

    assert cli.run("apply", edited, "--yes", "--prefer", "mine", "--payout", DRAFT)[0] == 0
    assert cli.state()[DRAFT]["stage"] == "PAID"


def test_a_setting_loosens_the_hold_to_a_warning(cli: CliSession) -> None:
    cli.settings('[profiles.default]\nrate = 100000\n[policy]\nmoved_releases = "warn"\n')
    edited = cli.edit(cli.export(), PAY_DRAFT)
    cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"})

    code, out, _ = cli.run("diff", edited)
    assert code == 0
    assert f"Payout {DRAFT} moved since the export" in out
    assert cli.run("apply", edited, "--yes")[0] == 0
    assert cli.state()[DRAFT]["stage"] == "PAID"


# Two people who empty a payout together.


@pytest.mark.parametrize("stage", [(), (REVIEW_DRAFT,)], ids=["decline", "decline and stage"])
@pytest.mark.parametrize("keep", ["null", "keep"])
def test_a_decline_that_empties_a_payout_together_with_somebody_elses_is_held(
    stage: tuple[Keystroke, ...], keep: Literal["null", "keep"], open_cli: Callable[[Choices], CliSession]
) -> None:
    cli = open_cli(Choices(rate=100_000, decline_payout_id=keep))
    plan = saved(cli, *DECLINE_DRAFT_LINE, *stage)
    decline(cli, OTHER_DRAFT_LINE)

    assert cli.run("diff", plan)[0] == 1
    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    assert moved(outcomes(out)[DRAFT_LINE]) == {"lines_left": ("1", "0")}
    assert cli.state()[DRAFT]["stage"] == "DRAFT"
    assert cli.state()[DRAFT_LINE]["status"] != "VOIDED"


def test_the_same_is_held_by_a_diff_after_the_other_decline(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *DECLINE_DRAFT_LINE, REVIEW_DRAFT)
    decline(cli, OTHER_DRAFT_LINE)

    assert cli.run("diff", edited)[0] == 1
    assert cli.run("apply", edited, "--yes")[0] == 1
    assert cli.state()[DRAFT]["stage"] == "DRAFT"


def test_no_stage_goes_onto_a_payout_emptied_in_mid_run(cli: CliSession, meddler: Meddler) -> None:
    cli.settings(ALWAYS_FRESH)
    plan = saved(cli, *DECLINE_DRAFT_LINE, REVIEW_DRAFT)
    meddler.after.append(
        (f"POST /commission-lines/{DRAFT_LINE}/decline", lambda: decline(cli, OTHER_DRAFT_LINE))
    )

    cli.run("apply", plan, "--yes")

    assert cli.state()[DRAFT]["stage"] == "DECLINED"


# An edit in the middle of a run.


def test_a_live_edit_in_mid_run_is_not_overwritten(cli: CliSession, meddler: Meddler) -> None:
    cli.settings(ALWAYS_FRESH)
    first = Keystroke("Lines", DUPLICATE, "Amount", 400)
    plan = saved(cli, first, SET_AMOUNT)
    later = json.loads(plan.read_text())["operations"][1]["target"]["id"]
    earlier = json.loads(plan.read_text())["operations"][0]["target"]["id"]
    meddler.after.append(
        (
            f"PATCH /commission-lines/{earlier}",
            lambda: cli.patch(f"/commission-lines/{later}", {"amount": "7.00"}),
        )
    )

    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    assert outcomes(out)[later]["outcome"] == "skipped"
    assert moved(outcomes(out)[later])["amount"][1] == "7"
    assert cli.state()[later]["amount"] == "7.00"
