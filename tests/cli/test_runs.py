"""A run through the commands: where it stops, what it repeats, what it says of itself."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    DETACH,
    DRAFT,
    DUPLICATE,
    EVERY_KIND,
    KEY,
    NEW_LINE,
    PAID,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)

from reconcile.apply.bounds import Bounds, Spent
from reconcile.jobs.runs.run_options import next_time
from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke

PROFILE = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"
QUICK = PROFILE + "[run]\nsettle_seconds = 0.05\n"
SET_DRAFT = Keystroke("Payouts", DRAFT, "PO number", "PO-DRAFT")


def _run_id(cli: CliSession) -> str:
    return cli.run("history")[1].split()[0]


def _applied(cli: CliSession, *words: str) -> tuple[int, dict[str, Any]]:
    code, out, err = cli.run("apply", *words, "--yes", "--json")
    assert out, err
    return code, json.loads(out)


def _outcomes(result: dict[str, Any]) -> list[str]:
    return [one["outcome"] for one in result["operations"]]


def test_the_result_as_json_tells_every_outcome_and_ties_out(cli: CliSession) -> None:
    code, result = _applied(cli, str(cli.edit(cli.export(), *EVERY_KIND)))

    assert code == 0
    assert (result["state"], result["ties"], result["exit_code"]) == ("finished", True, 0)
    assert set(_outcomes(result)) == {"applied"}
    assert all(one["status"] in (200, 201) and one["at"] for one in result["operations"])
    stages = {(one["stage"], one["currency"]): one for one in result["verification"]["stages"]}
    assert stages["PENDING_PAYMENT", "USD"]["wanted"] == stages["PENDING_PAYMENT", "USD"]["seen"]


def test_nothing_to_do_is_json_too(cli: CliSession) -> None:
    code, result = _applied(cli, str(cli.export()))

    assert (code, result["run"], result["state"]) == (0, None, "nothing to do")


def test_max_calls_stops_between_payouts_and_resume_finishes(cli: CliSession) -> None:
    edits = (SET_AMOUNT, SET_STAGE, SET_DRAFT)
    edited = cli.edit(cli.export(), *edits)
    before = cli.state()[DRAFT]
    code, result = _applied(cli, str(edited), "--max-calls", "8")
    stopped = cli.state()
    resumed = cli.run("resume", result["run"])

    assert code == 4
    assert "--max-calls" in result["stopped"]
    assert _outcomes(result) == ["applied", "applied", None]
    assert stopped[DRAFT] == before
    assert resumed[0] == 0
    assert cli.state()[DRAFT]["poNumber"] == "PO-DRAFT"


def test_a_payout_that_the_calls_do_not_reach_for_is_not_begun(cli: CliSession) -> None:
    code, result = _applied(cli, str(cli.edit(cli.export(), SET_AMOUNT, SET_STAGE)), "--max-calls", "3")

    assert code == 4
    assert _outcomes(result) == [None, None]
    assert cli.writes() == []


def test_a_payout_is_begun_only_if_it_would_be_done_in_time() -> None:
    bounds = Bounds(until=datetime(2026, 4, 5, 18, 0, tzinfo=UTC))
    at = datetime(2026, 4, 5, 17, 58, tzinfo=UTC)

    assert bounds.reached(Spent(0, 1, 0, at)) == ""
    assert "18:00 (--until)" in bounds.reached(Spent(0, 1, 0, at + timedelta(minutes=3)))
    assert next_time("18:00", at).astimezone().hour == 18
    assert next_time("18:00", at) > at


def test_a_time_that_is_none_is_refused_before_anything_happens(cli: CliSession) -> None:
    code, _, err = cli.run("apply", cli.export(), "--until", "25:00", "--yes")

    assert code == 2
    assert "18:00" in err


def test_a_run_stops_after_as_many_refusals_as_the_setting_says(cli: CliSession) -> None:
    cli.settings(PROFILE + "[run]\nmax_refusals = 1\n")
    edited = cli.edit(cli.export(), SET_AMOUNT, DETACH, SET_DRAFT)
    cli.fault("PATCH /commission-lines/*: 402")
    stopped = _applied(cli, str(edited))
    cli.run("resume", _run_id(cli))
    refusing = cli.edit(
        cli.export(name="again.xlsx"),
        Keystroke("Lines", _paid_line(cli), "Amount", 1),
        Keystroke("Payouts", DRAFT, "PO number", "PO-3"),
        name="again-edited.xlsx",
    )
    code, result = _applied(cli, str(refusing))

    assert stopped[0] == 4
    assert code == 4
    assert "max_refusals" in result["stopped"]
    assert _outcomes(result) == ["refused", None]
    assert cli.run("resume", _run_id(cli))[0] == 1
    assert cli.state()[DRAFT]["poNumber"] == "PO-3"


def _paid_line(cli: CliSession) -> str:
    """A line of the paid payout, whose money the server no longer changes."""
    return next(key for key, one in cli.state().items() if one.get("payoutId") == PAID)


def test_a_single_refusal_does_not_stop_the_others(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), Keystroke("Lines", _paid_line(cli), "Amount", 1), SET_DRAFT)
    code, result = _applied(cli, str(edited))

    assert code == 1
    assert _outcomes(result) == ["refused", "applied"]


def test_what_moved_is_held_back_with_its_three_values(cli: CliSession) -> None:
    edited, saved = cli.edit(cli.export(), SET_AMOUNT, DETACH), cli.folder / "plan.json"
    cli.run("diff", edited, "--save", saved)
    cli.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    code, result = _applied(cli, str(saved))
    held = next(one for one in result["operations"] if one["outcome"] == "skipped")

    assert code == 1
    assert held["moved"] == [{"name": "amount", "planned": "500", "wanted": "512.5", "live": "777"}]


def test_what_moved_and_is_relied_on_by_nothing_does_not_disturb(cli: CliSession) -> None:
    edited, saved = cli.edit(cli.export(), SET_AMOUNT), cli.folder / "plan.json"
    cli.run("diff", edited, "--save", saved)
    cli.patch(f"/payouts/{APPROVED}", {"stage": "PENDING_REVIEW", "poNumber": "PO-9"})
    cli.patch(f"/commission-lines/{DUPLICATE}", {"amount": "421.00"})
    code, result = _applied(cli, str(saved))

    assert (code, _outcomes(result)) == (0, ["applied"])


def test_a_payout_that_is_paid_meanwhile_holds_its_lines(cli: CliSession) -> None:
    edited, saved = cli.edit(cli.export(), SET_AMOUNT), cli.folder / "plan.json"
    cli.run("diff", edited, "--save", saved)
    cli.patch(f"/payouts/{APPROVED}", {"stage": "PAID"})
    code, result = _applied(cli, str(saved))

    assert (code, _outcomes(result)) == (1, ["skipped"])


def test_a_line_is_edited_and_declined_in_one_run(cli: CliSession) -> None:
    edit = Keystroke("Lines", DUPLICATE, "Description", "Seen twice")
    code, result = _applied(cli, str(cli.edit(cli.export(), edit, *DECLINE)))

    assert (code, _outcomes(result)) == (0, ["applied", "applied"])


def test_a_look_that_is_too_old_is_repeated_before_each_payout(cli: CliSession) -> None:
    cli.settings(PROFILE + "[run]\nreread_minutes = 0\n")
    edited = cli.edit(cli.export(), *EVERY_KIND)
    code, result = _applied(cli, str(edited))

    assert (code, set(_outcomes(result))) == (0, {"applied"})


def test_a_server_that_knows_no_idempotency_key_gets_none(cli: CliSession) -> None:
    cli.settings(PROFILE + '[names]\nidempotency_member = ""\n')
    code, _ = _applied(cli, str(cli.edit(cli.export(), *NEW_LINE)))

    assert code == 0
    assert "idempotencyKey" not in json.loads(cli.writes()[-1]["body"])


def test_the_report_says_what_a_run_takes_what_is_left_and_when_it_would_be_done(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, credits=500))
    cli.settings("[profiles.default]\nrate = 60\n")
    edited = cli.edit(cli.export("--stage", "DRAFT"), SET_DRAFT)
    _, out, _ = cli.run("diff", edited, "--quiet")
    cost = json.loads(cli.run("diff", edited, "--json")[1])

    takes = re.search(r"Takes (\d+) API calls and (\d+) credits of the (\d+) left this month", out)
    assert takes
    assert takes[1] == takes[2] == str(cost["headline"]["calls"])
    assert cost["headline"]["credits_left"] < int(takes[3]) < 500
    began, done = (datetime.fromisoformat(text) for text in (cost["made_at"], cost["headline"]["done_at"]))
    assert done - began == timedelta(seconds=cost["headline"]["calls"])
    assert re.search(r"done about \d{4}-\d\d-\d\d \d\d:\d\d UTC if begun at once", out)


def test_too_few_credits_for_a_saved_plan_stop_it_before_the_first_write(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, credits=60))
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), *EVERY_KIND), "--save", saved)
    _spend_until(cli, left=9)
    code, _, err = cli.run("apply", saved, "--yes")

    assert code == 1
    assert "more credits, and" in err
    assert cli.writes() == []
    assert json.loads(cli.run("history", "--json")[1]) == []


@pytest.mark.parametrize("fault", ["401", "500", "garbage"])
def test_a_run_that_cannot_look_at_live_is_not_begun(fault: str, cli: CliSession) -> None:
    # Each try of a read waits longer than the one before.
    cli.settings("[profiles.default]\nrate = 100000\nattempts = 2\n")
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    cli.fault(f"GET /**: {fault} 10")
    code, out, err = cli.run("apply", saved, "--yes")

    assert code == 3, out
    assert "Nothing was written, and no run was begun." in err
    assert json.loads(cli.run("history", "--json")[1]) == []


def test_a_state_that_cannot_be_written_stops_a_run_before_its_first_call(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    with sqlite3.connect(cli.folder / "state.db") as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'full'); END")
    connection.close()
    broken = cli.run("apply", saved, "--yes")
    nowhere = cli.run("apply", saved, "--yes", "--state", saved / "state.db")

    for code, _, err in (broken, nowhere):
        assert code == 2
        assert "state store" in err
        assert "resume" not in err
    assert cli.writes() == []


def _spend_until(cli: CliSession, left: int) -> None:
    """Somebody else uses the month's credits."""
    while True:
        answer = httpx.get(f"{cli.url}/api/v1/payouts/{PAID}", headers={"x-api-key": KEY}, timeout=10)
        if int(answer.headers["x-introw-credits-remaining-month"]) <= left:
            return


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0), ("", 2), ("perhaps\n", 2)])
def test_an_answer_may_come_through_a_pipe(
    answer: str, code: int, cli: CliSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    found, _, err = cli.run("apply", edited)

    assert found == code
    assert len(cli.writes()) == (code == 0)
    assert "Traceback" not in err


def test_a_stopped_run_says_so_in_one_sentence(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.fault("PATCH /commission-lines/*: 401")
    _, _, err = cli.run("apply", edited, "--yes")

    assert ".." not in err
    assert f"Finish it with: reconcile resume {_run_id(cli)}" in err


def test_a_decline_under_an_unknown_status_is_named_and_ties_once_the_status_is_known(
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000, decline_payout_id="keep", status_names=(("VOIDED", "ANNULLED"),)))
    cli.settings(QUICK)
    code, result = _applied(cli, str(cli.edit(cli.export(), *DECLINE)))
    cli.settings(QUICK + '[names]\nvoided_statuses = ["ANNULLED"]\n')
    resumed = cli.run("resume", result["run"])

    assert code == 4
    assert (result["state"], result["ties"]) == ("stopped", False)
    differences = {one["name"]: one["seen"] for one in result["verification"]["differences"]}
    assert differences["state"] == "on payout, status ANNULLED"
    assert all(one["record"] for one in result["verification"]["differences"])
    assert resumed[0] == 0
