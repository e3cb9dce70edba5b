"""The pass that suggests by amount, currency and name within a window of days.

A suggestion says whether it is the only one: other payouts of the partner with that amount, sums of its
payouts, and other payments of that amount are solutions as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, islice

from reconcile.domain.phrases import counted
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.candidates import UNDATED, Candidates, Key, candidates, in_window, key_of
from reconcile.erp.matching.compare_amounts import compare
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.name_forms import told_name
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.result import LISTED, Certificate, Solution, Verdict
from reconcile.erp.payments.model import PaymentStatus


def by_amount(state: MatchState, names: Names) -> None:
    """One payment for one payout: exact amounts first, then those within the tolerance."""
    payouts = candidates(state, names, sorted(state.undecided()))
    keys = {
        number: key
        for number in state.free_payments()
        if (key := key_of(names, state.payments[number])) is not None
    }
    live = {number: key for number, key in keys.items() if key in payouts and state.live(number)}
    alike: defaultdict[tuple[Key, Decimal], list[int]] = defaultdict(list)
    for number, key in live.items():
        alike[key, state.payments[number].amount.amount].append(number)
    for (key, amount), numbers in alike.items():
        by_day = sorted(numbers, key=lambda number: (_day(state, number), number))
        _suggest_exactly(state, payouts[key], by_day, amount)
    for number, key in live.items():
        if number not in state.taken:
            _suggest_near(state, payouts[key], number)
    bounced = candidates(state, names, filter(state.may_fail, range(len(state.owed))))
    for number, key in keys.items():
        if key in bounced and state.payments[number].status is not PaymentStatus.PAID:
            _suggest_failed(state, bounced[key], number)


def _suggest_exactly(
    state: MatchState, payouts: Candidates, payments: Sequence[int], amount: Decimal
) -> None:
    """The payments of one partner and amount, by day, each for a payout of that amount."""
    fitting = {number: payouts.equal(state.payments[number], amount) for number in payments}
    is_paired = _is_paired(list(fitting.values()))
    days = [_day(state, number) for number in payments]
    for number, places in fitting.items():
        first = payouts.first_free(places)
        if first is None:
            continue
        payment = state.payments[number]
        words = _words(state, number, first)
        looked_at, sums = payouts.sums(payment, amount)
        several = [[looked_at[place] for place in way] for way in sums.found]
        if is_paired and not several:
            pairs = counted(len(payments), "payment")
            words += f"; {pairs} of this amount for as many payouts, in the order of their days"
            proof = Certificate(complete=sums.complete)
        else:
            rivals = _in_reach(days, state.owed[first], state.policy)
            proof = Certificate(
                sum(map(len, (*places, *rivals))) - 1 + len(several),
                _others(state, (number, first), payouts, places, several, _at(payments, rivals)),
                sums.complete,
            )
        fit = compare([payment], [state.owed[first]], state.policy)
        state.match([number], [first], fit, Tie("amount", words, certificate=proof), Verdict.PAID)


def _is_paired(fitting: Sequence[list[range]]) -> bool:
    """Whether there are several payments of an amount for as many payouts, and each may be for each.

    Then all of these payouts are paid, whichever payment is whose.
    """
    count = sum(map(len, fitting[0]))
    return len(fitting) > 1 and count == len(fitting) and all(places == fitting[0] for places in fitting)


def _day(state: MatchState, payment: int) -> date:
    return state.payments[payment].day or UNDATED


def _in_reach(days: Sequence[date], owed: Owed, policy: PaymentPolicy) -> list[range]:
    """The places of the payments, which stand by day, that may be for a payout by its day."""
    if owed.day is None:
        return [range(len(days))]
    dated = bisect_right(days, UNDATED)
    low = bisect_left(days, owed.day - timedelta(days=policy.days_before), dated)
    high = bisect_right(days, owed.day + timedelta(days=policy.days_after), dated)
    return [range(dated), range(low, high)]


def _at(numbers: Sequence[int], places: Iterable[range]) -> Iterator[int]:
    return (numbers[place] for some in places for place in some)


def _others(
    state: MatchState,
    first: tuple[int, int],
    payouts: Candidates,
    places: Sequence[range],
    several: Sequence[list[int]],
    rivals: Iterator[int],
) -> tuple[Solution, ...]:
    """Other payouts of the amount, payouts that come to it, other payments of it; as many as are listed."""
    payment, payout = first
    found = chain(
        (([payment], [one]) for one in _at(payouts.numbers, places) if one != payout),
        (([payment], way) for way in several),
        (([one], [payout]) for one in rivals if one != payment),
    )
    return tuple(state.solution(*one) for one in islice(found, LISTED))


def _words(state: MatchState, payment: int, payout: int) -> str:
    named = told_name(state.payments[payment].payee, state.owed[payout].partner)
    return f"The amount, the currency and {named} agree"


def _suggest_near(state: MatchState, payouts: Candidates, number: int) -> None:
    """A payment for a payout of nearly its amount."""
    payment = state.payments[number]
    amount = payment.amount.amount
    tolerance = state.policy.tolerance_of(payment.amount.currency)
    spread = max(tolerance.absolute, abs(amount) * tolerance.percent / 100)
    if not spread:
        return
    near, is_all = payouts.near(amount - spread, amount + spread)
    fitting = [
        one
        for one in near
        if in_window(payment, state.owed[one], state.policy)
        and compare([payment], [state.owed[one]], state.policy).fits
    ]
    first = next((one for one in fitting if state.is_open(one)), None)
    if first is None:
        return
    looked_at, sums = payouts.sums(payment, amount)
    others = [[one] for one in fitting if one != first]
    others += [[looked_at[place] for place in way] for way in sums.found]
    listed = tuple(state.solution([number], one) for one in others[:LISTED])
    proof = Certificate(len(others) + 1, listed, is_all and sums.complete)
    words = _words(state, number, first)
    fit = compare([payment], [state.owed[first]], state.policy)
    state.match([number], [first], fit, Tie("amount", words, certificate=proof), Verdict.PAID)


def _suggest_failed(state: MatchState, payouts: Candidates, number: int) -> None:
    """Money that came back, for a payout of that amount."""
    payment = state.payments[number]
    amount = abs(payment.amount.amount)
    near, is_all = payouts.near(amount, amount)
    usable = [one for one in near if state.may_fail(one)]
    if not usable or state.owed[usable[0]].stage == state.policy.failed_stage:
        return
    fit = compare([payment], [state.owed[usable[0]]], state.policy)
    words = f"{_words(state, number, usable[0])}, and the money came back"
    listed = tuple(state.solution([number], [one]) for one in usable[1 : LISTED + 1])
    proof = Certificate(len(usable), listed, is_all)
    state.match([number], [usable[0]], fit, Tie("amount", words, certificate=proof), Verdict.FAILED)
