"""The payouts that the stage alone says are paid, with the first day on which that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconcile.close.ledger.evidence_of_payment import StagePaid
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES

PAID = STAGES["PAID"].value


@dataclass(frozen=True)
class Known:
    """What was known of stages before: by the last close, in snapshots, and by runs that set them to PAID."""

    stage_paid: Mapping[str, StagePaid] = field(default_factory=dict)
    snapshots: tuple[Snapshot, ...] = ()
    set_on: Mapping[str, date] = field(default_factory=dict)


def stages_paid(
    snapshot: Snapshot, names: Names, with_payments: Mapping[str, object], known: Known
) -> dict[str, StagePaid]:
    """The payouts at PAID without a known payment.

    The API keeps no dates of stages. A payout came to PAID at the latest when it was last changed, or when a
    snapshot saw it there; what a close knew of it stays.
    """
    found: dict[str, StagePaid] = {}
    for payout in snapshot.payouts.values():
        if payout.stage == PAID and payout.id not in with_payments:
            found[payout.id] = known.stage_paid.get(payout.id) or _seen(payout, snapshot, names, known)
    return dict(sorted(found.items()))


def _seen(payout: Payout, snapshot: Snapshot, names: Names, known: Known) -> StagePaid:
    day = min(_days(payout, snapshot, known))
    return StagePaid(day, payout.partner_id, amounts_of(payout, snapshot, names))


def _days(payout: Payout, snapshot: Snapshot, known: Known) -> Iterator[date]:
    yield snapshot.scope.days.of(payout.updated_at or snapshot.taken_at)
    if payout.id in known.set_on:
        yield known.set_on[payout.id]
    for earlier in known.snapshots:
        was = earlier.payouts.get(payout.id)
        if was and was.stage == PAID:
            yield snapshot.scope.days.of(was.updated_at or earlier.taken_at)


def amounts_of(payout: Payout, snapshot: Snapshot, names: Names) -> tuple[Money, ...]:
    """The sums of the lines of a payout per currency, without those that are declined."""
    lines = snapshot.lines_by_payout.get(payout.id, ())
    sums = totals(line.amount for line in lines if line.status not in names.voided_statuses)
    return tuple(Money(amount, currency) for currency, amount in sums.items())
