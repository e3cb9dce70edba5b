"""An independent check that a match is the only solution: every subset of what is named is tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.compare_amounts import compare
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Match, Matching
from reconcile.erp.payments.model import Payment

Some = TypeVar("Some")


def assert_only_solution(match: Match, result: Matching, owed: list[Owed], policy: PaymentPolicy) -> None:
    """Nothing else that its payments name comes to them, and no other payments that name it come to it.

    Every subset is tried. Equal amounts for one payout are one solution: it is paid, whichever of them did it.
    """
    assert match.certificate.is_only
    assert match.how in policy.automatic
    others = [one for one in (*result.matches, *result.differing) if one is not match]
    used = {one.payout_id for other in others for one in other.owed}
    named = {number for payment in match.payments for number in _named(payment, match.how, owed)}
    free = [one for number, one in enumerate(owed) if number in named and one.payout_id not in used]
    is_exact = not (match.difference and match.difference.amount)
    ids = {one.payout_id for one in match.owed}
    for chosen in _subsets(free):
        fit = compare(match.payments, chosen, policy)
        if {one.payout_id for one in chosen} != ids:
            assert not fit.fits or (is_exact and fit.difference and fit.difference.amount)
    if len(match.owed) == 1 and is_exact:
        payout = owed.index(match.owed[0])
        rivals = [
            one.payment
            for one in result.strays
            if one.payment.status == "paid"
            and one.payment.amount.amount
            and payout in _named(one.payment, match.how, owed)
        ]
        paid = _amounts(match.payments)
        for payments in _subsets([*match.payments, *rivals]):
            fit = compare(payments, match.owed, policy)
            is_same = _amounts(payments) == paid
            assert is_same or not fit.fits or (fit.difference and fit.difference.amount)


def _amounts(payments: Iterable[Payment]) -> list[Decimal]:
    """The amounts, in order; a payment of zero changes no sum."""
    return sorted(one.amount.amount for one in payments if one.amount.amount)


def _named(payment: Payment, how: str, owed: list[Owed]) -> set[int]:
    """The payouts that a payment names in one of its ways, or one of which it may mean."""
    texts = (*payment.po_texts, *payment.references) if how == "po-number" else payment.references
    words = [word for text in texts for word in text.split()]
    leads = [
        {
            number
            for number, one in enumerate(owed)
            if word in ((one.po_number,) if how == "po-number" else one.references)
        }
        for word in words
    ]
    sure = {number for one in leads if len(one) == 1 for number in one}
    return sure | {number for one in leads if not one & sure for number in one}


def _subsets(some: Sequence[Some]) -> Iterator[tuple[Some, ...]]:
    """Every one of them, of any size."""
    for size in range(1, len(some) + 1):
        yield from combinations(some, size)
