"""The sure passes: payments that name a payout, a bill or a purchase order of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reconcile.domain.phrases import counted
from reconcile.erp.matching.compare_amounts import compare
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.name_forms import same_name, stands_in
from reconcile.erp.matching.named_group import LOOK, Named, NamedGroup
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.references import Hit, References
from reconcile.erp.matching.result import Verdict, certificate
from reconcile.erp.payments.model import Payment, PaymentStatus

# Digits of a number that is taken for a year, a count or a day, and not for a reference.
_SHORT: Final = 4
_DAY: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-./]?(?:0[1-9]|1[0-2])(?:[-./]?[0-3][0-9])?|[0-3]?[0-9][-./][01]?[0-9][-./][0-9]{2,4}"
)


def by_reference(state: MatchState, names: Names) -> None:
    """Payments that carry a payout id, a bill number or an end-to-end id.

    Where the payee has exactly the name of another partner, the two contradict each other: that is at most a
    suggestion. So is a bill number that says too little, see `is_telling`.
    """
    index = References()
    for number, owed in enumerate(state.owed):
        for reference in owed.references:
            index.add(reference, number)
    named = _named(state, index, lambda payment: (payment.order, *payment.references))
    _play(state, named, "reference", lambda one, two: not _is_another(state, names, one, two))


def by_po_number(state: MatchState, names: Names) -> None:
    """Payments that carry a PO number. It must be the amount or the partner's name as well that agrees.

    A PO number may be a word such as `March` or `TBD`, so without the partner's very name it is a suggestion,
    and one that says too little is a suggestion always, see `is_telling`.
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
    """Makes suggestions of matches whose payouts are named by a payment in a state not known, or voided."""
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


def is_telling(reference: str) -> bool:
    """Whether a reference says enough to be that of one thing alone.

    A word without a digit, a year, a month or day in digits, and a short number stand in texts by themselves.
    An id with an underscore, as Introw's have, does not.
    """
    letters, digits = (sum(map(kind, reference)) for kind in (str.isalpha, str.isdigit))
    says = bool(letters) or (digits > _SHORT and not _DAY.fullmatch(reference))
    return "_" in reference or (bool(digits) and says)


def _sorted_out(hits: Sequence[Hit]) -> Named:
    sure = frozenset(number for hit in hits for number in hit.leads_to if len(hit.leads_to) == 1)
    words = ", ".join(hit.reference for hit in hits)
    telling = frozenset(number for hit in hits if is_telling(hit.reference) for number in hit.leads_to)
    unclear = frozenset(number for hit in hits if not hit.leads_to & sure for number in hit.leads_to)
    return Named(sure, frozenset(), words, unclear, telling) if sure else Named(sure, unclear, words)


def _agreeing(state: MatchState, names: Names, payment: int, named: Named) -> Named | None:
    """What is left when payouts of another amount and another partner are taken out."""

    def agrees(number: int) -> bool:
        is_theirs = _is_payee(state, names, payment, number)
        return is_theirs or compare([state.payments[payment]], [state.owed[number]], state.policy).fits

    sure, maybe = (frozenset(filter(agrees, numbers)) for numbers in (named.payouts, named.maybe))
    return replace(named, payouts=sure, maybe=maybe) if sure or maybe else None


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
    """Whether the payee has exactly the name of another partner."""
    group = names.exact_group_of(state.payments[payment].payee)
    return group is not None and group != names.group_of(state.owed[payout].partner)


def _play(
    state: MatchState, named: Mapping[int, Named], how: str, is_sure: Callable[[int, int], bool]
) -> None:
    for payments, owed in _groups({number: one.payouts for number, one in named.items() if one.payouts}):
        words = ", ".join(dict.fromkeys(named[number].words for number in payments))
        sure = all(is_sure(one, two) for one in payments for two in named[one].payouts)
        sure = sure and all(named[one].payouts <= named[one].telling for one in payments)
        names = {number: named[number] for number in payments}
        NamedGroup(state, how, words, names, sure and _all_left(state, payments)).settle(payments, owed)
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


def _one_of_several(state: MatchState, number: int, named: Named, how: str) -> None:
    """A reference that leads to several payouts: those whose amount agrees are suggested, to choose from."""
    payment = state.payments[number]
    ids = ", ".join(state.owed[one].payout_id for one in sorted(named.maybe))
    fits = {one: compare([payment], [state.owed[one]], state.policy) for one in sorted(named.maybe)}
    usable = [one for one, fit in fits.items() if fit.fits and state.is_open(one)]
    message = f"{named.words} leads to {counted(len(named.maybe), 'payout')}: {ids}."
    if len(named.maybe) == 1:
        message = f"{named.words} leads to the payout {ids}, and does not name it for sure."
    if usable and payment.status is PaymentStatus.PAID:
        this = "this one" if len(usable) == 1 else f"{len(usable)} of them"
        words = f"{named.words} leads to several payouts, and the amount is that of {this}"
        proof = certificate([state.solution([number], [one]) for one in usable])
        tie = Tie(how, words, sure=False, certificate=proof)
        state.match([number], usable[:1], fits[usable[0]], tie, Verdict.PAID)
        fix = "See the sheet Matches: accept the suggestion if it is right, or choose which it is."
    else:
        fix = LOOK
    state.note(number, "reference-ambiguous", message, fix)
