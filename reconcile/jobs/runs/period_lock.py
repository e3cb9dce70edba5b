"""Stops a plan that would change a closed period, unless a person reopens it with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconcile.domain.period import Period
from reconcile.domain.phrases import counted
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.session import Session
from reconcile.plan.model import Plan
from reconcile.store.closes import Reopening, counting, kept_closes, record_reopening
from reconcile.store.run import Run
from reconcile.store.store import Store

if TYPE_CHECKING:
    # What a run takes loads the reports, and the list of runs needs none of them.
    from reconcile.jobs.runs.run_options import Consent

_MANY = 3


def pass_locks(session: Session, store: Store, plan: Plan, consent: Consent) -> tuple[Period, ...]:
    """The closed periods that the plan may change because a person said so.

    Raises DecisionNeeded for one that nobody reopened, and ConfigurationError for a reopening without a
    reason, or of a period that the plan does not change.
    """
    periods = tuple(Period.parse(text) for text in consent.reopen)
    if periods and not (consent.reason or "").strip():
        raise ConfigurationError('--reopen needs a reason: --reason "why".')
    found = closed_periods(session, store, plan)
    for period in periods:
        if period not in found:
            raise ConfigurationError(
                f"--reopen {period}: the plan changes nothing of a closed period {period}."
            )
    for period, ids in found.items():
        if period not in periods:
            raise DecisionNeeded(f"Nothing was written. {closed_words(period, ids)}")
    return periods


def closed_periods(session: Session, store: Store, plan: Plan) -> dict[Period, tuple[str, ...]]:
    """The closed periods that the plan would change, with the records of each."""
    closes = counting(kept_closes(store, plan.environment))
    if not closes:
        return {}
    from reconcile.close.lock import locked
    from reconcile.jobs.close_chain import thawed

    closed = [Period(one.first, one.last) for one in closes]
    return locked(plan.operations, closed, thawed(closes[-1]), session.settings.close)


def closed_words(period: Period, ids: Sequence[str]) -> str:
    """That a plan would change a closed period, and how to do it all the same."""
    named = ", ".join(ids[:_MANY]) + (f" and {len(ids) - _MANY} more" if len(ids) > _MANY else "")
    return (
        f"{period} is closed, and {counted(len(ids), 'operation')} would change it ({named}). To do it all "
        f'the same: --reopen {period} --reason "why". What it is locked against: locked in [close] of '
        "reconcile.toml."
    )


def record_reopenings(periods: tuple[Period, ...], store: Store, run: Run, reason: str) -> None:
    """Remembers who changed closed periods, why, and in which run."""
    for period in periods:
        record_reopening(
            store, Reopening(run.environment, str(period), run.started_at, run.started_by, reason, run.run_id)
        )
