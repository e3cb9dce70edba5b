"""Whatever the server does to a call, each operation takes effect exactly once, or says that it did not."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_session import EVERY_KIND, KEY, NEW_LINE, SET_AMOUNT, SET_STAGE, UNREAD, CliSession

from reconcile.sandbox.choices import Choices

CALLS = {
    "create": "POST /commission-lines",
    "edit": "PATCH /commission-lines/*",
    "detach": "POST /commission-lines/*/detach",
    "decline": "POST /commission-lines/*/decline",
    "payout": "PATCH /payouts/*",
}
# Faults that hide whether the write took effect, and some that say it did not.
FAULTS = ("lose-answer", "drop", "500", "500-after", "503", "429", "garbage", "truncated", "redirect")


def _effects(cli: CliSession) -> dict[str, Any]:
    """What the server looks like, without what differs from run to run: new ids and times."""
    state = {}
    for key, record in cli.state().items():
        made = record.get("description") == "True-up"
        wanted = ("stage", "poNumber", "amount", "status", "payoutId", "description")
        state["made" if made else key] = {name: record.get(name) for name in wanted}
    return state


def _counts(cli: CliSession) -> Counter[str]:
    effects = (
        httpx.get(f"{cli.url}/_sandbox/effects", headers={"x-api-key": KEY}, timeout=10, verify=UNREAD)
        .raise_for_status()
        .json()["effects"]
    )
    return Counter(one["kind"] for one in effects)


@pytest.fixture
def undisturbed(cli: CliSession) -> tuple[dict[str, Any], Counter[str]]:
    """The state and the effects of a run in which nothing goes wrong."""
    assert cli.run("apply", cli.edit(cli.export(), *EVERY_KIND), "--yes")[0] == 0
    return _effects(cli), _counts(cli)


@pytest.mark.parametrize("honour_keys", [True, False], ids=["keys honoured", "keys ignored"])
def test_every_fault_at_every_call_ends_as_if_nothing_had_happened(
    honour_keys: bool,  # noqa: FBT001  a parameter of the table above
    undisturbed: tuple[dict[str, Any], Counter[str]],
    open_cli: Callable[[Choices], CliSession],
) -> None:
    for fault in FAULTS:
        cli = open_cli(Choices(rate=100_000, honour_keys=honour_keys, retry_after=True, window=1))
        (cli.folder / "state.db").unlink(missing_ok=True)
        edited = cli.edit(cli.export("--force"), *EVERY_KIND)
        for call in CALLS.values():
            cli.fault(f"{call}: {fault}")
        code, out, err = cli.run("apply", edited, "--yes")

        assert code == 0, (fault, out, err)
        assert _effects(cli) == undisturbed[0], fault
        assert _counts(cli) == undisturbed[1], fault


@pytest.mark.parametrize("fault", ["402", "401", "403"])
def test_a_refused_key_stops_the_run_and_resume_finishes_it(fault: str, cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *EVERY_KIND)
    cli.fault(f"POST /commission-lines/*/decline: {fault}")
    code, _, err = cli.run("apply", edited, "--yes")
    run_id = cli.run("history")[1].split()[0]
    refused = cli.run("apply", edited, "--yes")
    resumed = cli.run("resume", run_id)

    assert code == 4
    assert f"reconcile resume {run_id}" in err
    assert refused[0] == 1
    assert run_id in refused[2]
    assert resumed[0] == 0
    assert "Everything ties out." in resumed[1]
    assert _counts(cli).total() == 5


def test_a_run_can_be_set_aside_with_a_reason(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.fault("PATCH /commission-lines/*: 401")
    cli.run("apply", edited, "--yes")
    run_id = cli.run("history")[1].split()[0]
    without = cli.run("resume", run_id, "--set-aside", " ")
    aside = cli.run("resume", run_id, "--set-aside", "key rotated")
    again = cli.run("apply", edited, "--yes")

    assert without[0] == 2
    assert aside[0] == 0
    assert again[0] == 0


def test_a_server_that_never_answers_leaves_a_run_that_can_be_resumed(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *NEW_LINE)
    cli.fault("POST /commission-lines: drop 3")
    code, _, err = cli.run("apply", edited, "--yes")
    run_id = cli.run("history")[1].split()[0]
    resumed = cli.run("resume", run_id)

    assert code == 4
    assert "resume" in err
    assert resumed[0] == 0
    assert [line["amount"] for line in cli.state().values() if line.get("description") == "True-up"] == [
        "99.50"
    ]


def test_the_journal_holds_every_intent_and_outcome_and_shows_tampering(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT, SET_STAGE), "--yes")
    run_id = cli.run("history")[1].split()[0]
    code, out, _ = cli.run("history", run_id, "--json")
    kinds = [entry["kind"] for entry in json.loads(out)]
    _tamper(cli.folder / "state.db")
    tampered = cli.run("history", run_id)

    assert code == 0
    assert kinds == ["begin", "start", "intent", "outcome", "intent", "outcome", "end"]
    assert "sandbox-key" not in out
    assert tampered[0] == 1
    assert "was changed" in tampered[2]


def _tamper(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE entries SET body = replace(body, '512.50', '999.00')")
    connection.close()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as on POSIX")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_process_that_dies_in_a_call_is_resumed_exactly_once(
    number: signal.Signals,
    undisturbed: tuple[dict[str, Any], Counter[str]],
    open_cli: Callable[[Choices], CliSession],
) -> None:
    cli = open_cli(Choices(rate=100_000))
    edited = cli.edit(cli.export("--force"), *EVERY_KIND)
    (cli.folder / "state.db").unlink()
    cli.fault("POST /commission-lines/*/decline: slow 2")
    with subprocess.Popen(
        [sys.executable, "-m", "reconcile", "apply", str(edited), "--yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _wait_for(lambda: any(one["path"].endswith("/decline") for one in cli.writes()) or _in_decline(cli))
        process.send_signal(number)
        code = process.wait(timeout=30)
    run_id = cli.run("history")[1].split()[0]
    resumed = cli.run("resume", run_id)

    assert code == {signal.SIGKILL: -9, signal.SIGTERM: 4, signal.SIGINT: 130}[number]
    assert resumed[0] == 0, resumed
    assert _effects(cli) == undisturbed[0]
    assert _counts(cli) == undisturbed[1]


def _in_decline(cli: CliSession) -> bool:
    """The journal says that the decline is about to be called."""
    runs = cli.run("history")[1].split()
    if not runs or runs[0] == "There":
        return False
    entries = json.loads(cli.run("history", runs[0], "--json")[1])
    return (
        bool(entries) and entries[-1]["kind"] == "intent" and entries[-1]["body"]["action"] == "decline line"
    )


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in 30 seconds"
        time.sleep(0.2)  # each look runs two commands
