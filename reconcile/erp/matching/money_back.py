"""Ties money that came in to the payments that it may give back, so that no payout stays paid by itself.

What names a payout was matched with it before. The rest is tied by amount, payee and time; words that say
`returned` help to tell which, and are not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.erp.matching.compare_amounts import Fit
from reconcile.erp.matching.match_state import MatchState, Tie
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.result import Code, Match, Verdict
from reconcile.erp.payments.model import Payment, PaymentStatus

CAME_IN: Final = (PaymentStatus.RETURNED, PaymentStatus.RECEIVED)
_MONEY_OUT: Final = (Verdict.PAID, Verdict.SETTLED)


def tie_money_back(state: MatchState, names: Names) -> None:
    """Looks at all money that came in and is still free: what it gives back, or may give back."""
    sent: dict[tuple[str, object], list[int]] = {}
    for number, payment in enumerate(state.payments):
        if payment.status is PaymentStatus.PAID:
            sent.setdefault((payment.amount.currency, payment.amount.amount), []).append(number)
    for number in state.free_payments():
        payment = state.payments[number]
        if payment.status in CAME_IN:
            back = (payment.amount.currency, -payment.amount.amount)
            before = [one for one in sent.get(back, ()) if _in_time(state, payment, state.payments[one])]
            _tie(state, names, number, before)


def group_of(names: Names, payment: Payment) -> int | None:
    """The partner that a payment names, in its payee or in its texts."""
    told = (payment.payee, *payment.references)
    return next((group for text in told if text and (group := names.group_of(text)) is not None), None)


def _tie(state: MatchState, names: Names, number: int, before: Sequence[int]) -> None:
    payment = state.payments[number]
    partner = group_of(names, payment)
    same = [one for one in before if partner is not None and _partner_of(state, names, one) == partner]
    likely = same or before
    is_one = len(likely) == 1 and (bool(same) or payment.status is PaymentStatus.RETURNED)
    if is_one and _give_back(state, number, likely[0]):
        return
    # It was given back to none: whatever had this amount may be its money, whoever the payee is.
    alike = [state.taken[one] for one in (*likely, *before) if one in state.taken]
    alike += _of_that_amount(state, payment)
    if before or alike:
        _question(state, number, alike)
    elif partner is not None:
        of_partner = [
            match
            for match in state.decided
            if any(names.group_of(owed.partner) == partner for owed in match.owed)
        ]
        _question(state, number, of_partner)


def _of_that_amount(state: MatchState, back: Payment) -> list[Match]:
    """The matches with a payout of the amount that came back, or with payments that come to it together."""
    wanted = (back.amount.currency, -back.amount.amount)
    found = []
    for match in state.decided:
        money = [one.amount for one in match.owed]
        if len({one.amount.currency for one in match.payments}) == 1:
            first, *others = (one.amount for one in match.payments)
            money.append(sum(others, first))
        is_alike = wanted in {(one.currency, one.amount) for one in money}
        if is_alike and any(_in_time(state, back, one) for one in match.payments):
            found.append(match)
    return found


def _partner_of(state: MatchState, names: Names, number: int) -> int | None:
    match = state.taken.get(number)
    return names.group_of(match.owed[0].partner) if match else group_of(names, state.payments[number])


def _in_time(state: MatchState, back: Payment, sent: Payment) -> bool:
    if back.day is None or sent.day is None:
        return True
    return 0 <= (back.day - sent.day).days <= state.policy.return_days


def _give_back(state: MatchState, number: int, sent: int) -> bool:
    """The one payment that this money is: its payouts are suggested as failed, with both payments.

    Answers False where that cannot be said of it: no payout took it, or not it alone.
    """
    match = state.taken.get(sent)
    if match is None:
        state.why[number] = f"it may be the money of {state.payments[sent].place}, which came back"
        return False
    if match.verdict not in _MONEY_OUT or len(match.payments) != 1:
        return False
    words = f"{match.evidence}; {state.payments[number].place} has the same amount and came in after it"
    owed = [place for place, one in state.used.items() if one is match]
    state.withdraw(match)
    fit = Fit(None, fits=False, code=Code.EXACT)
    state.match([sent, number], owed, fit, Tie(match.how, words, sure=False), Verdict.FAILED)
    return True


def _question(state: MatchState, number: int, matches: Sequence[Match]) -> None:
    payment = state.payments[number]
    places = []
    for match in dict.fromkeys(matches):
        if match.verdict in _MONEY_OUT:
            places += [str(one.place) for one in match.payments]
            state.question(match, f"{payment.place} may be its money, come back ({payment.amount})")
    if places:
        state.why[number] = f"it may be the money of {', '.join(places[:5])}, come back"
