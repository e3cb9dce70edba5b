"""What other people change in the middle of a run is never paid, released, overwritten or made twice unseen."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
from apply.moving_cases import ALWAYS_FRESH, PAY_DRAFT, moved, outcomes, saved
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DRAFT,
    DRAFT_LINE,
    DUPLICATE,
    KEY,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)
from meddling import Meddler, meddling

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke


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


def test_what_moves_while_a_429_is_waited_out_is_held(open_cli: Callable[[Choices], CliSession]) -> None:
    cli = open_cli(Choices(rate=100_000))
    with meddling(cli.url) as meddler:
        cli.setenv("INTROW_BASE_URL", meddler.url)
        cli.settings(ALWAYS_FRESH.replace("rate = 100000", "rate = 100000\nwindow = 3"))
        plan = saved(cli, SET_AMOUNT)
        cli.fault("PATCH /commission-lines/*: 429 1")
        patch = f"PATCH /commission-lines/{APPROVED_LINE}"
        edit = {"amount": "50.00"}
        meddler.after.append((patch, lambda: cli.patch(f"/commission-lines/{APPROVED_LINE}", edit)))

        code, out, err = cli.run("apply", plan, "--yes", "--json")

    assert code == 1, err
    assert moved(outcomes(out)[APPROVED_LINE])["amount"][1] == "50"
    assert len([one for one in cli.writes() if one["path"].endswith(APPROVED_LINE)]) == 2


def test_a_server_whose_answers_take_their_time_is_written_to_all_the_same(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, latency=700))
    cli.settings(ALWAYS_FRESH)
    plan = saved(cli, SET_AMOUNT)

    code, out, err = cli.run("apply", plan, "--yes", "--json")

    assert (code, outcomes(out)[APPROVED_LINE]["outcome"]) == (0, "applied"), err
