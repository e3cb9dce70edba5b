"""What other people change while we plan, ask and apply is never paid, released or overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
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
from meddling import Meddler, meddling

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke

OTHER_DRAFT_LINE = "cln_vbmrwg45hc61p4u5bmkiza7q"
PAY_DRAFT = Keystroke("Payouts", DRAFT, "Stage", "PAID")
REVIEW_DRAFT = Keystroke("Payouts", DRAFT, "Stage", "PENDING_REVIEW")
DECLINE_DRAFT_LINE = (
    Keystroke("Lines", DRAFT_LINE, "Action", "Decline"),
    Keystroke("Lines", DRAFT_LINE, "Decline reason", "DUPLICATE"),
)
ALWAYS_FRESH = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n[run]\nfresh_seconds = 0\nreread_minutes = 0\nsettle_seconds = 0\n"


def decline(cli: CliSession, line: str) -> None:
    """Somebody else declines a line."""
    url = f"{cli.url}/api/v1/commission-lines/{line}/decline"
    httpx.post(
        url, json={"reasonType": "DUPLICATE"}, headers={"x-api-key": KEY}, timeout=10
    ).raise_for_status()


def outcomes(out: str) -> dict[str, dict[str, Any]]:
    """The outcomes of a run by record."""
    return {one["record"]: one for one in json.loads(out)["operations"]}


def moved(outcome: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """What an operation was held for: as planned, and as it is live."""
    return {one["name"]: (one["planned"], one["live"]) for one in outcome["moved"]}


def saved(cli: CliSession, *keystrokes: Keystroke) -> Path:
    """A plan that diff saved."""
    path = cli.folder / "plan.json"
    code, out, err = cli.run("diff", cli.edit(cli.export(), *keystrokes), "--save", path)
    assert code == 0, out + err
    return path


@pytest.fixture
def meddler(cli: CliSession) -> Iterator[Meddler]:
    """Somebody who acts in the middle of a run of `cli`."""
    with meddling(cli.url) as between:
        cli.setenv("INTROW_BASE_URL", between.url)
        yield between


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


def test_a_payout_paid_in_mid_run_keeps_its_lines(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, edit_paid="allow"))
    with meddling(cli.url) as meddler:
        cli.setenv("INTROW_BASE_URL", meddler.url)
        cli.settings(ALWAYS_FRESH)
        plan = saved(cli, SET_AMOUNT, Keystroke("Lines", DRAFT_LINE, "Description", "mine"))
        meddler.after.append(
            (
                f"PATCH /commission-lines/{APPROVED_LINE}",
                lambda: cli.patch(f"/payouts/{DRAFT}", {"stage": "PAID"}),
            )
        )

        code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    assert moved(outcomes(out)[DRAFT_LINE]) == {"payout_stage": ("DRAFT", "PAID")}


def test_a_payout_that_moves_in_mid_run_is_not_released(cli: CliSession, meddler: Meddler) -> None:
    cli.settings(ALWAYS_FRESH)
    plan = saved(cli, SET_AMOUNT, SET_STAGE)
    meddler.after.append(
        (
            f"PATCH /commission-lines/{APPROVED_LINE}",
            lambda: cli.patch(f"/commission-lines/{DUPLICATE}", {"amount": "9999.00"}),
        )
    )

    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code in (1, 4)
    assert f"line {DUPLICATE}" in moved(outcomes(out)[APPROVED])
    assert cli.state()[APPROVED]["stage"] == "APPROVED"


# An edit in the last gap, between our reading and our write.


def test_an_edit_in_the_last_gap_of_a_release_is_reported_with_both_values(
    cli: CliSession, meddler: Meddler
) -> None:
    plan = saved(cli, PAY_DRAFT)
    meddler.before.append(
        (
            f"PATCH /payouts/{DRAFT}",
            lambda: cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"}),
        )
    )

    code, out, _ = cli.run("apply", plan, "--yes")
    assert code == 1
    assert "moved in the last moment: amount was 425.5 before and is 9425.5 in the answer" in out

    run_id = cli.run("history")[1].split()[0]
    code, out, err = cli.run("undo", run_id, "--yes")
    assert code == 0, out + err
    assert cli.state()[DRAFT]["stage"] == "DRAFT"


def test_a_release_whose_answer_is_lost_is_not_sent_again_once_its_payout_moved(
    cli: CliSession, meddler: Meddler
) -> None:
    """The wait for a lost answer is longer than a reading may be old. Resuming sees no effect, and ends it."""
    plan = saved(cli, PAY_DRAFT)
    cli.settings(ALWAYS_FRESH)
    cli.fault(f"PATCH /payouts/{DRAFT}: 500")
    meddler.after.append(
        (
            f"PATCH /payouts/{DRAFT}",
            lambda: cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"}),
        )
    )

    code, out, _ = cli.run("apply", plan, "--yes", "--json")
    first = outcomes(out)[DRAFT]
    assert (code, first["outcome"]) == (4, "unknown")
    assert moved(first)["amount"] == ("425.5", "9425.5")
    assert "the first attempt may still take effect" in first["message"]

    code, out, _ = cli.run("resume", cli.run("history")[1].split()[0], "--json")
    assert (code, outcomes(out)[DRAFT]["outcome"]) == (1, "skipped")
    assert cli.state()[DRAFT]["stage"] == "DRAFT"


def test_a_first_attempt_that_takes_effect_late_is_never_called_skipped(
    cli: CliSession, meddler: Meddler
) -> None:
    """It took effect after the run had held the repeat: the next `resume` sees it."""
    plan = saved(cli, PAY_DRAFT)
    cli.settings(ALWAYS_FRESH)
    cli.fault(f"PATCH /payouts/{DRAFT}: 500")
    meddler.after.append(
        (
            f"PATCH /payouts/{DRAFT}",
            lambda: cli.patch(f"/commission-lines/{DRAFT_LINE}", {"amount": "9150.00"}),
        )
    )
    cli.run("apply", plan, "--yes")
    cli.patch(f"/payouts/{DRAFT}", {"stage": "PAID"})

    _, out, _ = cli.run("resume", cli.run("history")[1].split()[0], "--json")

    assert outcomes(out)[DRAFT]["outcome"] == "applied"


def test_an_edit_in_the_last_gap_of_a_line_is_reported_with_both_values(
    cli: CliSession, meddler: Meddler
) -> None:
    plan = saved(cli, SET_AMOUNT)
    meddler.before.append(
        (
            f"PATCH /commission-lines/{APPROVED_LINE}",
            lambda: cli.patch(f"/commission-lines/{APPROVED_LINE}", {"sourceAmount": "77.00"}),
        )
    )

    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    assert outcomes(out)[APPROVED_LINE]["outcome"] == "applied"
    assert moved(outcomes(out)[APPROVED_LINE])["source_amount"][1] == "77"


# A new line that somebody else makes meanwhile.


def new_line(row: int, description: str, cli: CliSession) -> tuple[Keystroke, ...]:
    """Types a new line of 12.50 USD for the draft."""
    return (
        Keystroke("New lines", row, "Partner", cli.state()[DRAFT]["partner"]["id"]),
        Keystroke("New lines", row, "Payout ID", DRAFT),
        Keystroke("New lines", row, "Amount", 12.5),
        Keystroke("New lines", row, "Currency", "USD"),
        Keystroke("New lines", row, "Description", description),
    )


def make(cli: CliSession, description: str) -> str:
    """Somebody else makes such a line; answers its id."""
    body = {
        "partnerId": cli.state()[DRAFT]["partner"]["id"],
        "payoutId": DRAFT,
        "amount": "12.50",
        "currency": "USD",
        "description": description,
    }
    url = f"{cli.url}/api/v1/commission-lines"
    answer = httpx.post(url, json=body, headers={"x-api-key": KEY}, timeout=10)
    return str(answer.json()["data"]["id"])


def test_a_new_line_that_somebody_made_in_mid_run_is_not_made_again(
    cli: CliSession, meddler: Meddler
) -> None:
    cli.settings(ALWAYS_FRESH)
    plan = saved(cli, *new_line(2, "First", cli), *new_line(3, "Second", cli))
    meddler.after.append(("POST /commission-lines", lambda: make(cli, "Second")))

    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    first, second = json.loads(out)["operations"]
    assert (first["outcome"], second["outcome"]) == ("applied", "skipped")
    assert [one["name"] for one in second["moved"]] == ["same_lines"]
    assert sum(one.get("description") == "Second" for one in cli.state().values()) == 1


def test_a_new_line_that_somebody_made_meanwhile_is_not_made_again(cli: CliSession) -> None:
    plan = saved(cli, *new_line(2, "True-up", cli))
    made = make(cli, "True-up")

    code, out, _ = cli.run("apply", plan, "--yes", "--json")

    assert code == 1
    (outcome,) = outcomes(out).values()
    assert moved(outcome) == {"same_lines": (None, made)}
    assert sum(one.get("description") == "True-up" for one in cli.state().values()) == 1
