"""What payments and payouts that name each other mean together: paid, paid in part, twice, or come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Final

from reconcile.erp.matching.compare_amounts import compare, value_of
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.result import ONLY, Certificate, Solution, Verdict, certificate
from reconcile.erp.matching.subset_sum import ways
from reconcile.erp.payments.model import Payment, PaymentStatus

# Within the tolerance the sums of so many payouts that a payment names are tried, one by one.
_TRIED: Final = 12

LOOK: Final = "Look at the payment and the payout, and set the stage yourself if it is theirs."


@dataclass(frozen=True, slots=True)
class Named:
    """The payouts that a payment names for sure, or one of which it may mean, and its words for them.

    doubt: the payouts that another of its references leads to, if that one leads to several. telling: those
    that a reference leads to which says enough by itself.
    """

    payouts: frozenset[int]
    maybe: frozenset[int]
    words: str
    doubt: frozenset[int] = frozenset()
    telling: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """Payments and payouts that name each other. named: what each payment names."""

    state: MatchState
    how: str
    words: str
    named: Mapping[int, Named]
    sure: bool = True

    def settle(self, payments: list[int], owed: list[int]) -> None:
        """Finds out what they mean together."""
        free = [number for number in owed if number not in self.state.used]
        if not free:
            self._too_late(payments, owed)
            return
        ordered = sorted(payments, key=lambda number: (str(self.state.payments[number].day), number))
        # What is suggested for another payment may still be what these are for.
        group = replace(self, sure=self.sure and self.state.asked.isdisjoint(owed))
        group.settle_free(ordered, free)

    def settle_free(self, payments: list[int], owed: list[int]) -> None:
        """Finds out what they mean, if nothing has used these payouts."""
        if not self._as_a_whole(payments, owed):
            self._in_parts(payments, owed)

    def _as_a_whole(self, payments: list[int], owed: list[int]) -> bool:
        fit = compare(
            self._payments(payments), [self.state.owed[number] for number in owed], self.state.policy
        )
        if fit.fits:
            is_plain = all(self.state.owed[number].amount.amount > 0 for number in owed)
            is_exact = fit.difference is not None and not fit.difference.amount
            self._paid(payments, owed, self._without_one(payments, owed), complete=is_exact or is_plain)
            return True
        came_back = [number for number in payments if not self.state.live(number)]
        return bool(came_back) and self._failed(payments, owed)

    def _payments(self, numbers: Iterable[int]) -> list[Payment]:
        return [self.state.payments[number] for number in numbers]

    def _without_one(self, payments: Sequence[int], owed: Sequence[int]) -> list[Solution]:
        """The whole, and what is left of it without a payout that is small enough to pass as a difference.

        An exact sum is the only solution: whatever is left out makes a difference.
        """
        state = self.state
        whole = state.solution(payments, owed)
        difference = compare(whole.payments, whole.owed, state.policy).difference
        if not difference or not difference.amount:
            return [whole]
        parts = [[other for other in owed if other != one] for one in owed] if len(owed) > 1 else []
        fitting = (state.solution(payments, one) for one in parts)
        return [whole, *(one for one in fitting if compare(one.payments, one.owed, state.policy).fits)]

    def _paid(
        self,
        payments: Sequence[int],
        owed: Sequence[int],
        solutions: Sequence[Solution],
        *,
        complete: bool = True,
        sure: bool = True,
    ) -> None:
        """The amounts agree; what follows depends on the stages. solutions: this one, then the others."""
        state = self.state
        stages = {state.owed[number].stage for number in owed}
        if stages == {state.policy.paid_stage}:
            self._match(payments, owed, Verdict.SETTLED)
        elif stages <= {*state.policy.open_stages, state.policy.paid_stage}:
            # Some may stand there already, after a run that stopped half-way: that is no contradiction.
            doubts = sorted({payout for number in payments for payout in self.named[number].doubt})
            found = [*solutions, *self._alone(payments, doubts)]
            proof = certificate(found, complete=complete and not doubts)
            self._match(payments, owed, Verdict.PAID, proof, sure=sure)
        else:
            self._not_open(payments, owed)

    def _alone(self, payments: Sequence[int], payouts: Sequence[int]) -> list[Solution]:
        """Those of these payouts that the payments fit."""
        found = [self.state.solution(payments, [payout]) for payout in payouts]
        return [one for one in found if compare(one.payments, one.owed, self.state.policy).fits]

    def _match(
        self,
        payments: Sequence[int],
        owed: Sequence[int],
        verdict: Verdict,
        proof: Certificate = ONLY,
        *,
        sure: bool = True,
    ) -> None:
        fit = compare(
            self._payments(payments), [self.state.owed[number] for number in owed], self.state.policy
        )
        came_back = [self.state.payments[number].status for number in payments]
        told = verdict is not Verdict.FAILED or PaymentStatus.RECEIVED not in came_back
        sure = sure and told and (self.sure or verdict is not Verdict.PAID)
        tie = Tie(self.how, self.words, sure=sure, certificate=proof)
        self.state.match(payments, owed, fit, tie, verdict)

    def _not_open(self, payments: Sequence[int], owed: Sequence[int]) -> None:
        told = ", ".join(
            f"{self.state.owed[number].payout_id} is {self.state.owed[number].stage}" for number in owed
        )
        for number in payments:
            self.state.note(
                number,
                "payout-not-open",
                f"The payment is for a payout that is not to be paid: {told}.",
                LOOK,
            )

    def _failed(self, payments: list[int], owed: list[int]) -> bool:
        """Whether the money is back, so that the payouts are unpaid again."""
        state = self.state
        currency = state.owed[owed[0]].amount.currency
        values = [value_of(payment, currency) for payment in self._payments(payments)]
        left = sum((value for value in values if value is not None), Decimal(0))
        due = sum((state.owed[number].amount.amount for number in owed), Decimal(0))
        # All of it came back, or, of a payment in an earlier file, exactly what was owed.
        if None in values or left not in (Decimal(0), -due):
            return False
        if not all(state.may_fail(number) for number in owed):
            self._not_open(payments, owed)
            return True
        stages = {state.owed[number].stage for number in owed}
        verdict = Verdict.SETTLED if stages == {state.policy.failed_stage} else Verdict.FAILED
        self._match(payments, owed, verdict)
        return True

    def _in_parts(self, payments: list[int], owed: list[int]) -> None:
        """The whole does not agree: a payment that fits pays, the others are too many or too little."""
        if len(owed) > 1:
            self._each_alone(payments, owed)
            return
        state, payout = self.state, owed[0]
        live = [number for number in payments if state.live(number)]
        fitting, complete = self._that_fit(live, payout)
        if not fitting or len(live) < len(payments):
            self._differ(payments, owed)
            return
        solutions = [state.solution(one, owed) for one in fitting]
        self._paid(fitting[0], owed, solutions, complete=complete)
        self._too_late([number for number in payments if number not in fitting[0]], owed)

    def _that_fit(self, payments: Sequence[int], payout: int) -> tuple[list[list[int]], bool]:
        """The payments that come to what is owed, in each way that there is, and whether all were looked for.

        Equal amounts are one way: whichever of them paid it, the payout is paid, and the rest is too much.
        """
        owed = self.state.owed[payout]
        values = [
            value_of(payment, owed.amount.currency) or Decimal(0) for payment in self._payments(payments)
        ]
        sums = ways(values, owed.amount.amount, self.state.policy.largest_sum)
        found = sums.found or [
            (place,) for place in range(len(payments)) if self._fits(payments[place], payout)
        ]
        different = {tuple(sorted(values[place] for place in way)): way for way in reversed(found)}
        kept = [way for way in found if way in different.values()]
        return [[payments[place] for place in way] for way in kept], sums.complete

    def _fits(self, payment: int, *payouts: int) -> bool:
        state = self.state
        return compare([state.payments[payment]], [state.owed[one] for one in payouts], state.policy).fits

    def _each_alone(self, payments: list[int], owed: list[int]) -> None:
        """Several payouts that do not agree as a whole: a payment that fits some that it names pays these.

        Payments with one solution go first, since they leave fewer to the others.
        """
        state = self.state
        live = [number for number in payments if state.live(number)]
        for exactly in (True, False):
            while sum(self._pay_the_only(number, exactly=exactly) for number in live):
                pass
        left = [number for number in live if number not in state.taken]
        # A payout that one of these is suggested for is a solution of the others all the same.
        for number, (fitting, complete) in [(one, self._named_that_fit(one, exactly=False)) for one in left]:
            self._pay_some(number, fitting, complete=complete)
        unpaid = [number for number in owed if number not in state.used]
        rest = [number for number in payments if number not in state.taken]
        if rest and unpaid:
            self._differ(rest, unpaid)
        elif rest:
            self._too_late(rest, owed)

    def _pay_the_only(self, payment: int, *, exactly: bool) -> bool:
        """Matches a payment for which there is one solution: one payout among those that it names."""
        if payment in self.state.taken:
            return False
        fitting, complete = self._named_that_fit(payment, exactly=exactly)
        is_only = complete and [len(one) for one in fitting] == [1]
        return is_only and self._pay_some(payment, fitting, complete=complete)

    def _pay_some(self, payment: int, fitting: Sequence[list[int]], *, complete: bool) -> bool:
        """Matches a payment with the first solution that may still be paid."""
        state = self.state
        usable = {*state.policy.open_stages, state.policy.paid_stage}
        free = (
            one
            for one in fitting
            if all(payout not in state.used and state.owed[payout].stage in usable for payout in one)
        )
        first = next(free, None)
        if first is None:
            return False
        solutions = [
            state.solution([payment], one) for one in (first, *(one for one in fitting if one != first))
        ]
        # A sum that leaves out a payout that the payment names contradicts it.
        self._paid([payment], first, solutions, complete=complete, sure=len(first) == 1)
        return True

    def _named_that_fit(self, payment: int, *, exactly: bool) -> tuple[list[list[int]], bool]:
        """The payouts that a payment names and that come to it, in each way, those that may be paid first.

        Within the tolerance only where none come to it exactly.
        """
        state = self.state
        named = sorted(self.named[payment].payouts)
        # What is suggested for another payment may still be what this one is for.
        free = [number for number in named if number not in state.used or number in state.asked]
        free.sort(key=lambda number: not state.is_open(number))
        found: list[list[int]] = []
        complete = True
        for currency in dict.fromkeys(state.owed[number].amount.currency for number in free):
            value = value_of(state.payments[payment], currency)
            if value is not None:
                same = [number for number in free if state.owed[number].amount.currency == currency]
                amounts = [state.owed[number].amount.amount for number in same]
                sums = ways(amounts, value, state.policy.largest_sum)
                found += [[same[place] for place in way] for way in sums.found]
                complete = complete and sums.complete
        if found or exactly:
            return found, complete
        few = free[:_TRIED]
        sizes = (1, 2, 3, 4)[: state.policy.largest_sum]
        sets = (list(some) for size in {*sizes, len(few)} for some in combinations(few, size) if some)
        # Sets of other sizes are not tried, so with more payouts the sets found may not be all.
        is_all = len(few) == len(free) and len(few) <= len(sizes) + 1
        return [one for one in sets if self._fits(payment, *one)], is_all

    def _differ(self, payments: Sequence[int], owed: Sequence[int]) -> None:
        if not all(self.state.may_fail(number) for number in owed):
            self._not_open(payments, owed)
            return
        self._match(payments, owed, Verdict.DIFFERS)
        for number in payments:
            self.state.note(number, "amount-differs", self._told(payments, owed), LOOK)

    def _told(self, payments: Sequence[int], owed: Sequence[int]) -> str:
        due = " and ".join(f"{self.state.owed[number].amount}" for number in owed)
        paid = " and ".join(str(payment.amount) for payment in self._payments(payments))
        ids = ", ".join(self.state.owed[number].payout_id for number in owed)
        return f"Paid is {paid}, and owed for {ids} is {due}."

    def _too_late(self, payments: Sequence[int], owed: Sequence[int]) -> None:
        """Payments for payouts that others have paid already: paid twice, until a person knows better."""
        ids = ", ".join(self.state.owed[number].payout_id for number in owed)
        matches = [self.state.used[number] for number in owed if number in self.state.used]
        others = ", ".join(dict.fromkeys(str(one.place) for match in matches for one in match.payments))
        told = f"The payout {ids} is paid already, by {others}." if others else f"{ids} cannot be paid."
        for number in payments:
            self.state.note(
                number, "paid-twice", told, "Find out whether it was paid twice, and get the money back."
            )
