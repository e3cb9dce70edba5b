"""Whatever befalls a run, its server or its connection, the team's state is whole and no effect is doubled.

A real process applies a plan with its state in a real PostgreSQL. It is killed or stopped at one exact step,
cut off behind a proxy for longer than its lease, or loses its server in the middle of a commit; then somebody
else of the team does what the tool says, and where the first process comes back it is refused. What counts is
Introw's own record. RECONCILE_FULL_MATRIX=1 tries every fault at every step; without it, at a few of each.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from cli_session import CliSession
from postgres_server import PASSWORD, PostgresServer
from struck_runs import EVERYTHING, HOOK, Matrix, Result, Trial, small_month
from tcp_proxy import TcpProxy

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")

SHORT, LONG = 4, 60
"""Seconds of a lease: one that a test waits for, and one that no machine is too slow for."""
PATIENCE = 600
"""Seconds after which a process that should have ended counts as hung."""


class TeamTrial(Trial):
    """A trial whose state is in PostgreSQL."""

    database: str = ""

    @property
    def call(self) -> Path:
        """The file by which the struck process calls the test."""
        return self.cli.folder / "call"

    def begun(self, how: str, at: int, port: int | None = None) -> subprocess.Popen[str]:
        """Applies the plan in a process of its own, which is struck. port: that of a proxy before the server."""
        paths = [str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])]
        log = self.cli.folder / "steps.txt"
        log.unlink(missing_ok=True)
        given = {"STRIKE_LOG": str(log), "STRIKE_AT": str(at), "STRIKE_HOW": how, "STRIKE_POSTGRES": "1"}
        environment = (
            os.environ | given | {"PYTHONPATH": os.pathsep.join(paths), "STRIKE_CALL": str(self.call)}
        )
        if port:
            there = os.environ["RECONCILE_STATE"]
            environment["RECONCILE_STATE"] = f"{there.rpartition(':')[0]}:{port}/{there.rpartition('/')[2]}"
        return subprocess.Popen(
            [sys.executable, "-m", "reconcile", "apply", str(self.plan), "--yes"],
            cwd=self.cli.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def steps(self) -> list[str]:
        """The steps that the last process took."""
        return (self.cli.folder / "steps.txt").read_text().splitlines()

    def recover(self) -> None:
        """Does what the operator does next, again while a lease of somebody else's is still alive."""
        end = time.monotonic() + PATIENCE
        while True:
            words = self.next_words()
            code, out, err = self.cli.run(*words)
            if code == 0 or "is held by" not in err or time.monotonic() > end:
                break
            time.sleep(0.2)
        assert code == 0, f"{words[0]} ended with {code}: {out}{err}"

    @property
    def is_over(self) -> bool:
        """Whether the run is finished, though its process may still hold the environment."""
        return [run["state"] for run in json.loads(self.cli.run("history", "--json")[1])] == ["finished"]

    def proved(self, undisturbed: Result) -> None:
        """Nothing was doubled or lost, and the record is what was written."""
        found = self.result()
        assert found.effects == undisturbed.effects, f"effects {found.effects - undisturbed.effects} too many"
        assert found.records == undisturbed.records
        code, out, err = self.cli.run("state", "verify")
        assert code == 0, out + err
        states = {run["state"] for run in json.loads(self.cli.run("history", "--json")[1])}
        assert states <= {"finished"}, states


KINDS = ("before journal", "before POST", "before PATCH")
Begin = Callable[[float], Iterator[TeamTrial]]


