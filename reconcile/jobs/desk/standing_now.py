"""Where the work stands, from what the state store knows: the month, what waits, what is out. No network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reconcile.close.months.month_states import Month, State
from reconcile.close.steps import Step
from reconcile.domain.period import Period
from reconcile.jobs.approvals.waiting_approvals import Listed, approvals
from reconcile.jobs.closes.overview import all_months, status
from reconcile.jobs.exports.export_standing import ExportStanding
from reconcile.jobs.exports.exports_out import exports
from reconcile.jobs.session import Session
from reconcile.store.run import Run

_DONE = (State.CLOSED, State.RUNNING)


@dataclass(frozen=True)
class StandingNow:
    """months: with their state. period, steps: the month to work on, and its checklist.

    waiting: approvals that nobody answered. refused, approved: requests that were, where nobody asked
    again; an approved one is not used yet. unfinished: runs that go on, or that can be resumed. out:
    workbooks that are awaited.
    """

    months: tuple[Month, ...]
    period: str
    steps: tuple[Step, ...]
    waiting: tuple[Listed, ...]
    refused: tuple[Listed, ...]
    approved: tuple[Listed, ...]
    unfinished: tuple[Run, ...]
    out: tuple[ExportStanding, ...]


def _month_before(today: date) -> str:
    """The last month that is over: the one to work on where none was ever closed."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _last(asked: Sequence[Listed], state: str) -> Iterator[Listed]:
    """The last request of each source, where its state is this. asked: used ones as well, newest first."""
    seen: set[str] = set()
    for one in asked:
        if one.source not in seen and one.state == state:
            yield one
        seen.add(one.source)


def standing_now(session: Session, first_month: str = "") -> StandingNow:
    """Where the work stands. first_month: the one to begin with, if not the last one that is over."""
    months = all_months(session).months
    period = next((one.period for one in months if one.state not in _DONE), "")
    if not months:
        period = first_month or _month_before(session.days.of(session.clock()))
    with session.store(create=False) as store:
        unfinished = tuple(run for run in store.runs(session.environment) if run.is_unfinished)
    asked = approvals(session, whole=True).requests
    return StandingNow(
        months=months,
        period=period,
        steps=status(session, Period.parse(period)).steps if period else (),
        waiting=tuple(one for one in asked if one.state == "waiting"),
        refused=tuple(_last(asked, "refused")),
        approved=tuple(_last(asked, "approved")),
        unfinished=unfinished,
        out=tuple(reversed(exports(session).listed)),
    )
