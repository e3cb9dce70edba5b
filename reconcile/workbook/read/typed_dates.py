"""Reads days that stand in a sheet as text, the way people and programs write them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Final

from reconcile.domain.locale import customs
from reconcile.domain.money import is_digits

_NUMBERS: Final = re.compile(
    r"([0-9]{1,4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,4})\.?(?:[ T]+[0-9:.]+ ?(?:[AP]M)?)?", re.IGNORECASE
)
_NAMED: Final = re.compile(r"([0-9]{1,2})[-/. ]*([a-z]{3,9})[-/., ]*([0-9]{2,4})", re.IGNORECASE)
_NAME_FIRST: Final = re.compile(r"([a-z]{3,9})[-/. ]*([0-9]{1,2})[-/., ]+([0-9]{2,4})", re.IGNORECASE)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURY: Final = 2000


def readings_of(text: str, locale: str = "") -> tuple[date, ...]:
    """The days that a text may mean: none, one, or two where day and month can change places.

    `locale`: as in domain `locale`; it settles which of the two is meant. A time of day is left aside.
    """
    text = " ".join(text.split())
    if named := _NAMED.fullmatch(text):
        return _days((named[3], named[2], named[1]))
    if named := _NAME_FIRST.fullmatch(text):
        return _days((named[3], named[1], named[2]))
    numbers = _NUMBERS.fullmatch(text)
    if numbers is None:
        return ()
    first, second, third = numbers[1], numbers[2], numbers[3]
    if len(first) > 2:
        return _days((first, second, third))
    both = _days((third, second, first), (third, first, second))
    if len(both) == 2 and locale:
        return both[:1] if customs(locale).day_first else both[1:]
    return both


def _days(*parts: tuple[str, str, str]) -> tuple[date, ...]:
    """The days of year, month and day, those that exist, once each."""
    found: list[date] = []
    for year, month, day in parts:
        with suppress(ValueError):
            one = date(_year(year), _month(month), int(day))
            found += [one] if one not in found else []
    return tuple(found)


def _year(text: str) -> int:
    return int(text) + (_CENTURY if len(text) == 2 else 0)


def _month(text: str) -> int:
    return int(text) if is_digits(text) else _MONTHS.index(text[:3].casefold()) + 1
