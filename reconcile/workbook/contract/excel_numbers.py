"""Numbers as a spreadsheet can hold them: 15 significant digits, stored as binary floats."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final

from reconcile.domain.money import exponent, plain

DIGITS: Final = 15
"""The significant digits that Excel keeps of a number (Excel specifications and limits)."""

_FIFTEEN: Final = Context(prec=DIGITS)
_NOISE: Final = Decimal("1e-9")
_PLAIN: Final = re.compile(r"(?!-0\Z)-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,4}[1-9])?")
# `float` itself takes other scripts' digits, `1_0`, outer spaces and `nan`.
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?")


def is_plain(text: str) -> bool:
    """Whether a number in a sheet is spelled as `plain` would, so that it needs no look at its float."""
    return _PLAIN.fullmatch(text) is not None


def stored_number(text: str) -> Decimal | None:
    """The value of a number as a sheet's XML spells it, by the shortest text of the binary float.

    This is the only place where floats exist: Excel writes 808.81 as 808.80999999999995. None where the
    text is no finite number.
    """
    if not _FLOAT.fullmatch(text):
        return None
    number = Decimal(repr(float(text)))
    return number if number.is_finite() else None


def fifteen(number: Decimal) -> Decimal:
    """The number to the 15 significant digits that Excel shows at most."""
    return _FIFTEEN.plus(number)


def significant(number: Decimal) -> int:
    """How many significant digits the value needs: 5 for 1200.5, 2 for 1200."""
    return len(plain(number).lstrip("-").replace(".", "").strip("0")) or 1


def fits(number: Decimal) -> bool:
    """Whether a number cell keeps this value exactly; another one is written as text."""
    # So short a text without an exponent has no more digits, as most amounts.
    text = str(number)
    is_short = len(text) <= DIGITS and "E" not in text
    return is_short or (significant(number) <= DIGITS and -DIGITS <= number.adjusted() <= DIGITS)


def without_noise(number: Decimal, currency: str) -> Decimal:
    """The number in the currency's decimals where it lies so close that only float noise is between.

    That is a billionth of the value, and never more than a thousandth of the smallest coin, so that a
    decimal typed too many is not rounded away, however large the amount. Otherwise the number to 15 digits.
    """
    places = exponent(currency)
    if places is None or number.adjusted() > DIGITS:
        return fifteen(number)
    coin = Decimal(1).scaleb(-places)
    rounded = round(number, places)
    near = min(abs(number) * _NOISE, coin / 1000)
    return rounded if abs(number - rounded) <= near else fifteen(number)


def number_text(number: Decimal) -> str:
    """The text a person sees for a number in a text column: `123`, and `1.58E+17` from 1E+15 on."""
    shown = fifteen(number)
    if shown.adjusted() >= DIGITS:
        return format(shown.normalize(), "E")
    return plain(shown)
