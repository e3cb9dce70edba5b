"""The sure passes: payments that name a payout, a bill or a purchase order of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.erp.matching.compare_amounts import compare, value_of
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.name_forms import same_name, stands_in
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.references import Hit, References
from reconcile.erp.matching.result import Verdict
from reconcile.erp.matching.subset_sum import subset
from reconcile.erp.payments.model import Payment, PaymentStatus

LOOK: Final = "Look at the payment and the payout, and set the stage yourself if it is theirs."


@dataclass(frozen=True, slots=True)
class Named:
    """The payouts that a payment names for sure, or one of which it may mean, and its words for them."""

    payouts: frozenset[int]
    maybe: frozenset[int]
    words: str


def by_reference(state: MatchState, names: Names) -> None:
    """Payments that carry a payout id, a bill number or an end-to-end id.

    Where the payee has exactly the name of another partner who is owed the same, the two contradict each
    other: that is at most a suggestion.
    """
    index = References()
    for number, owed in enumerate(state.owed):
        for reference in owed.references:
            index.add(reference, number)
    named = _named(state, index, lambda payment: (payment.order, *payment.references))
    _play(state, named, "reference", lambda one, two: not _is_another(state, names, one, two))


def by_po_number(state: MatchState, names: Names) -> None:
    """Payments that carry a PO number. It must be the amount or the partner's name as well that agrees.

    A PO number may be a word such as `March` or `TBD`, so without the partner's very name it is a suggestion.
    """
    index = References()
    for number, owed in enumerate(state.owed):
        if owed.po_number:
            index.add(owed.po_number, number)
    named = {
        payment: agreeing
        for payment, one in _named(
            state, index, lambda payment: (*payment.po_texts, *payment.references)
        ).items()
        if (agreeing := _agreeing(state, names, payment, one))
    }
    _play(state, named, "po-number", lambda one, two: _is_very_payee(state, names, one, two))


def question_unknown(state: MatchState, unknown: Iterable[Payment]) -> None:
    """Makes suggestions of matches whose payouts are named by a payment in a state that is not known."""
    index = References()
    for number, owed in enumerate(state.owed):
        for reference in dict.fromkeys((owed.payout_id, *owed.references)):
            index.add(reference, number)
        if owed.po_number:
            index.add(owed.po_number, number)
    for payment in unknown:
        hits = index.hits(filter(None, (payment.order, *payment.references, *payment.po_texts)))
        for number in sorted(frozenset().union(*(hit.leads_to for hit in hits))):
            match = state.used.get(number)
            if match is not None and match.verdict is Verdict.PAID:
                state.question(match, f"{payment.place} says {payment.reason!r} of it")


def _named(
    state: MatchState, index: References, texts: Callable[[Payment], Iterable[str]]
) -> dict[int, Named]:
    found = {}
    for number in state.free_payments():
        hits = index.hits(filter(None, texts(state.payments[number])))
        if hits:
            found[number] = _sorted_out(hits)
    return found


def _sorted_out(hits: Sequence[Hit]) -> Named:
    sure = frozenset(number for hit in hits for number in hit.leads_to if len(hit.leads_to) == 1)
    maybe = frozenset(number for hit in hits for number in hit.leads_to) - sure
    return Named(sure, frozenset() if sure else maybe, ", ".join(hit.reference for hit in hits))


def _agreeing(state: MatchState, names: Names, payment: int, named: Named) -> Named | None:
    """What is left when payouts of another amount and another partner are taken out."""

    def agrees(number: int) -> bool:
        is_theirs = _is_payee(state, names, payment, number)
        return is_theirs or compare([state.payments[payment]], [state.owed[number]], state.policy).fits

    sure, maybe = (frozenset(filter(agrees, numbers)) for numbers in (named.payouts, named.maybe))
    return Named(sure, maybe, named.words) if sure or maybe else None


def _is_very_payee(state: MatchState, names: Names, payment: int, payout: int) -> bool:
    """Whether the payee has the very name of the payout's partner; one that is like it may suggest.

    Where the file has no payee, only a text, the whole name must stand in the text.
    """
    paid, partner = state.payments[payment], state.owed[payout].partner
    if same_name(paid.payee, partner):
        return True
    only_text = paid.payee in paid.references and _is_payee(state, names, payment, payout)
    return only_text and stands_in(partner, paid.payee)


def _is_payee(state: MatchState, names: Names, payment: int, payout: int) -> bool:
    """Whether the payee is the payout's partner, by its name or one like it."""
    group = names.group_of(state.payments[payment].payee)
    return group is not None and group == names.group_of(state.owed[payout].partner)


def _is_another(state: MatchState, names: Names, payment: int, payout: int) -> bool:
    """Whether the payee has exactly the name of another partner, who is owed that very amount."""
    group = names.exact_group_of(state.payments[payment].payee)
    if group is None or group == names.group_of(state.owed[payout].partner):
        return False
    paid = state.payments[payment].amount
    return any(one.amount == paid and names.group_of(one.partner) == group for one in state.owed)


def _play(
    state: MatchState, named: Mapping[int, Named], how: str, is_sure: Callable[[int, int], bool]
) -> None:
    for payments, owed in _groups({number: one.payouts for number, one in named.items() if one.payouts}):
        words = ", ".join(dict.fromkeys(named[number].words for number in payments))
        sure = all(is_sure(one, two) for one in payments for two in named[one].payouts)
        _Group(state, how, words, sure and _all_left(state, payments)).settle(payments, owed)
    for number, one in named.items():
        if one.maybe and number not in state.taken:
            _one_of_several(state, number, one, how)


