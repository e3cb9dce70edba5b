"""A run that contains every kind of operation, struck at an exact step, and brought to its end afterwards."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cli_session import APPROVED, DRAFT, EVERY_KIND, KEY, PATIENCE, POOL_PARTNER, SEED, UNREAD, CliSession

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import HOST, running
from reconcile.workbook.copy.cell_editor import Keystroke

HOOK = Path(__file__).parent / "faults" / "hook"
EVERYTHING = bool(os.environ.get("RECONCILE_FULL_MATRIX"))
"""Whether every fault is tried at every step; otherwise a part of them that takes a minute or two."""

Effects = Counter[tuple[str, str]]


def small_month() -> dict[str, Any]:
    """The part of the sample month that the run touches, so that one trial takes a second."""
    month: dict[str, Any] = json.loads(SEED.read_text(encoding="utf-8"))
    kept = {APPROVED, DRAFT}
    month["payouts"] = [one for one in month["payouts"] if one["id"] in kept]
    pool = [one for one in month["lines"] if not one.get("payoutId") and one["partnerId"] == POOL_PARTNER]
    month["lines"] = [one for one in month["lines"] if one.get("payoutId") in kept] + pool[:3]
    partners = {one["partnerId"] for kind in ("payouts", "lines") for one in month[kind]}
    month["partners"] = [one for one in month["partners"] if one["id"] in partners]
    batches = {one["batchId"] for one in month["payouts"]}
    month["batches"] = [one for one in month["batches"] if one["id"] in batches]
    return month


@dataclass(frozen=True)
class Result:
    """What the server shows in the end: the records, and how often each was changed in which way."""

    records: dict[str, Any]
    effects: Effects


@dataclass
class Trial:
    """One run on a server of its own: begun in a process of its own, struck, and finished.

    keystrokes: the edits that it applies. exported: options of the export. kept: the state store as an earlier
    trial at the same address began with it, whose workbook and plan are still there.
    """

    cli: CliSession
    keystrokes: Sequence[Keystroke] = EVERY_KIND
    exported: Sequence[str] = ()
    kept: bytes | None = None

    def __post_init__(self) -> None:
        """Edits an export, and keeps the plan: applying that starts in half a second."""
        for name in ("state.db", "state.db-wal", "state.db-shm", "state.db-journal"):
            (self.cli.folder / name).unlink(missing_ok=True)
        if self.kept is not None:
            self.state.write_bytes(self.kept)
            return
        self.plan.unlink(missing_ok=True)
        self.cli.edit(self.cli.export("--force", *self.exported), *self.keystrokes)
        code, out, err = self.cli.run("diff", self.edited, "--save", self.plan)
        assert code == 0, out + err

    @property
    def edited(self) -> Path:
        """The edited workbook."""
        return self.cli.folder / "edited.xlsx"

    @property
    def plan(self) -> Path:
        """The plan that is applied."""
        return self.cli.folder / "plan.json"

    @property
    def state(self) -> Path:
        """The state store."""
        return self.cli.folder / "state.db"

    def strike(self, how: str = "", at: int = 0, words: Sequence[str] = ()) -> tuple[int, str, list[str]]:
        """Applies the plan in a process that is struck: its exit code, its stderr, the steps it took.

        words: another command than that.
        """
        log = self.cli.folder / "steps.txt"
        log.unlink(missing_ok=True)
        paths = [str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])]
        given = {"STRIKE_LOG": str(log), "STRIKE_AT": str(at), "STRIKE_HOW": how}
        environment = os.environ | given | {"PYTHONPATH": os.pathsep.join(paths)}
        done = subprocess.run(
            [sys.executable, "-m", "reconcile", *(words or ("apply", str(self.plan), "--yes"))],
            cwd=self.cli.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        steps = log.read_text().splitlines() if log.exists() else []
        return done.returncode, done.stderr, steps

    def next_words(self) -> tuple[str, ...]:
        """What the operator does next: finish the run that is unfinished, or apply when there is none."""
        runs = json.loads(self.cli.run("history", "--json")[1])
        states = [run["run_id"] for run in runs if run["state"] in ("running", "stopped")]
        return ("resume", states[0]) if states else ("apply", str(self.edited), "--yes")

    def recover(self) -> None:
        """Does what the operator does next, undisturbed."""
        words = self.next_words()
        code, out, err = self.cli.run(*words)
        assert code == 0, f"{words[0]} ended with {code}: {out}{err}"

    def result(self) -> Result:
        """The server's own view, without what differs from run to run: new ids and times."""
        records = {}
        names = {}
        wanted = ("stage", "poNumber", "amount", "status", "payoutId", "description", "reasonType")
        found = self.cli.state()
        for key, record in found.items():
            names[key] = _made(record) or key
            assert names[key] not in records, "a new record was made twice"
            records[names[key]] = {name: record.get(name) for name in wanted}
        for record in records.values():
            record["payoutId"] = names.get(record["payoutId"], record["payoutId"])
        log = (
            httpx.get(
                f"{self.cli.url}/_sandbox/effects",
                headers={"x-api-key": KEY},
                timeout=PATIENCE,
                verify=UNREAD,
            )
            .raise_for_status()
            .json()["effects"]
        )
        return Result(records, Counter((one["kind"], names.get(one["record_id"], "a batch")) for one in log))


@dataclass
class Trials:
    """Trials that begin alike, each on a new server at the same address: a plan is of use at no other.

    month: what the servers begin with. session: makes a session on a server. trial: the first one; the others
    get its state store.
    """

    month: Mapping[str, Any]
    session: Callable[[str], CliSession]
    trial: Callable[..., Trial] = Trial
    kept: bytes | None = None
    listener: socket.socket = field(default_factory=lambda: socket.create_server((HOST, 0)))

    def begin(self, choices: Choices) -> Iterator[Trial]:
        """The next trial."""
        with running(self.month, choices, listener=self.listener) as url:
            trial = self.trial(self.session(url), kept=self.kept)
            self.kept = trial.state.read_bytes()
            yield trial


@contextmanager
def trials(
    month: Mapping[str, Any], session: Callable[[str], CliSession], trial: Callable[..., Trial] = Trial
) -> Iterator[Trials]:
    """Trials at an address that is theirs until the last one has ended."""
    made = Trials(month, session, trial)
    with made.listener:
        yield made


def _made(record: dict[str, Any]) -> str:
    """The name of a record that the run made: by its text, since ids differ from run to run."""
    if record.get("description") == "True-up":
        return "made"
    note = record.get("metadata") or ""
    return note if note.startswith("New payout") else ""


@dataclass
class Matrix:
    """Faults by steps: what was tried, and what survived."""

    tried: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[str]] = field(default_factory=dict)

    def note(self, fault: str, step: str, trial: Callable[[], None]) -> None:
        """Tries one fault at one step; what goes wrong is kept, and the next one is tried."""
        self.tried[fault] += 1
        try:
            trial()
        except AssertionError as error:
            self.failures.setdefault(fault, []).append(f"{step}: {error}")

    def shown(self, title: str) -> str:
        """The matrix as a table: one row per fault."""
        rows = [f"{title:<44} survived / steps"]
        for fault, tried in self.tried.items():
            rows.append(f"{fault:<44} {tried - len(self.failures.get(fault, [])):>8} / {tried}")
        return "\n".join(rows)
