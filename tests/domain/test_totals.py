"""A payout's amount against its lines: every verdict, and that export, close and bills agree on it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconcile.domain.money import Money
from reconcile.domain.totals import AmountVerdict, amount_against_lines


def money(text: str) -> Money:
    number, currency = text.split()
    return Money(Decimal(number), currency)


@pytest.mark.parametrize(
    ("amount", "lines", "verdict", "total"),
    [
        ("100 USD", ["60 USD", "40.00 USD"], AmountVerdict.EQUAL, "100 USD"),
        ("100 USD", ["60 USD", "39.99 USD"], AmountVerdict.DIFFERS, "99.99 USD"),
        ("100 USD", ["60 USD", "40 EUR"], AmountVerdict.MIXED_CURRENCIES, None),
        ("100 USD", ["100 EUR"], AmountVerdict.MIXED_CURRENCIES, None),
        ("100 USD", [], AmountVerdict.NO_LINES, "0 USD"),
        ("0 USD", [], AmountVerdict.EQUAL, "0 USD"),
        ("0 USD", ["5 USD", "-5 USD"], AmountVerdict.EQUAL, "0 USD"),
        ("-100 USD", ["-100 USD"], AmountVerdict.EQUAL, "-100 USD"),
    ],
)
def test_an_amount_is_compared_with_its_lines(
    amount: str, lines: list[str], verdict: AmountVerdict, total: str | None
) -> None:
    found = amount_against_lines(money(amount), map(money, lines))

    assert found.verdict is verdict
    assert found.total == (money(total) if total else None)
    assert found.is_off is (verdict in (AmountVerdict.DIFFERS, AmountVerdict.NO_LINES))
