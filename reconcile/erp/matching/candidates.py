"""The payouts of one partner and currency that a payment may be for: by amount, by day, and in sums."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match_state import MatchState
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.subset_sum import CANDIDATES, Ways, ways
from reconcile.erp.payments.model import Payment

LOOK_AT: Final = 50
"""How many payouts within the tolerance of an amount are looked at."""

UNDATED: Final = date.min
"""Stands for no day: before all days."""

# Up to so many smaller payouts are put in the order of their days; of more, the first ones are found by day.
_SORTED: Final = 2_000
_NO_WAYS: Final = Ways(())
Key = tuple[int, str]


def in_window(payment: Payment, owed: Owed, policy: PaymentPolicy) -> bool:
    """Whether the payment may be for a payout of that period; without a date nothing speaks against it."""
    if payment.day is None or owed.day is None:
        return True
    first, last = owed.day - timedelta(days=policy.days_before), owed.day + timedelta(days=policy.days_after)
    return first <= payment.day <= last


def key_of(names: Names, payment: Payment) -> Key | None:
    """The partner and the currency of a payment by its payee; None where the payee is no partner."""
    group = names.group_of(payment.payee) if payment.payee else None
    return None if group is None else (group, payment.amount.currency)


@dataclass(slots=True)
class Candidates:
    """The payouts of one key. The numbers stand by amount and then by day, those without a day first."""

    state: MatchState
    numbers: list[int]
    amounts: list[Decimal]
    days: list[date]
    _free_from: list[int] = field(default_factory=list)
    _sums: dict[tuple[Decimal, date | None], tuple[tuple[int, ...], Ways]] = field(default_factory=dict)

    def equal(self, payment: Payment, amount: Decimal) -> list[range]:
        """The places of the payouts of an amount in the window of a payment."""
        first, end = bisect_left(self.amounts, amount), bisect_right(self.amounts, amount)
        if payment.day is None:
            return [range(first, end)]
        policy = self.state.policy
        dated = bisect_right(self.days, UNDATED, first, end)
        low = bisect_left(self.days, payment.day - timedelta(days=policy.days_after), dated, end)
        high = bisect_right(self.days, payment.day + timedelta(days=policy.days_before), dated, end)
        return [range(first, dated), range(low, high)]

    def first_free(self, places: Iterable[range]) -> int | None:
        """The first payout in these places that nothing has used."""
        for some in places:
            place = self._next_free(some.start) if some else some.stop
            if place < some.stop:
                return self.numbers[place]
        return None

    def _next_free(self, place: int) -> int:
        """The next place that is not used; what was passed over once is not looked at again."""
        jumps = self._free_from
        if not jumps:
            jumps.extend(range(len(self.numbers) + 1))
        end = place
        while end < len(self.numbers) and (jumps[end] != end or self.numbers[end] in self.state.used):
            if jumps[end] == end:
                jumps[end] = end + 1
            end = jumps[end]
        while place < end:
            jumps[place], place = end, jumps[place]
        return end

    def near(self, low: Decimal, high: Decimal) -> tuple[list[int], bool]:
        """The payouts between two amounts, as many as are worth a look, and whether these are all."""
        start, end = bisect_left(self.amounts, low), bisect_right(self.amounts, high)
        return self.numbers[start : min(end, start + LOOK_AT)], end - start <= LOOK_AT

    def sums(self, payment: Payment, amount: Decimal) -> tuple[tuple[int, ...], Ways]:
        """The payouts that are looked at, and the places of two or more among them that come to an amount."""
        if "sum" not in self.state.policy.passes:
            return (), _NO_WAYS
        if (amount, payment.day) not in self._sums:
            numbers = tuple(islice(self._smaller(payment, amount), CANDIDATES + 1))
            amounts = [self.state.owed[number].amount.amount for number in numbers]
            found = ways(amounts, amount, self.state.policy.largest_sum, smallest=2)
            self._sums[amount, payment.day] = numbers, found
        return self._sums[amount, payment.day]

    def _smaller(self, payment: Payment, amount: Decimal) -> Iterator[int]:
        """The payouts in the window that may be a part of an amount, the earliest first."""
        is_plain = bool(self.amounts) and self.amounts[0] > 0
        end = bisect_left(self.amounts, amount) if is_plain else len(self.amounts)
        places: Iterable[int] = range(end)
        if end <= _SORTED:
            places = sorted(places, key=lambda place: (self.days[place], self.numbers[place]))
        for place in places:
            owed = self.state.owed[self.numbers[place]]
            if in_window(payment, owed, self.state.policy):
                yield self.numbers[place]


def candidates(state: MatchState, names: Names, usable: Iterable[int]) -> Mapping[Key, Candidates]:
    """These payouts by the name of their partner and their currency."""
    by_key: defaultdict[Key, list[tuple[Decimal, date, int]]] = defaultdict(list)
    for number in usable:
        owed = state.owed[number]
        group = names.group_of(owed.partner)
        if group is not None:
            by_key[group, owed.amount.currency].append((owed.amount.amount, owed.day or UNDATED, number))
    return {
        key: Candidates(
            state,
            [number for _, _, number in sorted(rows)],
            [amount for amount, _, _ in sorted(rows)],
            [day for _, day, _ in sorted(rows)],
        )
        for key, rows in by_key.items()
    }
