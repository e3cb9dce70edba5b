"""Gathers what the state store knows of payments and bills, for a close and for what moved after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reconcile.close.frozen import Frozen
from reconcile.close.ledger.allotments import allotments
from reconcile.close.ledger.evidence_of_payment import DatedBill, StagePaid
from reconcile.close.ledger.positions import Facts
from reconcile.close.ledger.stages import PAID, Known, stages_paid
from reconcile.close.rollforward import Entry, entries_from
from reconcile.close.versions import stages_known
from reconcile.domain.bill import IssuedBill
from reconcile.domain.snapshot import Snapshot
from reconcile.jobs.closes.close_inputs import last_export
from reconcile.jobs.own_work import applied_since, known_settlements
from reconcile.jobs.session import Session
from reconcile.plan.sources import Applied
from reconcile.store.closes import kept_late_entries
from reconcile.store.store import Store


@dataclass(frozen=True)
class PaymentEvidence:
    """The facts of the ledger. matched: whether `payments` was run at all.

    own: what runs set since the last export, by record and field.
    """

    facts: Facts
    matched: bool
    own: Mapping[str, Mapping[str, str]]


def evidence_of(
    session: Session, store: Store, snapshot: Snapshot, closes: Sequence[Frozen | None]
) -> PaymentEvidence:
    """What is known of payments, of stages and of bills. closes: earlier ones, the last one first."""
    environment, names = session.environment, session.settings.policy.names
    settlements = known_settlements(store, environment, session.settings.payments)
    found = allotments(settlements, snapshot, session.settings.payments)
    known = [one for one in closes if one]
    stages: dict[str, StagePaid] = {}
    for close in reversed(known):
        stages |= stages_known(close)
    exported = last_export(store, environment)
    own = applied_since(store, environment, exported.taken_at.isoformat() if exported else "")
    set_on = {
        record: snapshot.scope.days.of(datetime.fromisoformat(one.at))
        for (record, name), one in own.items()
        if (name, one.value) == ("stage", PAID)
    }
    snapshots = (*(one.snapshot for one in known), *((exported,) if exported else ()))
    stage_paid = stages_paid(snapshot, names, found, Known(stages, snapshots, set_on))
    bills = dated_bills(store.bills(environment), snapshot)
    return PaymentEvidence(
        Facts(snapshot, names, found, stage_paid, bills), bool(settlements), _by_record(own)
    )


def _by_record(own: Mapping[tuple[str, str], Applied]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (record, name), one in sorted(own.items()):
        if record and one.value is not None:
            found.setdefault(record, {})[name] = one.value
    return found


def dated_bills(issued: Sequence[IssuedBill], snapshot: Snapshot) -> tuple[DatedBill, ...]:
    """The bills with their dates; one whose date was not kept is dated as the layouts do by default.

    What went to a bank to be paid is no bill.
    """
    return tuple(
        DatedBill(one.number, one.payout_id, _day(one, snapshot), one.amount)
        for one in issued
        if not one.pays
    )


def _day(one: IssuedBill, snapshot: Snapshot) -> date:
    payout = snapshot.payouts.get(one.payout_id)
    if one.dated:
        return date.fromisoformat(one.dated)
    days = snapshot.scope.days
    if payout and payout.period_end:
        return days.of_bound(payout.period_end)
    return days.of(datetime.fromisoformat(one.issued_at))


def trued_up(store: Store, previous: Frozen | None) -> tuple[Entry, ...]:
    """What late entries of the close before booked already."""
    kept = kept_late_entries(store, previous.close_id) if previous else ()
    return tuple(one for entry in kept for one in entries_from(entry.entries))
