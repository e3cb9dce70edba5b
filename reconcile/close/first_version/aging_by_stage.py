"""The aging of the first version: the payouts whose stage is neither paid nor declined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.close.aging import Waiting, bucket
from reconcile.close.first_version.standing import Payments, paid_within
from reconcile.domain.period import Period, utc_date
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES


def aging(now: Snapshot, period: Period, payments: Payments, ends: Sequence[int]) -> tuple[Waiting, ...]:
    """The payouts that are due and not paid at the end of the period, the longest waiting first."""
    found = list(_waiting(now, period, payments, ends))
    return tuple(sorted(found, key=lambda one: (-one.days, one.payout_id)))


def _waiting(now: Snapshot, period: Period, payments: Payments, ends: Sequence[int]) -> Iterator[Waiting]:
    for payout in now.payouts.values():
        if payout.period_end is None or utc_date(payout.period_end) > period.end:
            continue
        settled = payout.stage == STAGES["PAID"].value and paid_within(payout.id, period, payments)
        if settled or payout.stage == STAGES["DECLINED"].value:
            continue
        days = (period.end - utc_date(payout.period_end)).days
        yield Waiting(payout.id, payout.partner_name, payout.stage, days, bucket(days, ends), payout.amount)
