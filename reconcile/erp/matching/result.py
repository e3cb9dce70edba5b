"""What matching finds out: every payment and every payout in exactly one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final

from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, totals
from reconcile.domain.settlement import ReadPayment
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.payments.merge_files import Repeat
from reconcile.erp.payments.model import Payment


class Verdict(StrEnum):
    """What a match means for its payouts.

    paid: they move to the paid stage. failed: their payment came back. settled: they stand there already.
    differs: it is theirs, but the amount is not right, so a person must look.
    """

    PAID = "paid"
    FAILED = "failed"
    SETTLED = "settled"
    DIFFERS = "differs"


class Code(StrEnum):
    """Why a payment is not exactly what is owed."""

    EXACT = ""
    FEE = "bank fee"
    ROUNDING = "rounding"
    EXCHANGE = "exchange difference"
    SHORT = "short"
    OVER = "over"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Solution:
    """Payments and payouts that could be meant: the evidence fits them as well."""

    payments: tuple[Payment, ...]
    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whether a match is the only solution for its evidence.

    count: how many solutions were found, the match itself among them. others: the likeliest of the others, at
    most `LISTED`. complete: all solutions were looked for, so that there are no more than these.
    """

    count: int = 1
    others: tuple[Solution, ...] = ()
    complete: bool = True

    @property
    def is_only(self) -> bool:
        """Whether nothing else fits, and all was looked for. Nothing else may match without a person."""
        return self.count == 1 and self.complete

    def __str__(self) -> str:
        """`the only solution`, `one of 3 solutions`, and whether all were looked for."""
        words = "the only solution" if self.count == 1 else f"one of {self.count} solutions"
        if self.complete:
            return words
        return f"{'the only one found' if self.count == 1 else words}; not all solutions were looked for"


ONLY: Final = Certificate()
LISTED: Final = 8
"""How many other solutions a certificate lists: a person chooses from no more."""


def certificate(solutions: Sequence[Solution], *, complete: bool = True) -> Certificate:
    """The certificate of the first of these solutions."""
    return Certificate(len(solutions), tuple(solutions[1 : LISTED + 1]), complete)


@dataclass(frozen=True, slots=True)
class Match:
    """Payments and the payouts that they are for. `how`: the pass. `evidence`: what ties them, in words.

    difference: paid less owed, in the currency of what is owed; None where the currencies differ. A payment
    that came back counts as minus what was owed. certificate: whether it is the only solution.
    """

    payments: tuple[Payment, ...]
    owed: tuple[Owed, ...]
    verdict: Verdict
    how: str
    evidence: str
    difference: Money | None
    code: Code = Code.EXACT
    certificate: Certificate = ONLY

    @property
    def solutions(self) -> tuple[Solution, ...]:
        """What the match says, and after it the other solutions that are listed."""
        return (Solution(self.payments, self.owed), *self.certificate.others)


@dataclass(frozen=True, slots=True)
class Stray:
    """A payment that is no payout's, and why not."""

    payment: Payment
    why: str


@dataclass(frozen=True)
class Matching:
    """The whole result.

    matches: sure ones. suggestions: for a person to confirm. differing: theirs, but not the right amount.
    strays: paid, not in Introw. unpaid: in Introw, may be paid, and not paid. others: the payouts that are
    neither: drafts, declined ones, ones paid before. received: money that came in and is tied to no payout.
    unknown: payments whose state the file gives in a word of no list. ignored: no payments to partners.
    repeated: payments that stand in another file as well, or went to their payouts after an earlier run read
    them. known: payments that an earlier run read, each with its first reading.
    """

    matches: tuple[Match, ...]
    suggestions: tuple[Match, ...]
    differing: tuple[Match, ...]
    strays: tuple[Stray, ...]
    unpaid: tuple[Owed, ...]
    others: tuple[Owed, ...]
    received: tuple[Stray, ...] = ()
    unknown: tuple[Payment, ...] = ()
    ignored: tuple[Payment, ...] = ()
    repeated: tuple[Repeat, ...] = ()
    known: tuple[tuple[Payment, ReadPayment], ...] = ()
    findings: tuple[Finding, ...] = ()

    @cached_property
    def payment_parts(self) -> dict[str, dict[str, Decimal]]:
        """The sum of the payments in each part per currency; together they are the totals of the files.

        What came back has parts of its own, so that it is not seen only as a smaller sum.
        """
        return {
            **_both_ways("matched", self.matches),
            **_both_ways("suggested", self.suggestions),
            **_both_ways("amounts differ", self.differing),
            "paid, not in Introw": totals(stray.payment.amount for stray in self.strays),
            "money received": totals(stray.payment.amount for stray in self.received),
            "state not known": totals(payment.amount for payment in self.unknown),
            "no payment to a partner": totals(payment.amount for payment in self.ignored),
            "read before, or in another file as well": totals(
                repeat.payment.amount for repeat in self.repeated
            ),
        }

    @cached_property
    def owed_parts(self) -> dict[str, dict[str, Decimal]]:
        """The sum of the payouts in each part per currency; together they are all payouts in scope."""
        return {
            "matched": totals(_owed(self.matches)),
            "suggested": totals(_owed(self.suggestions)),
            "amounts differ": totals(_owed(self.differing)),
            "in Introw, not paid": totals(owed.amount for owed in self.unpaid),
            "not open for payment": totals(owed.amount for owed in self.others),
        }


def residual(parts: dict[str, dict[str, Decimal]], whole: dict[str, Decimal]) -> dict[str, Decimal]:
    """What the parts leave of the whole, per currency: zero, or something was lost."""
    left = dict(whole)
    for part in parts.values():
        for currency, amount in part.items():
            left[currency] = left.get(currency, Decimal(0)) - amount
    return dict(sorted(left.items()))


def _both_ways(name: str, matches: Iterable[Match]) -> dict[str, dict[str, Decimal]]:
    """What left, and beside it what came back."""
    amounts = [payment.amount for match in matches for payment in match.payments]
    back = totals(one for one in amounts if one.amount < 0)
    sent = totals(one for one in amounts if one.amount >= 0)
    return {name: sent, **({f"{name}, came back": back} if back else {})}


def _owed(matches: Iterable[Match]) -> Iterator[Money]:
    return (owed.amount for match in matches for owed in match.owed)
