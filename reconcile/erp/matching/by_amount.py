"""The passes that only suggest: amount, currency and name within a window of days; then sums."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.compare_amounts import compare
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.name_forms import told_name
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.result import Verdict
from reconcile.erp.matching.subset_sum import CANDIDATES, subset
from reconcile.erp.payments.model import Payment, PaymentStatus

# How many payouts of one partner, near an amount, are looked at before a payment is left alone.
_LOOK_AT: Final = 50
Key = tuple[int, str]


def by_amount(state: MatchState, names: Names) -> None:
    """One payment for one payout: exact amounts first, then those within the tolerance."""
    shelves = _shelves(state, names, state.is_open)
    for exactly in (True, False):
        for number in state.free_payments():
            if state.live(number):
                _suggest_one(state, names, shelves, number, exactly=exactly)
    bounced = _shelves(state, names, state.may_fail)
    for number in state.free_payments():
        if state.payments[number].status is not PaymentStatus.PAID:
            _suggest_failed(state, names, bounced, number)


@dataclass(slots=True)
class _Shelf:
    """The payouts of one name and currency by amount; `start`: where the free ones of an amount begin."""

    amounts: list[Decimal]
    numbers: list[int]
    start: dict[Decimal, int]

    def exact(self, amount: Decimal, usable: Callable[[int], bool]) -> int | None:
        """The first usable payout of an amount; the used ones at its beginning are passed over once."""
        place = self.start.get(amount, bisect_left(self.amounts, amount))
        end = bisect_right(self.amounts, amount)
        while place < end and not usable(self.numbers[place]):
            place += 1
        self.start[amount] = place
        return self.numbers[place] if place < end else None

    def near(self, low: Decimal, high: Decimal) -> list[int]:
        """The payouts between two amounts, as many as are worth a look."""
        place = bisect_left(self.amounts, low)
        return self.numbers[place : min(bisect_right(self.amounts, high), place + _LOOK_AT)]


def _shelves(state: MatchState, names: Names, usable: Callable[[int], bool]) -> dict[Key, _Shelf]:
    by_key: defaultdict[Key, list[tuple[Decimal, str, int]]] = defaultdict(list)
    for number, owed in enumerate(state.owed):
        group = names.group_of(owed.partner)
        if group is not None and usable(number):
            by_key[group, owed.amount.currency].append((owed.amount.amount, str(owed.day), number))
    return {
        key: _Shelf([amount for amount, _, _ in sorted(rows)], [number for _, _, number in sorted(rows)], {})
        for key, rows in by_key.items()
    }


def _suggest_one(
    state: MatchState, names: Names, shelves: dict[Key, _Shelf], number: int, *, exactly: bool
) -> None:
    payment = state.payments[number]
    shelf = _shelf(names, shelves, payment)
    if shelf is None:
        return
    amount = payment.amount.amount
    tolerance = state.policy.tolerance_of(payment.amount.currency)
    spread = max(tolerance.absolute, abs(amount) * tolerance.percent / 100)
    if exactly:
        first = shelf.exact(amount, state.is_open)
        candidates = [first] if first is not None else []
    else:
        candidates = shelf.near(amount - spread, amount + spread) if spread else []
    for payout in candidates:
        fit = compare([payment], [state.owed[payout]], state.policy)
        if state.is_open(payout) and fit.fits and _in_window(payment, state.owed[payout], state.policy):
            named = told_name(payment.payee, state.owed[payout].partner)
            words = f"The amount, the currency and {named} agree"
            state.match([number], [payout], fit, Tie("amount", words), Verdict.PAID)
            return


def _suggest_failed(state: MatchState, names: Names, shelves: dict[Key, _Shelf], number: int) -> None:
    payment = state.payments[number]
    shelf = _shelf(names, shelves, payment)
    payout = shelf.exact(abs(payment.amount.amount), state.may_fail) if shelf else None
    if payout is None or state.owed[payout].stage == state.policy.failed_stage:
        return
    fit = compare([payment], [state.owed[payout]], state.policy)
    named = told_name(payment.payee, state.owed[payout].partner)
    words = f"The amount, the currency and {named} agree, and the money came back"
    state.match([number], [payout], fit, Tie("amount", words), Verdict.FAILED)


def _shelf(names: Names, shelves: dict[Key, _Shelf], payment: Payment) -> _Shelf | None:
    group = names.group_of(payment.payee) if payment.payee else None
    return None if group is None else shelves.get((group, payment.amount.currency))


def _in_window(payment: Payment, owed: Owed, policy: PaymentPolicy) -> bool:
    """Whether the payment may be for a payout of that period; without a date nothing speaks against it."""
    if payment.day is None or owed.day is None:
        return True
    first, last = owed.day - timedelta(days=policy.days_before), owed.day + timedelta(days=policy.days_after)
    return first <= payment.day <= last


def by_sum(state: MatchState, names: Names) -> None:
    """One payment for several payouts of a partner, then several payments for one payout; exact sums only."""
    payments: defaultdict[Key, list[int]] = defaultdict(list)
    payouts: defaultdict[Key, list[int]] = defaultdict(list)
    for number in state.free_payments():
        payment = state.payments[number]
        group = names.group_of(payment.payee) if payment.payee and state.live(number) else None
        if group is not None:
            payments[group, payment.amount.currency].append(number)
    for number, owed in enumerate(state.owed):
        group = names.group_of(owed.partner)
        if group is not None and state.is_open(number):
            payouts[group, owed.amount.currency].append(number)
    for key, numbers in payments.items():
        if key in payouts:
            _one_for_several(state, numbers, payouts[key])
            _several_for_one(state, numbers, payouts[key])


def _one_for_several(state: MatchState, payments: Sequence[int], payouts: Sequence[int]) -> None:
    left = sorted(payouts, key=lambda number: (str(state.owed[number].day), number))
    for number in sorted(payments, key=lambda one: -state.payments[one].amount.amount):
        payment = state.payments[number]
        near = _first(one for one in left if _in_window(payment, state.owed[one], state.policy))
        places = subset(
            [state.owed[one].amount.amount for one in near], payment.amount.amount, state.policy.largest_sum
        )
        if places:
            chosen = [near[place] for place in places]
            _suggest_sum(state, [number], chosen)
            left = [one for one in left if one not in chosen]


def _several_for_one(state: MatchState, payments: Sequence[int], payouts: Sequence[int]) -> None:
    left = [number for number in payments if number not in state.taken]
    for payout in (number for number in payouts if state.is_open(number)):
        owed = state.owed[payout]
        near = _first(one for one in left if _in_window(state.payments[one], owed, state.policy))
        places = subset(
            [state.payments[one].amount.amount for one in near], owed.amount.amount, state.policy.largest_sum
        )
        if places:
            chosen = [near[place] for place in places]
            _suggest_sum(state, chosen, [payout])
            left = [one for one in left if one not in chosen]


def _first(numbers: Iterable[int]) -> list[int]:
    found = []
    for number in numbers:
        found.append(number)
        # One more than is searched: then the sum of all is not tried on a part of them.
        if len(found) > CANDIDATES:
            break
    return found


def _suggest_sum(state: MatchState, payments: Sequence[int], payouts: Sequence[int]) -> None:
    fit = compare(
        [state.payments[one] for one in payments], [state.owed[one] for one in payouts], state.policy
    )
    sides = f"{_counted(len(payments), 'payment')} for {_counted(len(payouts), 'payout')}"
    payee = state.payments[payments[0]].payee
    words = f"{sides} of {payee} come to the same sum"
    state.match(payments, payouts, fit, Tie("sum", words), Verdict.PAID)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
