"""How long payouts have been waiting for their money, counted from the end of their period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.close.ledger.open_items import OpenPart
from reconcile.domain.money import Money
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Snapshot


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


def open_items(
    parts: Sequence[OpenPart], snapshot: Snapshot, period: Period, ends: Sequence[int]
) -> tuple[Waiting, ...]:
    """All that is open, by payout or line of the pool, the longest waiting first; its sum is the closing."""
    groups: dict[tuple[str, str, str], list[OpenPart]] = {}
    for one in parts:
        groups.setdefault((one.payout_id or one.line_id, one.partner_id, one.currency), []).append(one)
    found = [_item(record_id, group, snapshot, period, ends) for (record_id, *_), group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.days, one.payout_id, one.amount.currency)))


def _item(
    record_id: str, group: Sequence[OpenPart], snapshot: Snapshot, period: Period, ends: Sequence[int]
) -> Waiting:
    payout, first = snapshot.payouts.get(record_id), group[0]
    due = min((one.due for one in group if one.due), default=period.end)
    if payout and payout.period_end:
        due = snapshot.scope.days.of_bound(payout.period_end)
    days = max((period.end - due).days, 0)
    amount = Money(sum((one.amount for one in group), Decimal(0)), first.currency)
    stage = payout.stage if payout else "on no payout"
    return Waiting(
        record_id, snapshot.partner_name(first.partner_id), stage, days, bucket(days, ends), amount
    )


def bucket(days: int, ends: Sequence[int]) -> str:
    """The bucket of so many days."""
    return buckets(ends)[next((place for place, end in enumerate(ends) if days <= end), len(ends))]


def sums(waiting: Sequence[Waiting], ends: Sequence[int]) -> dict[str, dict[str, Decimal]]:
    """What is waiting per currency and bucket."""
    found: dict[str, dict[str, Decimal]] = {}
    for one in waiting:
        row = found.setdefault(one.amount.currency, dict.fromkeys(buckets(ends), Decimal(0)))
        row[one.bucket] += one.amount.amount
    return dict(sorted(found.items()))