def _all_left(state: MatchState, payments: Iterable[int]) -> bool:
    """Whether all of these payments left; one that came back or failed makes the others doubtful."""
    return all(state.live(number) for number in payments)


def _groups(named: Mapping[int, frozenset[int]]) -> list[tuple[list[int], list[int]]]:
    """The payments and payouts that hang together, however many payments name however many payouts."""
    lead: dict[int, int] = {}

    def top(number: int) -> int:
        while lead.setdefault(number, number) != number:
            lead[number] = lead[lead[number]]
            number = lead[number]
        return number

    for payouts in named.values():
        first = min(payouts)
        for other in payouts:
            lead[top(other)] = top(first)
    groups: dict[int, tuple[list[int], set[int]]] = {}
    for payment, payouts in named.items():
        members = groups.setdefault(top(min(payouts)), ([], set()))
        members[0].append(payment)
        members[1].update(payouts)
    return [(payments, sorted(payouts)) for payments, payouts in groups.values()]


@dataclass(frozen=True, slots=True)
class _Group:
    """Payments and payouts that name each other."""

    state: MatchState
    how: str
    words: str
    sure: bool = True

    def settle(self, payments: list[int], owed: list[int]) -> None:
        """Finds out what they mean together."""
        free = [number for number in owed if number not in self.state.used]
        if not free:
            self._too_late(payments, owed)
            return
        ordered = sorted(payments, key=lambda number: (str(self.state.payments[number].day), number))
        if not self._as_a_whole(ordered, free):
            self._in_parts(ordered, free)

    def _as_a_whole(self, payments: list[int], owed: list[int]) -> bool:
        fit = compare(
            self._payments(payments), [self.state.owed[number] for number in owed], self.state.policy
        )
        if fit.fits:
            self._paid(payments, owed)
            return True
        came_back = [number for number in payments if not self.state.live(number)]
        return bool(came_back) and self._failed(payments, owed)

    def _payments(self, numbers: Iterable[int]) -> list[Payment]:
        return [self.state.payments[number] for number in numbers]

    def _paid(self, payments: Sequence[int], owed: Sequence[int]) -> None:
        """The amounts agree; what follows depends on where the payouts stand."""
        state = self.state
        stages = {state.owed[number].stage for number in owed}
        if stages == {state.policy.paid_stage}:
            self._match(payments, owed, Verdict.SETTLED)
        elif stages <= {*state.policy.open_stages, state.policy.paid_stage}:
            # Some may stand there already, after a run that stopped half-way: that is no contradiction.
            self._match(payments, owed, Verdict.PAID)
        else:
            self._not_open(payments, owed)

    def _match(self, payments: Sequence[int], owed: Sequence[int], verdict: Verdict) -> None:
        fit = compare(
            self._payments(payments), [self.state.owed[number] for number in owed], self.state.policy
        )
        came_back = [self.state.payments[number].status for number in payments]
        told = verdict is not Verdict.FAILED or PaymentStatus.RECEIVED not in came_back
        sure = told and (self.sure or verdict is not Verdict.PAID)
        self.state.match(payments, owed, fit, Tie(self.how, self.words, sure=sure), verdict)

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
        chosen = self._that_fit(live, payout)
        if not chosen or len(live) < len(payments):
            self._differ(payments, owed)
            return
        self._paid(chosen, owed)
        self._too_late([number for number in payments if number not in chosen], owed)

    def _that_fit(self, payments: Sequence[int], payout: int) -> list[int]:
        """The one payment that is what is owed, or the few that come to it; none where nothing does."""
        owed = self.state.owed[payout]
        for number in payments:
            if compare([self.state.payments[number]], [owed], self.state.policy).fits:
                return [number]
        values = [
            value_of(payment, owed.amount.currency) or Decimal(0) for payment in self._payments(payments)
        ]
        places = subset(values, owed.amount.amount, self.state.policy.largest_sum)
        return [payments[place] for place in places] if places else []

    def _each_alone(self, payments: list[int], owed: list[int]) -> None:
        """Several payouts that do not agree as a whole: those that do alone are settled, the rest differs."""
        state = self.state
        left = list(owed)
        for payout in owed:
            due = state.owed[payout]
            fitting = next((p for p in payments if p not in state.taken and state.live(p)
                            and compare([state.payments[p]], [due], state.policy).fits), None)  # fmt: skip
            if fitting is not None and state.is_open(payout):
                self._match([fitting], [payout], Verdict.PAID)
                left.remove(payout)
        rest = [number for number in payments if number not in state.taken]
        if rest and left:
            self._differ(rest, left)
        elif rest:
            self._too_late(rest, owed)

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


def _one_of_several(state: MatchState, number: int, named: Named, how: str) -> None:
    """A reference that leads to several payouts: the one whose amount agrees is suggested, if it is one."""
    payment = state.payments[number]
    ids = ", ".join(state.owed[one].payout_id for one in sorted(named.maybe))
    fits = {one: compare([payment], [state.owed[one]], state.policy) for one in sorted(named.maybe)}
    usable = [one for one, fit in fits.items() if fit.fits and state.is_open(one)]
    message = f"{named.words} leads to {len(named.maybe)} payouts: {ids}."
    if len(usable) == 1 and payment.status is PaymentStatus.PAID:
        words = f"{named.words} leads to several payouts, and the amount is that of this one"
        state.match([number], usable, fits[usable[0]], Tie(how, words, sure=False), Verdict.PAID)
        fix = "Only one of them has this amount; accept the suggestion on the sheet Matches if it is right."
    else:
        fix = LOOK
    state.note(number, "reference-ambiguous", message, fix)
