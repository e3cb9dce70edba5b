"""The pass that suggests by sums: a payment for several payouts of a partner, or several payments for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice

from reconcile.domain.phrases import counted
from reconcile.erp.matching.candidates import Candidates, Key, candidates, in_window, key_of
from reconcile.erp.matching.compare_amounts import compare
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.result import Solution, Verdict, certificate
from reconcile.erp.matching.subset_sum import CANDIDATES, ways


def by_sum(state: MatchState, names: Names) -> None:
    """One payment for several payouts of a partner, then several payments for one payout; exact sums only.

    Payouts and payments that are only suggested elsewhere are part of other solutions, never of the first.
    """
    payouts = candidates(state, names, sorted(state.undecided()))
    for key, numbers in _payments(state, names, payouts).items():
        for number in sorted(numbers, key=lambda one: -state.payments[one].amount.amount):
            if number not in state.taken:
                _one_for_several(state, payouts[key], number)
        _several_for_one(state, payouts[key], numbers)


def _payments(state: MatchState, names: Names, payouts: Mapping[Key, object]) -> dict[Key, list[int]]:
    """The payments that left and are not matched for sure, by key; none where all of a key are suggested."""
    asked = {id(match) for match in state.suggested}
    found: defaultdict[Key, list[int]] = defaultdict(list)
    for number, payment in enumerate(state.payments):
        is_undecided = number not in state.taken or id(state.taken[number]) in asked
        key = key_of(names, payment) if is_undecided and state.live(number) else None
        if key in payouts and key is not None:
            found[key].append(number)
    return {key: numbers for key, numbers in found.items() if any(one not in state.taken for one in numbers)}


def _one_for_several(state: MatchState, payouts: Candidates, number: int) -> None:
    payment = state.payments[number]
    amount = payment.amount.amount
    looked_at, sums = payouts.sums(payment, amount)
    several = [[looked_at[place] for place in way] for way in sums.found]
    first = next((one for one in several if all(map(state.is_open, one))), None)
    if first is None:
        return
    single = [[payouts.numbers[place]] for some in payouts.equal(payment, amount) for place in some]
    others = [one for one in (*single, *several) if one is not first]
    solutions = [state.solution([number], one) for one in (first, *others)]
    _suggest(state, [number], first, solutions, complete=sums.complete)


def _several_for_one(state: MatchState, payouts: Candidates, payments: Sequence[int]) -> None:
    for payout in sorted(payouts.numbers):
        if all(number in state.taken for number in payments):
            return
        if not state.is_open(payout):
            continue
        owed = state.owed[payout]
        near = (one for one in payments if in_window(state.payments[one], owed, state.policy))
        looked_at = list(islice(near, CANDIDATES + 1))
        amounts = [state.payments[one].amount.amount for one in looked_at]
        sums = ways(amounts, owed.amount.amount, state.policy.largest_sum, smallest=2)
        several = [[looked_at[place] for place in way] for way in sums.found]
        first = next((way for way in several if not any(one in state.taken for one in way)), None)
        if first is not None:
            others = [way for way in several if way is not first]
            solutions = [state.solution(way, [payout]) for way in (first, *others)]
            _suggest(state, first, [payout], solutions, complete=sums.complete)


def _suggest(
    state: MatchState,
    payments: Sequence[int],
    payouts: Sequence[int],
    solutions: Sequence[Solution],
    *,
    complete: bool,
) -> None:
    first = solutions[0]
    fit = compare(first.payments, first.owed, state.policy)
    sides = f"{counted(len(payments), 'payment')} for {counted(len(payouts), 'payout')}"
    words = f"{sides} of {first.payments[0].payee} come to the same sum"
    proof = certificate(solutions, complete=complete)
    state.match(payments, payouts, fit, Tie("sum", words, certificate=proof), Verdict.PAID)
