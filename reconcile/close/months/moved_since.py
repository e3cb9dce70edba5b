"""What moved of closed periods since the last close, period by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.close.late import LateEntries
from reconcile.domain.money import Money
from reconcile.domain.period import Period
from reconcile.domain.phrases import counted


@dataclass(frozen=True)
class Moved:
    """What moved of one closed period. amounts: by how much its closing would differ, per currency.

    is_booked: whether late entries have booked all of it already.
    """

    period: Period
    count: int
    amounts: Mapping[str, Decimal]
    is_booked: bool = False

    @property
    def words(self) -> str:
        """`2 changes, 20.00 USD`."""
        sums = [str(Money(amount, currency)) for currency, amount in self.amounts.items() if amount]
        return f"{counted(self.count, 'change')}, {', '.join(sums) or 'which cancel out'}"


def moved_by_period(late: LateEntries, periods: Sequence[Period], *, has_entries: bool) -> tuple[Moved, ...]:
    """The changes by the period of their day, in the order of the periods.

    periods: those that are closed, in their order; what lies before them all counts to the first, and what
    has no day to the last. has_entries: whether late entries were written for the last close.
    """
    found: dict[Period, list[tuple[str, Decimal]]] = {}
    for change in late.changes:
        entry = change.entry
        ends = (one for one in periods if entry.day and entry.day <= one.end)
        period = next(ends, periods[-1])
        found.setdefault(period, []).append((entry.currency, entry.amount))
    return tuple(
        Moved(period, len(some), _sums(some), is_booked=has_entries and not late.booked)
        for period, some in sorted(found.items())
    )


def _sums(amounts: Sequence[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, amount in sorted(amounts):
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return sums


def stale_words(moved: Moved, last: Period) -> str:
    """That a closed period is stale, by how much, and what to do. last: the last period that is closed."""
    if moved.is_booked:
        return f"{moved.period} is closed and has moved since ({moved.words}); late entries have booked it."
    return (
        f"{moved.period} is closed, and stale: it has moved since ({moved.words}). "
        f"To see the entry that trues it up: close --late --period {last}."
    )