@pytest.fixture
def begin(
    postgres: PostgresServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Begin:
    """Begins a trial on a new sandbox and a new database."""

    def begun(lease: float) -> Iterator[TeamTrial]:
        # Keys are ignored: the state alone must keep a line from being made twice.
        with running(small_month(), Choices(rate=100_000, honour_keys=False)) as url:
            cli = CliSession(url, tmp_path, capsys, monkeypatch.setenv)
            profile = f"rate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\nstate_lease = {lease}\n"
            cli.settings(f"[profiles.default]\n{profile}")
            database = postgres.database()
            monkeypatch.setenv("RECONCILE_STATE", postgres.url(database))
            monkeypatch.setenv("RECONCILE_STATE_PASSWORD", PASSWORD)
            assert cli.run("state", "migrate")[0] == 0
            trial = TeamTrial(cli)
            trial.database = database
            yield trial

    return begun


KNOWN: list[tuple[Result, list[str]]] = []
"""What `undisturbed` found, which is the same each time."""


@pytest.fixture
def undisturbed(begin: Begin) -> tuple[Result, list[str]]:
    """What an undisturbed run leaves, and the steps that it takes."""
    if KNOWN:
        return KNOWN[0]
    for trial in begin(LONG):
        process = trial.begun("", 0)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        trial.proved(trial.result())
        found = trial.result()
        assert found.effects.total() == 5
        KNOWN.append((found, trial.steps))
    return KNOWN[0]


def chosen(steps: list[str], *wanted: str) -> list[int]:
    """The steps to strike at, by how they begin: a middle one of each kind, or every one of the full matrix."""
    found = []
    for kind in wanted:
        numbers = [number for number, what in enumerate(steps, 1) if what.startswith(kind)]
        found += numbers if EVERYTHING else [numbers[len(numbers) // 2]]
    return found


def ends(*, is_over: bool) -> tuple[int, ...]:
    """How a process that was struck may end: it says so, or its run was over and only its lease runs out."""
    return (0, 2, 4) if is_over else (2, 4)


def expire(trial: TeamTrial, postgres: PostgresServer) -> None:
    """The lease of a process that is gone runs out, without the wait for it."""
    postgres.sql("UPDATE fences SET alive_until = 0", trial.database)


def killed(trial: TeamTrial, number: int, expected: Result, postgres: PostgresServer) -> None:
    process = trial.begun("kill", number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    expire(trial, postgres)
    trial.recover()
    trial.proved(expected)


def stopped(trial: TeamTrial, number: int, expected: Result, _: PostgresServer) -> None:
    process = trial.begun("stop", number)
    state = Path(f"/proc/{process.pid}/stat")
    waited(lambda: state.read_text().rpartition(")")[2].split()[0] == "T")
    is_over = trial.is_over
    # The lease of a stopped process runs out, and somebody else takes over and ends the run.
    trial.recover()
    before = trial.result()
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in ends(is_over=is_over), err
    assert trial.result() == before, "the stale holder wrote"
    trial.proved(expected)


def cut_off(trial: TeamTrial, number: int, expected: Result, postgres: PostgresServer) -> None:
    with TcpProxy(postgres.port).running() as proxy:
        process = trial.begun("call", number, proxy.port)
        waited(trial.call.exists)
        proxy.cut()
        trial.call.unlink()
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode in ends(is_over=trial.is_over), err
        trial.recover()
        proxy.mend()
    trial.proved(expected)


def server_killed(trial: TeamTrial, number: int, expected: Result, postgres: PostgresServer) -> None:
    process = trial.begun("call", number)
    waited(trial.call.exists)
    postgres.kill()
    postgres.start()
    trial.call.unlink()
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in ends(is_over=trial.is_over), err
    expire(trial, postgres)
    trial.recover()
    trial.proved(expected)


def server_killed_in_commit(
    trial: TeamTrial, number: int, expected: Result, postgres: PostgresServer
) -> None:
    """The commit is on the server's disk, and its answer never comes: it waits for a standby that is not there."""
    process = trial.begun("call", number)
    waited(trial.call.exists)
    with setting(postgres, "synchronous_standby_names", "nobody"):
        trial.call.unlink()
        waited(lambda: bool(postgres.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")))
        postgres.kill()
        _, err = process.communicate(timeout=PATIENCE)
        postgres.start()
    assert process.returncode in ends(is_over=trial.is_over), err
    expire(trial, postgres)
    trial.recover()
    trial.proved(expected)


def disk_full(trial: TeamTrial, number: int, expected: Result, postgres: PostgresServer) -> None:
    """The journal's table cannot grow: the server raises what it raises when its disk is full."""
    process = trial.begun("call", number)
    waited(trial.call.exists)
    full = "BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END"
    postgres.sql(
        f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $${full}$$", trial.database
    )
    postgres.sql(
        "CREATE TRIGGER full_disk BEFORE INSERT ON entries EXECUTE FUNCTION full_disk()", trial.database
    )
    trial.call.unlink()
    _, err = process.communicate(timeout=PATIENCE)
    postgres.sql("DROP TRIGGER full_disk ON entries", trial.database)
    assert process.returncode == 4, f"exit code {process.returncode}: {err}"
    assert "its disk is full" in err, err
    expire(trial, postgres)
    trial.recover()
    trial.proved(expected)


@contextmanager
def setting(postgres: PostgresServer, name: str, value: str) -> Iterator[None]:
    """A setting of the server while the block lasts."""
    postgres.sql(f"ALTER SYSTEM SET {name} = '{value}'")
    postgres.sql("SELECT pg_reload_conf()")
    waited(lambda: postgres.sql(f"SHOW {name}") == [(value,)])
    try:
        yield
    finally:
        postgres.sql(f"ALTER SYSTEM RESET {name}")
        postgres.sql("SELECT pg_reload_conf()")


def waited(is_so: Callable[[], bool]) -> None:
    """Waits until something is so; on any machine it is in the end."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.02)


FAULTS = {
    "client killed": (killed, LONG, KINDS),
    "holder stopped past its lease": (stopped, SHORT, KINDS[:2]),
    "connection cut past the lease": (cut_off, SHORT, KINDS[:2]),
    "server killed before a commit": (server_killed, LONG, KINDS[:1]),
    "server killed in mid-commit": (server_killed_in_commit, LONG, KINDS[:1]),
    "server's disk full": (disk_full, LONG, KINDS[1:2]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_leaves_the_state_whole_and_doubles_nothing(
    fault: str,
    begin: Begin,
    undisturbed: tuple[Result, list[str]],
    postgres: PostgresServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected, steps = undisturbed
    strike, lease, wanted = FAULTS[fault]
    matrix = Matrix()
    for number in chosen(steps, *wanted):
        for trial in begin(lease):
            tried = partial(strike, trial, number, expected, postgres)
            matrix.note(fault, f"step {number} ({steps[number - 1]})", tried)

    with capsys.disabled():
        print(f"\n{matrix.shown(f'A run of {len(steps)} steps on PostgreSQL')}")
    assert matrix.failures == {}


@pytest.mark.parametrize("machines", [2, 5])
def test_machines_that_apply_at_once_do_it_once(
    machines: int, begin: Begin, undisturbed: tuple[Result, list[str]]
) -> None:
    expected, _ = undisturbed
    for trial in begin(LONG):
        processes = [trial.begun("", 0) for _ in range(machines)]
        ends = [(*process.communicate(timeout=PATIENCE), process.returncode) for process in processes]
        codes = [code for _, _, code in ends]
        assert set(codes) <= {0, 1, 2}, ends
        # One does the work. A machine that comes when it is done finds everything applied already.
        done = [out for out, _, code in ends if code == 0]
        assert sum("Run: 5 applied." in out for out in done) == 1, ends
        assert sum("Run: 5 already-applied." in out for out in done) == len(done) - 1, ends
        trial.proved(expected)
