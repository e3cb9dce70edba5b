"""A payout's amount against the sum of its lines: decided here for export, bills, and close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reconcile.domain.money import Money, totals


class AmountVerdict(StrEnum):
    """How a payout's amount stands to its lines."""

    EQUAL = "equal"
    DIFFERS = "differs"
    MIXED_CURRENCIES = "mixed currencies"
    NO_LINES = "no lines"


@dataclass(frozen=True, slots=True)
class AmountAgainstLines:
    """The verdict, and the sum of the lines in the payout's currency; None where lines have another one."""

    verdict: AmountVerdict
    total: Money | None

    @property
    def is_off(self) -> bool:
        """Whether the amount is known not to be that of its lines."""
        return self.verdict in (AmountVerdict.DIFFERS, AmountVerdict.NO_LINES)


def amount_against_lines(amount: Money, lines: Iterable[Money]) -> AmountAgainstLines:
    """Compares a payout's amount with the amounts of its lines that count (declined ones do not).

    Amounts of two currencies are never added, and how Introw converts them is not documented
    (introw-api.md 5.3), so a payout with a line in another currency is not compared. A payout that says an
    amount and has no line is off: its money comes from nowhere.
    """
    sums = totals(lines)
    if not sums:
        verdict = AmountVerdict.NO_LINES if amount.amount else AmountVerdict.EQUAL
        return AmountAgainstLines(verdict, Money(Decimal(0), amount.currency))
    if set(sums) != {amount.currency}:
        return AmountAgainstLines(AmountVerdict.MIXED_CURRENCIES, None)
    total = Money(sums[amount.currency], amount.currency)
    verdict = AmountVerdict.EQUAL if total == amount else AmountVerdict.DIFFERS
    return AmountAgainstLines(verdict, total)
