"""The steps of a month with their state, as far as the state store knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.close.checks import OpenWork
from reconcile.domain.edited import Export
from reconcile.domain.period import Period
from reconcile.domain.table import Column, Table


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the month. state: `done`, `open` or `not started`."""

    name: str
    state: str
    said: str


@dataclass(frozen=True)
class Traces:
    """What the store keeps of the work since the period began. Moments are UTC, ISO 8601.

    runs: when each began, and its state. bills, payments: when each was issued or matched. closed: when the
    period was closed.
    """

    exports: Sequence[Export] = ()
    out: Sequence[OpenWork] = ()
    runs: Sequence[tuple[str, str]] = ()
    bills: Sequence[str] = ()
    payments: Sequence[str] = ()
    closed: Sequence[str] = ()


def steps(period: Period, traces: Traces) -> tuple[Step, ...]:
    """The steps in the order of the work. What nobody recorded is not claimed."""
    start = period.start.isoformat()
    exports = [one for one in traces.exports if one.exported_at.date() >= period.start]
    runs = [state for at, state in traces.runs if at >= start]
    bills = [at for at in traces.bills if at >= start]
    payments = [at for at in traces.payments if at >= start]
    back = len(exports) - len(traces.out)
    unfinished = sum(state in ("running", "stopped") for state in runs)
    return (
        _step("export", bool(exports), f"{len(exports)} workbooks"),
        _step(
            "return", bool(exports) and not traces.out, f"{back} of {len(exports)} came back", began=back > 0
        ),
        _step("diff and approval", bool(runs), "a run was approved" if runs else "no run yet"),
        _step(
            "apply",
            bool(runs) and not unfinished,
            f"{len(runs)} runs, {unfinished} unfinished",
            began=bool(runs),
        ),
        _step("bills", bool(bills), f"{len(bills)} bills" + (f", last {bills[-1][:10]}" if bills else "")),
        _step("payments", bool(payments), f"{len(payments)} matched"),
        _step("close", bool(traces.closed), f"closed {traces.closed[-1][:10]}" if traces.closed else "open"),
    )


def _step(name: str, done: bool, said: str, *, began: bool = False) -> Step:  # noqa: FBT001  it reads as a sentence
    return Step(name, "done" if done else "open" if began else "not started", said)


def as_table(found: Sequence[Step]) -> Table:
    """The steps as a table for people."""
    columns = (Column("step", "Step"), Column("state", "State"), Column("said", "What is known"))
    return Table(
        "steps", "Steps of the month", columns, tuple((one.name, one.state, one.said) for one in found)
    )
