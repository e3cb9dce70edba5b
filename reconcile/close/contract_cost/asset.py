"""One capitalised commission line and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from reconcile.domain.money import exponent

_YEAR = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """The cost of obtaining a contract: one line of a plan that is capitalised.

    line_currency, earned: what the line said when it was last seen; clawed: how much of that negative lines
    took back. currency: of the other amounts: that of the books where balances are remeasured, since the
    asset is not monetary and keeps the rate of its day (ASC 830-10-45-18, IAS 21.23); else that of the line.
    cost: all that was added; amortised, impaired: what came off it. first: the first day of its term. months:
    the term; passed: those that are amortised. taken: how much a line below zero took back of others, so
    that it does so once; such a line has no cost.
    """

    line_id: str
    partner_id: str
    plan: str
    line_currency: str
    earned: Decimal
    currency: str
    cost: Decimal
    first: date
    months: int
    passed: int = 0
    amortised: Decimal = Decimal(0)
    impaired: Decimal = Decimal(0)
    clawed: Decimal = Decimal(0)
    taken: Decimal = Decimal(0)

    @property
    def key(self) -> tuple[str, str]:
        """The line and its currency: one that is paid in another currency is another asset."""
        return self.line_id, self.line_currency

    @property
    def carrying(self) -> Decimal:
        """What is left."""
        return self.cost - self.amortised - self.impaired

    @property
    def basis(self) -> Decimal:
        """How much of the line is still an asset, in the currency of the line."""
        return self.earned - self.clawed

    @property
    def left(self) -> int:
        """The months that are left of the term."""
        return self.months - self.passed

    @property
    def current(self) -> Decimal:
        """The part that the next twelve months amortise."""
        return self.share(self.carrying, _YEAR, self.left)

    def share(self, amount: Decimal, part: Decimal | int, whole: Decimal | int) -> Decimal:
        """So much of an amount, rounded to the currency; all of it where part is the whole."""
        if part >= whole:
            return amount
        unit = Decimal(1).scaleb(-(exponent(self.currency) or 0))
        return (amount * part / whole).quantize(unit, ROUND_HALF_EVEN)


def first_day(earned: date, *, next_month: bool) -> date:
    """The first day of the term of a line that is earned on a day."""
    start = earned.replace(day=1)
    return (start + timedelta(days=31)).replace(day=1) if next_month else start


def months_over(first: date, day: date) -> int:
    """How many months since the first are over at the end of a day."""
    is_last = (day + timedelta(days=1)).day == 1
    return max(0, (day.year - first.year) * 12 + day.month - first.month + is_last)
