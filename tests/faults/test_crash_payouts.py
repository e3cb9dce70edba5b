"""A new payout and a batch are made once, wherever the run that makes them is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from cli_session import APPROVED, POOL_LINE, POOL_PARTNER, CliSession
from struck_runs import EVERYTHING, Trial, small_month, trials

from reconcile.sandbox.choices import Choices
from reconcile.workbook.copy.cell_editor import Keystroke

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")

POOL = (POOL_LINE, "cln_auzdm2yyg6nre33g0ei2t1ll", "cln_ikob9twuksfb6mhn1zb4yt1k")


def _row(row: int, partner: str, period: str) -> tuple[Keystroke, ...]:
    values = {"Partner": partner, "Period": period, "Statement note": f"New payout {row}"}
    return tuple(Keystroke("New payouts", row, header, text) for header, text in values.items())


@pytest.fixture
def begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Iterator[Trial]]]:
    """Begins a trial on a new server: an empty payout of one partner, and all pending lines of another."""
    month = small_month()
    partner = next(one["partnerId"] for one in month["payouts"] if one["id"] == APPROVED)
    batch = [Keystroke("Lines", line, "Action", "Batch") for line in POOL]
    edits = (*_row(2, partner, "2026-04"), *_row(3, POOL_PARTNER, "2026-03"), *batch)

    def session(url: str) -> CliSession:
        return CliSession(url, tmp_path, capsys, monkeypatch.setenv)

    edited = partial(Trial, keystrokes=edits, exported=("--new-payouts",))
    with trials(month, session, edited) as made:
        yield lambda: made.begin(Choices(rate=100_000))


def test_a_new_payout_and_a_batch_are_made_once_wherever_their_run_is_killed(
    begin: Callable[[], Iterator[Trial]],
) -> None:
    for trial in begin():
        code, err, steps = trial.strike()
        undisturbed = trial.result()
        assert code == 0, err
    assert {"New payout 2", "New payout 3"} <= undisturbed.records.keys()
    assert {undisturbed.records[line]["payoutId"] for line in POOL} == {"New payout 3"}
    for number in _struck(steps):
        for trial in begin():
            code, err, _ = trial.strike("kill", number)
            assert code == -signal.SIGKILL, err
            trial.recover()
            assert trial.result() == undisturbed, f"killed at step {number} ({steps[number - 1]})"


def _struck(steps: list[str]) -> list[int]:
    """Just after the first creation, and just before and after the second one."""
    posts = [number for number, what in enumerate(steps, 1) if "POST" in what]
    return list(range(1, len(steps) + 1)) if EVERYTHING else posts[1:]
