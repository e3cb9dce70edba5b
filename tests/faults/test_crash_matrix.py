"""Wherever a run is struck, it ends as an undisturbed run, and every effect happened exactly once.

A real process applies a plan with every kind of operation to a sandbox over real HTTP, and is struck just
before or just after one call or one journal write; then the operator does what the tool says. What counts
is the server's own record. RECONCILE_FULL_MATRIX=1 tries every fault at every step, with idempotency keys
honoured and ignored; without it, the faults take turns.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from cli_session import CliSession
from struck_runs import EVERYTHING, Matrix, Result, Trial, small_month, trials

from reconcile.sandbox.choices import Choices

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and file limits are those of POSIX")

EXITS = {
    "kill": {-signal.SIGKILL},
    # Before the run can be stopped in good order, a signal ends the process as it would any other.
    "term": {0, 4, 130, -signal.SIGTERM},
    "int": {0, 4, 130},
    "full": {0, 2, 4},
    "readonly": {0, 2, 4},
    "torn": {-signal.SIGKILL},
    "short": {-signal.SIGKILL},
}
OTHERS = [how for how in EXITS if how != "kill"]


@pytest.fixture
def begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[bool], Iterator[Trial]]]:
    """Begins a trial on a new server, which honours idempotency keys or ignores them."""

    def session(url: str) -> CliSession:
        return CliSession(url, tmp_path, capsys, monkeypatch.setenv)

    with trials(small_month(), session) as made:

        def begun(honours: bool) -> Iterator[Trial]:  # noqa: FBT001  the one thing in which trials differ
            return made.begin(Choices(rate=100_000, honour_keys=honours))

        yield begun


def test_a_run_struck_at_any_step_ends_as_if_nothing_had_happened(
    begin: Callable[[bool], Iterator[Trial]], capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = Matrix()
    for trial in begin(True):  # noqa: FBT003  the same
        code, err, steps = trial.strike()
        undisturbed = trial.result()
        assert code == 0, err
    assert undisturbed.effects.total() == 5
    for how, number, honours in _cases(steps):
        for trial in begin(honours):
            row = f"{how}, keys {'honoured' if honours else 'ignored'}"
            at = f"step {number} ({steps[number - 1]})"
            matrix.note(row, at, partial(_survives, trial, how, number, undisturbed))

    with capsys.disabled():
        print(f"\n{matrix.shown(f'A run of {len(steps)} steps')}")
    assert matrix.failures == {}


def test_a_resume_that_is_killed_is_resumed_as_if_nothing_had_happened(
    begin: Callable[[bool], Iterator[Trial]], capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = Matrix()
    for trial in begin(True):  # noqa: FBT003  the same
        _, _, steps = trial.strike()
        undisturbed = trial.result()
    first = next(number for number, what in enumerate(steps, 1) if what.startswith("after POST"))
    for trial in begin(False):  # noqa: FBT003  the same
        trial.strike("kill", first)
        _, _, again = trial.strike(words=trial.next_words())
    numbers = range(1, len(again) + 1) if EVERYTHING else range(2, len(again) + 1, 7)
    for number in numbers:
        for trial in begin(False):  # noqa: FBT003  the same
            tried = partial(_survives_twice, trial, first, number, undisturbed)
            matrix.note("kill, then kill the resume", f"step {number} ({again[number - 1]})", tried)

    with capsys.disabled():
        print(f"\n{matrix.shown(f'A resume of {len(again)} steps')}")
    assert matrix.tried.total() == len(numbers)
    assert matrix.failures == {}


def _survives_twice(trial: Trial, first: int, second: int, undisturbed: Result) -> None:
    for number, words in ((first, ()), (second, None)):
        code, err, _ = trial.strike("kill", number, trial.next_words() if words is None else words)
        assert code == -signal.SIGKILL, f"exit code {code}: {err}"
    trial.recover()
    found = trial.result()
    assert found.effects == undisturbed.effects, f"effects {found.effects - undisturbed.effects} too many"
    assert found.records == undisturbed.records


def _cases(steps: list[str]) -> Iterator[tuple[str, int, bool]]:
    """Fault, step, and whether the server honours idempotency keys."""
    for order, how in enumerate(EXITS):
        numbers = [
            number for number, what in enumerate(steps, 1) if how != "torn" or what == "before journal"
        ]
        for number in numbers if EVERYTHING else _turns(how, order, numbers, steps):
            yield how, number, (number + order) % 4 < 2
            if EVERYTHING and how == "kill":
                yield how, number, (number + order) % 4 >= 2


def _turns(how: str, order: int, numbers: list[int], steps: list[str]) -> list[int]:
    """The smaller matrix: a kill before every write and every journal entry, the others here and there.

    Just after a step is just before the next one: nothing lasting happens between the two.
    """
    if how == "kill":
        return [n for n in numbers if steps[n - 1].startswith("before") and "GET" not in steps[n - 1]]
    return numbers[order :: len(numbers) // 3]


def _survives(trial: Trial, how: str, number: int, undisturbed: Result) -> None:
    code, err, _ = trial.strike(how, number)
    assert code in EXITS[how], f"exit code {code}: {err}"
    if how == "short":
        told = trial.cli.run("history")
        assert told[0] == 2, f"nobody was told that the state is lost: {told}"
        assert str(trial.state) in told[2]
        trial.state.rename(trial.state.with_name(f"lost-{number}.db"))
        _recover_without_state(trial)
    else:
        trial.recover()
    found = trial.result()
    assert found.effects == undisturbed.effects, f"effects {found.effects - undisturbed.effects} too many"
    assert found.records == undisturbed.records


def _recover_without_state(trial: Trial) -> None:
    """Nobody knows whose a line is that says the same as a new row, so a person is asked."""
    code, out, err = trial.cli.run("apply", str(trial.edited), "--yes")
    if code == 1:
        assert "Waits for your decision: 1 conflict" in out, out + err
        code, out, err = trial.cli.run(
            "apply", str(trial.edited), "--yes", "--prefer", "live", "--field", "Partner"
        )
    assert code == 0, out + err
