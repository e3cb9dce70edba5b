"""Whatever the server does to whichever call of a run, every effect happens exactly once in the end.

Every fault of the sandbox at every call: reads before, writes, reads after. RECONCILE_FULL_MATRIX=1 tries
all of them, with idempotency keys honoured and ignored; without it, the faults take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from cli_session import KEY, PATIENCE, UNREAD, CliSession
from struck_runs import EVERYTHING, Matrix, Result, Trial, small_month, trials

from reconcile.sandbox.api.faults import AFTER, BEFORE
from reconcile.sandbox.choices import Choices

FAULTS = [f"{kind} 0.1" if kind == "slow" else kind for kind in (*BEFORE, *AFTER)]
REFUSALS = ("409", "422")
"""The server says no to one call and did nothing: the run says so and ends with 1, and what comes next is applied."""


@pytest.fixture
def matrix() -> Matrix:
    return Matrix()


@pytest.fixture
def begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[bool], Iterator[Trial]]]:
    """Begins a trial on a new server, which honours idempotency keys or ignores them."""

    def session(url: str) -> CliSession:
        return CliSession(url, tmp_path, capsys, monkeypatch.setenv)

    with trials(small_month(), session) as made:

        def begun(honours: bool) -> Iterator[Trial]:  # noqa: FBT001  the one thing in which trials differ
            return made.begin(Choices(rate=100_000, window=1, retry_after=True, honour_keys=honours))

        yield begun


def test_every_fault_of_the_server_at_every_call_ends_as_if_nothing_had_happened(
    begin: Callable[[bool], Iterator[Trial]], capsys: pytest.CaptureFixture[str], matrix: Matrix
) -> None:
    for trial in begin(True):  # noqa: FBT003  the same
        before = len(_calls(trial))
        code, out, err = trial.cli.run("apply", trial.plan, "--yes")
        undisturbed, calls = trial.result(), _calls(trial)[before:]
        assert code == 0, out + err
    for fault, number, honours in _cases(len(calls)):
        for trial in begin(honours):
            row = f"{fault}, keys {'honoured' if honours else 'ignored'}" if EVERYTHING else fault
            tried = partial(_survives, trial, f"* /**: {fault} after {number}", undisturbed)
            matrix.note(row, f"call {number + 1} ({calls[number]})", tried)

    with capsys.disabled():
        print(f"\n{matrix.shown(f'A run of {len(calls)} calls')}")
    assert matrix.failures == {}


def _calls(trial: Trial) -> list[str]:
    log = (
        httpx.get(
            f"{trial.cli.url}/_sandbox/requests", headers={"x-api-key": KEY}, timeout=PATIENCE, verify=UNREAD
        )
        .raise_for_status()
        .json()["requests"]
    )
    return [f"{one['method']} {one['path']}" for one in log]


def _cases(calls: int) -> Iterator[tuple[str, int, bool]]:
    for order, fault in enumerate(FAULTS):
        for number in range(calls):
            if EVERYTHING:
                yield fault, number, True
                yield fault, number, False
            elif (number + order) % 6 == 0:
                yield fault, number, (number + order) % 12 == 0


def _survives(trial: Trial, fault: str, undisturbed: Result) -> None:
    trial.cli.fault(fault)
    code, out, err = trial.cli.run("apply", trial.plan, "--yes")
    refused = any(f": {kind} " in fault for kind in REFUSALS)
    assert code in ((0, 1, 3, 4) if refused else (0, 3, 4)), f"exit code {code}: {out}{err}"
    if code:
        trial.recover()
    found = trial.result()
    assert found.effects == undisturbed.effects, f"effects {found.effects - undisturbed.effects} too many"
    assert found.records == undisturbed.records
