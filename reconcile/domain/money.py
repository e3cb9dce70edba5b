"""Money: a Decimal with its ISO 4217 currency, and the plain text of decimals.

The API sends money as decimal strings (introw-api.md 0.4). How many decimals it accepts for a
currency is unknown (section 8, no. 14), so reading is tolerant and writing uses the currency's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from reconcile.errors import ConfigurationError

MOST_DIGITS: Final = 28
"""The significant digits of an amount at most, and the digits before its point: so many add up exactly."""
TOO_LONG: Final = f"It has more than the {MOST_DIGITS} digits that an amount can have."
"""Why a number of more digits is not read."""

# Decimal itself takes more: `1_000`, other scripts' digits, and exponents that no amount has.
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


_LONGEST_WHOLE: Final = 4_000
_LONGEST: Final = 200  # characters of a number: digits, leading zeros, exponent


@cache
def exponent(currency: str) -> int | None:
    """The number of decimals of a currency (ISO 4217); None for a code the standard does not list."""
    from iso4217 import Currency

    try:
        found: int | None = Currency(currency).exponent
    except ValueError:
        return None
    return found or 0


@cache
def known_currencies() -> tuple[str, ...]:
    """All ISO 4217 codes of currencies that have decimals or none, in order (no metals, no test codes)."""
    from iso4217 import Currency

    return tuple(sorted(c.value for c in Currency if c.exponent is not None))


def plain(number: Decimal) -> str:
    """The one text of a number's value: no exponent, no trailing zeros, no negative zero.

    `4250.00` and `4250` are the same value, so they have the same text.
    """
    text = str(number)
    if text[-1] != "0" and "E" not in text:
        return text  # as most amounts are, which takes a sixth off
    if not number:
        return "0"
    if "E" in text:
        text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_too_long(text: str) -> bool:
    """Whether a number is written with more digits than any amount has, leading zeros aside."""
    return sum(sign.isdecimal() for sign in text.lstrip("+-0,. '")) > MOST_DIGITS


def is_digits(text: str) -> bool:
    """Whether a text is digits alone that `int` can read: those of ASCII, and not thousands of them.

    `int` itself takes those of every script, signs and `1_000`.
    """
    return len(text) <= _LONGEST_WHOLE and text.isascii() and text.isdecimal()


def parse_decimal(text: str) -> Decimal | None:
    """A decimal from text (`-12.50`, `1.58E+17`), or None where the text is not one.

    One of more than MOST_DIGITS digits is none, so that work and memory stay bounded.
    """
    text = text.strip()
    if len(text) > _LONGEST or not _DECIMAL.fullmatch(text):
        return None
    number = Decimal(text)
    return number if is_bounded(number) else Decimal(0) if not number else None


def is_bounded(number: Decimal) -> bool:
    """Whether a number has no more digits than an amount, so that work with it is bounded."""
    digits = number.as_tuple()
    return (
        isinstance(digits.exponent, int)
        and len(digits.digits) <= MOST_DIGITS
        and abs(number.adjusted()) < MOST_DIGITS
    )


def recorded_amount(text: str | Decimal) -> Decimal:
    """An amount in a file of ours. Raises ConfigurationError for what is none: the file was changed."""
    number = parse_decimal(str(text))
    if number is None:
        raise ConfigurationError(f"{str(text)[:40]!r} is not an amount. The file that holds it was changed.")
    return number


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency. Two amounts are equal when value and currency are."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        """The sum. Raises ValueError for two currencies: they are never added."""
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def __neg__(self) -> Money:
        """The same amount the other way round."""
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        """`4,250.00 USD`, for people."""
        return f"{shown_amount(self.amount, self.currency)} {self.currency}"


def decimals(number: Decimal) -> int:
    """How many decimals the value needs: 2 for 1.50, 0 for 100."""
    text = plain(number)
    return len(text.partition(".")[2])


def is_finer(money: Money) -> bool:
    """Whether an amount has more decimals than its currency, so that nobody can pay it exactly."""
    places = exponent(money.currency)
    return places is not None and decimals(money.amount) > places


def shown_amount(number: Decimal, currency: str) -> str:
    """An amount for people: thousands separated, at least the currency's decimals, never rounded."""
    places, text = exponent(currency) or 0, f"{number:,f}"
    if number and text[-places - 1 :].startswith("."):
        return text  # as most amounts are, which takes half off
    return f"{number or Decimal(0):,.{max(decimals(number), places)}f}"


def wire_amount(number: Decimal, currency: str) -> str:
    """An amount as the API takes it: plain, at least the currency's decimals, never rounded."""
    places = max(decimals(number), exponent(currency) or 0)
    return f"{number or Decimal(0):.{places}f}"


def totals(amounts: Iterable[Money]) -> dict[str, Decimal]:
    """The sum of the amounts per currency, in the order of the currency codes."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return dict(sorted(sums.items()))
