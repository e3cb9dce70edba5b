"""Exact amounts: decimal text on the wire, whole minor units in the sums, never a float."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from iso4217 import Currency

# "An amount too large to store" puts an import on hold (introw-api.md 5.9); where that begins is
# not said. Twelve digits leave room for a million of the largest lines in SQLite's 64-bit sum.
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,12})?", re.ASCII)


@lru_cache(maxsize=512)
def decimals(currency: str) -> int | None:
    """Give the number of decimals of an ISO 4217 currency, or None when it has no minor unit."""
    try:
        exponent: int | None = Currency(currency).exponent
    except ValueError:
        return None
    return exponent


def parse(text: str) -> Decimal:
    """Read a decimal string; raises ValueError with a sentence."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError("Must be a decimal string with at most 12 digits before the point, like 500.00.")
    return Decimal(text)


def parse_amount(text: str, currency: str) -> Decimal:
    """Read an amount that must not have more decimals than its currency; raises ValueError."""
    amount, places = parse(text), decimals(currency) or 0
    if amount != round(amount, places):
        raise ValueError(f"Has more decimals than {currency} has, which is {places}.")
    return amount


def stepped(amount: Decimal, step: str) -> Decimal:
    """Round half up to a multiple of the step; without one, leave it."""
    if not step:
        return amount
    return (amount / Decimal(step)).quantize(Decimal(1), ROUND_HALF_UP) * Decimal(step)


def written(amount: Decimal, currency: str) -> str:
    """Write an amount with the decimals of its currency, or more where it has more."""
    places = max(decimals(currency) or 0, -_exponent(amount.normalize()))
    return f"{amount + 0:.{places}f}"  # adding 0 turns -0 into 0


def minor_units(amount: Decimal, currency: str) -> int:
    """Give the amount in whole minor units, so that SQLite can add without rounding."""
    return int(amount.scaleb(decimals(currency) or 0).quantize(Decimal(1), ROUND_HALF_UP))


def in_company_currency(
    sums: Iterable[tuple[str, int]], rates: Mapping[str, Decimal], company_currency: str
) -> str:
    """Convert sums per currency, given in minor units, into one amount of the company currency.

    Each currency is summed exactly, converted, and rounded half up once (introw-api.md 5.3).
    """
    unit = Decimal(1).scaleb(-(decimals(company_currency) or 0))
    total = Decimal(0)
    for currency, minor in sums:
        amount = Decimal(minor).scaleb(-(decimals(currency) or 0))
        total += (amount * rates[currency]).quantize(unit, ROUND_HALF_UP)
    return written(total, company_currency)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
