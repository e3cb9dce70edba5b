"""Finds what moved of closed periods since the last close, as far as the state store knows; no network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from reconcile.apply.replay import replay
from reconcile.close.frozen import Frozen
from reconcile.close.late import late_entries
from reconcile.close.months.moved_since import Moved, moved_by_period, stale_words
from reconcile.close.rollforward import entries_from
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.jobs.close_chain import thawed
from reconcile.jobs.closes.close_inputs import last_export
from reconcile.jobs.closes.payment_evidence import evidence_of
from reconcile.jobs.session import Session
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.forecast import forecast, paid_lines
from reconcile.plan.model import Operation
from reconcile.store.closes import counting, kept_closes, kept_late_entries
from reconcile.store.run import Run
from reconcile.store.store import Store


def moved_since_close(session: Session, store: Store) -> tuple[Moved, ...]:
    """What runs, exports and payments moved of closed periods since the last close, by period."""
    closes = counting(kept_closes(store, session.environment))
    if not closes:
        return ()
    last = closes[-1]
    frozen, before = thawed(last), kept_late_entries(store, last.close_id)
    snapshot = known_now(session, store, frozen)
    facts = evidence_of(session, store, snapshot, (frozen,)).facts
    exported = [one for entry in before for one in entries_from(entry.entries)]
    found = late_entries(frozen, facts, exported)
    return moved_by_period(found, [Period(one.first, one.last) for one in closes], has_entries=bool(before))


def say_stale(session: Session, store: Store, *periods: Period) -> None:
    """Says of closed periods that they are stale and by how much; of all of them where none is named."""
    closes = counting(kept_closes(store, session.environment))
    for one in moved_since_close(session, store):
        if not periods or one.period in periods:
            session.caller.say(stale_words(one, Period(closes[-1].first, closes[-1].last)))


def known_now(session: Session, store: Store, frozen: Frozen) -> Snapshot:
    """The records of a close, with what a later export saw and what runs have done since."""
    known = frozen.snapshot
    exported = last_export(store, session.environment)
    if exported and exported.taken_at > known.taken_at:
        known = replace(
            known,
            taken_at=exported.taken_at,
            payouts={**known.payouts, **exported.payouts},
            lines={**known.lines, **exported.lines},
            partners={**known.partners, **exported.partners},
        )
    since = known.taken_at.replace(microsecond=0)  # a run tells its start by the second
    for run in reversed(store.runs(session.environment)):
        if datetime.fromisoformat(run.started_at) >= since:
            known = _after(known, run, store, frozen)
    return known


def _after(known: Snapshot, run: Run, store: Store, frozen: Frozen) -> Snapshot:
    """The records after a run. One whose plan cannot be read any more is left out."""
    with suppress(ConfigurationError):
        made = forecast(known, _done(known, run, store, frozen), frozen.names)
        return replace(known, payouts=made.payouts, lines=made.lines)
    return known


def _done(known: Snapshot, run: Run, store: Store, frozen: Frozen) -> Iterator[Operation]:
    """What a run has done to records that are known, and the lines that it made."""
    plan, outcomes = from_json(run.plan, run.run_id, OLDEST_PLAN), replay(store.entries(run.run_id)).outcomes
    there = known.payouts.keys() | paid_lines(known, frozen.names).keys()
    for operation in plan.operations:
        outcome = outcomes.get(operation.id)
        if outcome is None or not outcome.outcome.done:
            continue
        if operation.action.creates:
            yield replace(operation, target=replace(operation.target, id=outcome.result_id))
        elif operation.target.id in there:
            yield operation
