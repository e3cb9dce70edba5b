"""The steps of a month with their state, as far as the state store knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reconcile.close.checks import OpenWork
from reconcile.domain.edited import Export
from reconcile.domain.pack_table import Column, Table
from reconcile.domain.phrases import counted

_NEVER = "9999"
"""After every moment, as text."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the month. state: `done`, `open` or `not started`."""

    name: str
    state: str
    said: str


@dataclass(frozen=True)
class Traces:
    """What the store keeps of the work. Moments are UTC, ISO 8601.

    began: when the period did. runs: when each began, and its state. bills, payments: when each was issued or
    matched. closed: when the period was closed. What came before the period began, or after it was closed, is
    work of another one. is_next: whether the period is the next to be closed, since only that is worked on.
    closed_before: when the period before it was closed. out: the workbooks that did not come back. returned:
    when workbooks came back and were compared. asked, rejected: when approvals of plans were asked for that
    nobody rejected, and those that somebody did.
    signed: how far the signatures of the close are, in words.
    """

    began: datetime
    exports: Sequence[Export] = ()
    out: Sequence[OpenWork] = ()
    runs: Sequence[tuple[str, str]] = ()
    bills: Sequence[str] = ()
    payments: Sequence[str] = ()
    closed: Sequence[str] = ()
    is_next: bool = True
    closed_before: str = ""
    returned: Sequence[str] = ()
    asked: Sequence[str] = ()
    rejected: Sequence[str] = ()
    signed: str = ""


def _window(traces: Traces) -> tuple[str, str]:
    """Between which moments work counts as work of the period; none where it is not its turn."""
    start = traces.began.isoformat()
    if traces.closed:
        return start, traces.closed[-1]
    return (max(start, traces.closed_before), _NEVER) if traces.is_next else (_NEVER, _NEVER)


def steps(traces: Traces) -> tuple[Step, ...]:
    """The steps in the order of the work. What nobody recorded is not claimed."""
    start, end = _window(traces)
    exports = [one for one in traces.exports if start <= one.exported_at.isoformat() <= end]
    runs = [state for at, state in traces.runs if start <= at <= end]
    bills = [at for at in traces.bills if start <= at <= end]
    payments = [at for at in traces.payments if start <= at <= end]
    out = {one.id for one in traces.out} & {one.workbook_id for one in exports}
    back = len(exports) - len(out)
    talks = (traces.returned, traces.asked, traces.rejected)
    compared, asked, rejected = (sum(start <= at <= end for at in moments) for moments in talks)
    unfinished = sum(state in ("running", "stopped") for state in runs)
    return (
        _step("export", bool(exports), f"{counted(len(exports), 'workbook')}"),
        _step("return", bool(exports) and not out, f"{back} of {len(exports)} came back", began=back > 0),
        _step(
            "diff and approval",
            bool(runs),
            _decided(runs, compared, asked, rejected),
            began=bool(compared or asked or rejected),
        ),
        _step(
            "apply",
            bool(runs) and not unfinished,
            f"{counted(len(runs), 'run')}, {unfinished} unfinished",
            began=bool(runs),
        ),
        _step(
            "bills",
            bool(bills),
            f"{counted(len(bills), 'bill')}" + (f", last {bills[-1][:10]}" if bills else ""),
        ),
        _step("payments", bool(payments), f"{len(payments)} matched"),
        _step(
            "close",
            bool(traces.closed),
            f"closed {traces.closed[-1][:10]}" if traces.closed else traces.signed or "open",
            began=bool(traces.signed),
        ),
    )


def _decided(runs: Sequence[str], compared: int, asked: int, rejected: int) -> str:
    """How far comparing and deciding is. asked, rejected: approvals."""
    if runs:
        return "a run was begun"
    words = [
        *([f"{counted(asked, 'approval')} asked for"] if asked else []),
        *([f"{counted(rejected, 'approval')} rejected"] if rejected else []),
    ] or ([f"{counted(compared, 'workbook')} compared"] if compared else [])
    return ", ".join((*words, "no run yet"))


def _step(name: str, done: bool, said: str, *, began: bool = False) -> Step:  # noqa: FBT001  it reads as a sentence
    return Step(name, "done" if done else "open" if began else "not started", said)


def as_table(found: Sequence[Step]) -> Table:
    """The steps as a table for people."""
    columns = (Column("step", "Step"), Column("state", "State"), Column("said", "What is known"))
    return Table(
        "steps", "Steps of the month", columns, tuple((one.name, one.state, one.said) for one in found)
    )
