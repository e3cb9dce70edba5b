"""One run at a time, and a record that an auditor can read and trust."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_session import DETACH, NEW_LINE, SET_AMOUNT, SET_STAGE, CliSession

from reconcile.sandbox.choices import Choices, Key


@contextmanager
def _applying(cli: CliSession, edited: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of a call, for as long as the block lasts."""
    cli.fault("PATCH /commission-lines/*: slow 60")
    command = [sys.executable, "-m", "reconcile", "apply", str(edited), "--yes"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            _wait_for(lambda: '"intent"' in _journal(cli), process)
            yield process
        finally:
            process.kill()


def _journal(cli: CliSession) -> str:
    code, out, _ = cli.run("history", "--json")
    runs = json.loads(out) if code == 0 else []
    return cli.run("history", runs[0]["run_id"], "--json")[1] if runs else ""


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, "the other process ended"
        assert time.monotonic() < deadline, "nothing happened in two minutes"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="processes are killed as on POSIX")
def test_a_second_run_is_told_who_holds_the_lock_and_a_dead_holder_is_recognised(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT, DETACH)
    with _applying(cli, edited) as process:
        run_id = cli.run("history")[1].split()[0]
        applied, resumed = cli.run("apply", edited, "--yes"), cli.run("resume", run_id)
        aside = cli.run("resume", run_id, "--set-aside", "I am in a hurry")
        process.send_signal(signal.SIGKILL)
        process.wait()
    dead = cli.run("apply", edited, "--yes")
    again = cli.run("resume", run_id)

    assert [applied[0], resumed[0], aside[0]] == [1, 1, 1]
    for code, _, err in (applied, resumed, aside):
        assert code == 1
        assert f"process {process.pid} on " in err
        assert f"reconcile history {run_id}" in err
    assert "that process is gone. Look: " in dead[2]
    assert f"process {process.pid}" in again[2]
    assert "is gone" in again[2]
    assert again[0] == 0


def test_a_holder_on_another_computer_is_named_and_only_a_person_can_end_it(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.fault("PATCH /commission-lines/*: 401")
    cli.run("apply", edited, "--yes")
    run_id = cli.run("history")[1].split()[0]
    _held_by(cli, run_id, "other-computer")
    refused = cli.run("resume", run_id)
    taken = cli.run("resume", run_id, "--take-over")

    assert refused[0] == 1
    assert "process 4711 on other-computer" in refused[2]
    assert f"reconcile resume {run_id} --take-over" in refused[2]
    assert taken[0] == 0


def _held_by(cli: CliSession, run_id: str, host: str) -> None:
    with sqlite3.connect(cli.folder / "state.db") as connection:
        connection.execute(
            "INSERT INTO locks SELECT environment, ?, 'ben', ?, 4711, started_at FROM runs", (run_id, host)
        )
    connection.close()


def test_the_journal_can_be_read_by_an_auditor(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT, SET_STAGE), "--yes")
    run_id = cli.run("history")[1].split()[0]
    words = cli.run("history", run_id)[1]
    rows = list(csv.DictReader(io.StringIO(cli.run("history", run_id, "--csv")[1])))
    outcome = next(row for row in rows if row["kind"] == "outcome")
    intent = next(row for row in rows if row["kind"] == "intent")

    assert 'PATCH /commission-lines/cln_000000000000approvedline {"amount": "512.50"}' in words
    assert [row["kind"] for row in rows] == [
        "begin",
        "start",
        "intent",
        "outcome",
        "intent",
        "outcome",
        "end",
    ]
    assert json.loads(intent["request"]) == {"amount": "512.50"}
    assert (outcome["outcome"], outcome["status"]) == ("applied", "200")
    assert json.loads(outcome["answer"])["data"]["amount"] == "512.50"
    assert all(row["by"] and row["at"] and len(row["hash"]) == 64 for row in rows)


def test_the_runs_are_listed_as_csv_and_an_untouched_record_says_so(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")
    listed = list(csv.DictReader(io.StringIO(cli.run("history", "--csv")[1])))
    code, out, _ = cli.run("history", "--verify")

    assert [row["state"] for row in listed] == ["finished"]
    assert code == 0
    assert "1 run, 16 seals: nothing was changed." in out


def test_verify_says_where_the_record_was_changed(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")
    with sqlite3.connect(cli.folder / "state.db") as connection:
        connection.execute("DELETE FROM entries WHERE kind = 'end'")
    connection.close()
    code, out, err = cli.run("history", "--verify")

    assert code == 1
    assert "not what was written" in out
    assert "/5: it was removed" in err


@pytest.mark.parametrize("key", ["k3y", "a-very-long-and-secret-key"])
def test_a_key_that_the_server_echoes_is_nowhere_in_the_state(
    key: str, open_cli: Callable[[Choices], CliSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The description of the new line is the key, so the server's answer carries it, as an echo would."""
    cli = open_cli(Choices(rate=100_000, keys=(Key(key),)))
    monkeypatch.setenv("INTROW_API_KEY", key)
    exported = cli.export()
    echo = [*NEW_LINE[:-1], NEW_LINE[-1].__class__("New lines", 2, "Description", "Echo " + key.upper())]
    cli.run("apply", cli.edit(exported, *echo), "--yes")
    run_id = cli.run("history")[1].split()[0]
    rows = list(csv.DictReader(io.StringIO(cli.run("history", run_id, "--csv")[1])))

    assert next(row for row in rows if row["kind"] == "outcome")["status"] == "201"
    assert key.casefold() not in next(row for row in rows if row["kind"] == "outcome")["answer"].casefold()
    assert key.encode() not in (cli.folder / "state.db").read_bytes()


def test_json_and_csv_together_are_refused(cli: CliSession) -> None:
    assert cli.run("history", "--json", "--csv")[0] == 2


def test_state_and_saved_plan_are_for_their_owner_alone(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)

    assert (cli.folder / "state.db").stat().st_mode & 0o077 == 0
    assert saved.stat().st_mode & 0o077 == 0
