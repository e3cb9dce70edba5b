"""Recognises what a spreadsheet program makes of a value by itself, so that it is never sent.

Each rule says what the program did, and answers whether the edited text is what it makes of the
baseline text. The sources are the measured behaviour of Excel and LibreOffice on text that looks
like a number, a date or a logical value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

from reconcile.domain.fields import Field, FieldKind, Unread, Value
from reconcile.domain.money import parse_decimal, plain

Rule = Callable[[str, str], bool]

_SPACES = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": None, "\ufeff": None})
_DAY_MONTH = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,4})(?:[-/. ]([0-9]{1,4}))?")
_MONTH_NAME = re.compile(r"([A-Za-z]{3,9})[-/. ]?([0-9]{1,4})|([0-9]{1,2})[-/. ]?([A-Za-z]{3,9})")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_WRITTEN = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*[1-9]|\.0+)?|[0-9](\.[0-9]+)?[eE][+-]?[0-9]+)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EXCEL_DIGITS = 15
_LOGICAL = ("TRUE", "FALSE")


def damage(kind: FieldKind, baseline: str, edited: str) -> str | None:
    """How a program changed `baseline` into `edited`, in words; None where it did not."""
    for how, rule in _rules(kind, baseline, edited):
        if rule(baseline, edited):
            return how
    return None


def _rules(kind: FieldKind, baseline: str, edited: str) -> tuple[tuple[str, Rule], ...]:
    """The rules that may apply; most edits need hardly any, which takes four fifths off their time."""
    if kind is FieldKind.AMOUNT:
        return _AMOUNT_RULES if max(len(baseline), len(edited)) > _EXCEL_DIGITS else ()
    # A number or a date begins with no letter.
    is_word = edited[:1].isalpha() and edited not in _LOGICAL
    return _CHARACTER_RULES if is_word else _TEXT_RULES


def damaged_value(field: Field, before: Value, after: Value) -> str | None:
    """The same for a field's value at the export and now. A choice is never damaged: it is read as meant."""
    if not isinstance(before, str) or isinstance(after, Unread) or before == after:
        return None
    # Of a text that was nothing but spaces, a blank is what is left.
    return None if field.kind is FieldKind.CHOICE else damage(field.kind, before, after or "")


def _spaces_lost(baseline: str, edited: str) -> bool:
    return _plain_spaces(baseline) == _plain_spaces(edited)


def _plain_spaces(text: str) -> str:
    return text.strip() if text.isascii() else text.translate(_SPACES).strip()


def _controls_lost(baseline: str, edited: str) -> bool:
    """Characters that XML cannot hold are dropped by some programs, or replaced by a sign of their own."""
    if not _CONTROLS.search(baseline):
        return False
    return any(_CONTROLS.sub(sign, baseline) == edited for sign in ("", " ", "?", "\ufffd"))


def _zeros_lost(baseline: str, edited: str) -> bool:
    digits = baseline.strip()
    return digits.isdecimal() and digits.startswith("0") and _written(edited) == Decimal(digits)


def _digits_lost(baseline: str, edited: str) -> bool:
    """18 digits come back with zeros at the end, cut off or rounded, or as 1.58E+17."""
    digits = baseline.strip().lstrip("0")
    number = parse_decimal(edited)
    if number is None or not digits.isdecimal() or len(digits) <= _EXCEL_DIGITS:
        return False
    shown = re.sub(r"[eE].*|\D", "", edited).strip("0")
    precision = max(len(shown), 3)
    cut = Decimal(digits[:precision].ljust(len(digits), "0"))
    return number == cut or _rounded(number, precision) == _rounded(Decimal(digits), precision)


def _rounded(number: Decimal, digits: int) -> str:
    return f"{number:.{digits - 1}E}"


def _became_number(baseline: str, edited: str) -> bool:
    """`1E5` comes back as 100000, `12.50` as 12.5, `1,234` as 1234, and `123` as 123.0."""
    grouped = _THOUSANDS.fullmatch(baseline.strip())
    before, after = parse_decimal(baseline.replace(",", "") if grouped else baseline), _written(edited)
    return before is not None and before == after


def _became_date(baseline: str, edited: str) -> bool:
    """`3-1` comes back as the 3rd of January or the 1st of March, `MAR-26` as the 26th or 1st of March."""
    parts = sorted(_date_parts(baseline.strip()))
    with suppress(ValueError):
        return parts in _readings(datetime.fromisoformat(edited).date())
    return False


def _date_parts(text: str) -> list[int]:
    """The numbers of what a program takes for a date, a month's name being one; nothing for other text."""
    if numbers := _DAY_MONTH.fullmatch(text):
        return [int(part) for part in numbers.groups() if part]
    if not (named := _MONTH_NAME.fullmatch(text)):
        return []
    name, number = named[1] or named[4], named[2] or named[3]
    return [*(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold())), int(number)]


def _readings(day: date) -> list[list[int]]:
    """The parts, in order, of all texts that programs read as this day."""
    years = (day.year, day.year % 100)
    whole = [[day.month, day.day], *([year, day.month, day.day] for year in years)]
    months = [[year, day.month] for year in years] if day.day == 1 else []
    return [sorted(parts) for parts in (*whole, *months)]


def _became_logical(baseline: str, edited: str) -> bool:
    return baseline != edited and baseline.strip().upper() == edited and edited in _LOGICAL


def _float_noise(baseline: str, edited: str) -> bool:
    """Digits that a program cannot hold were typed by nobody: `0.30000000000000004`."""
    before, after = parse_decimal(baseline), parse_decimal(edited)
    if before is None or after is None or before == after:
        return False
    if max(_significant(before), _significant(after)) <= _EXCEL_DIGITS:
        return False
    return abs(before - after) <= abs(before) * Decimal("1e-14")


def _significant(number: Decimal) -> int:
    return len(plain(number).lstrip("-").replace(".", "").strip("0"))


def _written(text: str) -> Decimal | None:
    """The number that a program wrote. `000123`, `+5` and `12.50` were typed by a person."""
    return parse_decimal(text) if _WRITTEN.fullmatch(text) else None


_CHARACTER_RULES: tuple[tuple[str, Rule], ...] = (
    ("outer spaces or no-break spaces were lost or added", _spaces_lost),
    ("control characters were lost", _controls_lost),
)
_TEXT_RULES: tuple[tuple[str, Rule], ...] = (
    *_CHARACTER_RULES,
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
