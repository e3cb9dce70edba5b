"""Recognises what a spreadsheet program makes of a value by itself, so that it is never sent.

Each rule says what the program did, and answers whether the edited text is what it makes of the
baseline text. The sources are the measured behaviour of Excel and LibreOffice on text that looks
like a number, a date or a logical value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

from reconcile.domain.fields import FieldKind
from reconcile.domain.money import parse_decimal

Rule = Callable[[str, str], bool]

_SPACES = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": None, "\ufeff": None})
_DAY_MONTH = re.compile(r"(\d{1,4})[-/. ](\d{1,2})(?:[-/. ](\d{1,4}))?")
_EXCEL_DIGITS = 15


def damage(kind: FieldKind, baseline: str, edited: str) -> str | None:
    """How a program spoilt `baseline` into `edited`, in words; None where it did not."""
    rules = _AMOUNT_RULES if kind is FieldKind.AMOUNT else _TEXT_RULES
    return next((how for how, rule in rules if rule(baseline, edited)), None)


def _spaces_lost(baseline: str, edited: str) -> bool:
    return _plain_spaces(baseline) == _plain_spaces(edited)


def _plain_spaces(text: str) -> str:
    return text.translate(_SPACES).strip()


def _zeros_lost(baseline: str, edited: str) -> bool:
    digits = baseline.strip()
    return digits.isdecimal() and digits.startswith("0") and _number(edited) == Decimal(digits)


def _digits_lost(baseline: str, edited: str) -> bool:
    """18 digits come back with zeros at the end, or as 1.58E+17."""
    digits = baseline.strip()
    number = _number(edited)
    if number is None or not digits.isdecimal() or len(digits) <= _EXCEL_DIGITS:
        return False
    shown = re.sub(r"[eE].*|\D", "", edited).strip("0")
    precision = max(len(shown), 3)
    return _rounded(Decimal(digits), precision) == _rounded(number, precision)


def _rounded(number: Decimal, digits: int) -> str:
    return f"{number:.{digits - 1}E}"


def _became_number(baseline: str, edited: str) -> bool:
    """`1E5` comes back as 100000, `12.50` as 12.5, and `123` as 123.0."""
    before, after = _number(baseline), _number(edited)
    return before is not None and before == after


def _became_date(baseline: str, edited: str) -> bool:
    """`3-1` comes back as the 3rd of January or the 1st of March."""
    match = _DAY_MONTH.fullmatch(baseline.strip())
    if not match:
        return False
    with suppress(ValueError):
        day = date.fromisoformat(edited[:10])
        parts = [int(part) for part in match.groups() if part]
        years = {day.year, day.year % 100}
        left = [part for part in parts if part not in years] if len(parts) == 3 else parts
        return sorted(left[:2]) == sorted((day.month, day.day)) or _is_month_of(parts, day)
    return False


def _is_month_of(parts: list[int], day: date) -> bool:
    """`3-2026` or `2026-3` becomes the first of that month."""
    return len(parts) == 2 and day.day == 1 and day.month in parts and day.year in parts


def _became_logical(baseline: str, edited: str) -> bool:
    return baseline != edited and baseline.strip().upper() == edited and edited in ("TRUE", "FALSE")


def _float_noise(baseline: str, edited: str) -> bool:
    before, after = _number(baseline), _number(edited)
    if before is None or after is None or before == after:
        return False
    return abs(before - after) <= abs(before) * Decimal("1e-14")


def _number(text: str) -> Decimal | None:
    return parse_decimal(text)


_TEXT_RULES: tuple[tuple[str, Rule], ...] = (
    ("outer spaces or no-break spaces were lost or added", _spaces_lost),
    ("leading zeros were lost", _zeros_lost),
    ("digits after the fifteenth were lost", _digits_lost),
    ("the text was turned into a number", _became_number),
    ("the text was turned into a date", _became_date),
    ("the text was turned into a logical value", _became_logical),
)
_AMOUNT_RULES: tuple[tuple[str, Rule], ...] = (
    ("digits after the fifteenth were lost", _digits_lost),
    ("the number was rounded by the program", _float_noise),
)
