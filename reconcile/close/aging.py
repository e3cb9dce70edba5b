"""How long payouts have been waiting for their money, counted from the end of their period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.close.standing import Payments, paid_within
from reconcile.domain.money import Money
from reconcile.domain.period import Period, utc_date
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unpaid payout. days: from the end of its period to the end of the closed one."""

    payout_id: str
    partner: str
    stage: str
    days: int
    bucket: str
    amount: Money


def buckets(ends: Sequence[int]) -> tuple[str, ...]:
    """`0-30`, `31-60`, `61-90`, `over 90` for the ends 30, 60 and 90."""
    starts = (0, *(end + 1 for end in ends))
    return (*(f"{start}-{end}" for start, end in zip(starts, ends, strict=False)), f"over {ends[-1]}")


def aging(now: Snapshot, period: Period, payments: Payments, ends: Sequence[int]) -> tuple[Waiting, ...]:
    """The payouts that are due and not paid at the end of the period, the longest waiting first."""
    found = list(_waiting(now, period, payments, ends))
    return tuple(sorted(found, key=lambda one: (-one.days, one.payout_id)))


def _waiting(now: Snapshot, period: Period, payments: Payments, ends: Sequence[int]) -> Iterator[Waiting]:
    names = buckets(ends)
    for payout in now.payouts.values():
        if payout.period_end is None or utc_date(payout.period_end) > period.end:
            continue
        settled = payout.stage == STAGES["PAID"].value and paid_within(payout.id, period, payments)
        if settled or payout.stage == STAGES["DECLINED"].value:
            continue
        days = (period.end - utc_date(payout.period_end)).days
        place = next((place for place, end in enumerate(ends) if days <= end), len(ends))
        yield Waiting(payout.id, payout.partner_name, payout.stage, days, names[place], payout.amount)


def sums(waiting: Sequence[Waiting], ends: Sequence[int]) -> dict[str, dict[str, Decimal]]:
    """What is waiting per currency and bucket."""
    found: dict[str, dict[str, Decimal]] = {}
    for one in waiting:
        row = found.setdefault(one.amount.currency, dict.fromkeys(buckets(ends), Decimal(0)))
        row[one.bucket] += one.amount.amount
    return dict(sorted(found.items()))
