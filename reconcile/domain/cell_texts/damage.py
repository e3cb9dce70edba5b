"""Recognises what a spreadsheet program makes of a value by itself, so that it is never sent.

Each rule says what the program did, and answers whether the edited text is what it makes of the
baseline text. The sources are the measured behaviour of Excel and LibreOffice on text that looks
like a number, a date or a logical value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from reconcile.domain.cell_texts.typed_numbers import every_reading
from reconcile.domain.fields import Field, FieldKind, Unread, Value
from reconcile.domain.locale import month_names
from reconcile.domain.money import is_digits, parse_decimal, plain

Rule = Callable[[str, str], bool]

_SPACES = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad"),
        "\u2011": "-",
    }
)
_DAY_MONTH = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,4})(?:[-/. ]([0-9]{1,4}))?")
_MONTH_NAME = re.compile(r"([^\W\d_]{3,20})\.?[-/. ]?([0-9]{1,4})|([0-9]{1,2})[-/. ]{0,2}([^\W\d_]{3,20})\.?")
_DAY_AND_NAME = re.compile(r"([0-9]{1,2})[-/. ]{1,2}([^\W\d_]{3,20})\.?(?:[-/. ]{1,2}([0-9]{4}|[0-9]{2}))?")
_NAME_AND_DAY = re.compile(r"([^\W\d_]{3,20})\.?[-/. ]{1,2}([0-9]{1,2})[-/., ]{1,2}([0-9]{4}|[0-9]{2})")
_TIME = re.compile(r"([0-9]{1,4}):([0-9]{1,2})(?::([0-9]{1,2}))?(?: ?([aApP][mM]))?")
_FRACTION = re.compile(r"([0-9]{1,9}) ([0-9]{1,4})/([0-9]{1,4})")
# The numbers of the days of this century and of some before it.
_SERIAL = re.compile(r"[2-7][0-9]{4}")
_DAY_0, _DAY_0_OF_1904 = date(1899, 12, 30), date(1904, 1, 1)
_FIRST_YEARS = 1904  # the year in which a program puts a time without a day, at most
_LEAP_YEAR = 2024  # for a day and a month without a year
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WRITTEN = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*[1-9]|\.0+)?|[0-9](\.[0-9]+)?[eE][+-]?[0-9]+)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MARKUP = 'xml:space="preserve">'
_BLANK_LINES = re.compile("\n{2,}")
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
    is_word = edited[:1].isalpha() and edited not in _LOGICAL and baseline[:1] != "'"
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
    escaped = _CONTROLS.sub(lambda match: f"_x{ord(match[0]):04X}_", baseline)
    return edited == escaped or any(
        _CONTROLS.sub(sign, baseline) == edited for sign in ("", " ", "?", "\ufffd")
    )


def _markup_added(baseline: str, edited: str) -> bool:
    """Openxlsx for R takes the attribute of a text with outer spaces for a part of the text."""
    return edited.startswith(_MARKUP) and _spaces_lost(baseline, edited.removeprefix(_MARKUP))


def _blank_lines_lost(baseline: str, edited: str) -> bool:
    """Openxlsx for R drops blank lines within a text."""
    return "\n\n" in baseline and _BLANK_LINES.sub("\n", baseline) == edited


def _zeros_lost(baseline: str, edited: str) -> bool:
    digits = baseline.strip()
    return is_digits(digits) and digits.startswith("0") and _written(edited) == Decimal(digits)


def _digits_lost(baseline: str, edited: str) -> bool:
    """18 digits come back with zeros at the end, cut off or rounded, or as 1.58E+17."""
    digits = baseline.strip().lstrip("0")
    number = parse_decimal(edited)
    if number is None or not is_digits(digits) or len(digits) <= _EXCEL_DIGITS:
        return False
    shown = re.sub(r"[eE].*|[^0-9]", "", edited).strip("0")
    precision = max(len(shown), 3)
    cut = Decimal(digits[:precision].ljust(len(digits), "0"))
    return number == cut or _rounded(number, precision) == _rounded(Decimal(digits), precision)


def _rounded(number: Decimal, digits: int) -> str:
    return f"{number:.{digits - 1}E}"


def _became_number(baseline: str, edited: str) -> bool:
    """`1E5` comes back as 100000, `12.50` as 12.5, `1,234` as 1234, and `123` as 123.0."""
    after = _written(edited)
    if after is None:
        return False
    return parse_decimal(baseline) == after or after in _numbers(baseline.strip())


def _numbers(text: str) -> tuple[Decimal, ...]:
    """What programs make of a text with a percent sign, a sign of a currency, brackets or a fraction.

    Letters beside a number are no currency here: a person may well take the R from R12.
    """
    if fraction := _FRACTION.fullmatch(text):
        whole, above, below = (Decimal(part) for part in fraction.groups())
        return (whole + above / below,) if below else ()
    return () if any(sign.isalpha() for sign in text) else every_reading(text)


def _became_date(baseline: str, edited: str) -> bool:
    """`3-1` comes back as the 3rd of January or the 1st of March, `MAR-26` as the 26th or 1st of March."""
    parts = sorted(_date_parts(baseline.strip()))
    return bool(parts) and any(parts in _readings(day) for day in _days(edited))


def _days(text: str) -> Iterator[date]:
    """The days that a program may mean by what it wrote: a date, or its number in both date systems."""
    with suppress(ValueError):
        yield datetime.fromisoformat(text).date()
    if _SERIAL.fullmatch(text):
        yield from (first + timedelta(days=int(text)) for first in (_DAY_0, _DAY_0_OF_1904))
    if named := _DAY_AND_NAME.fullmatch(text):
        day, year = int(named[1]), named[3]
        whole = int(year) + (2000 if len(year) == 2 else 0) if year else _LEAP_YEAR
        for month in _months_of(named[2]):
            with suppress(ValueError):
                yield date(whole, month, day)


def _months_of(name: str) -> list[int]:
    """The months that a name may stand for: in English, also shortened, else in any language of Babel."""
    english = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold())]
    return english or sorted(month_names().get(name.casefold(), ()))


def _became_time(baseline: str, edited: str) -> bool:
    """`10:30` comes back as 0.4375, the part of a day, or as that time on the first day of all."""
    found = _TIME.fullmatch(baseline.strip())
    if found is None:
        return False
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    half = (found[4] or "").casefold()
    hours = hours % 12 + (12 if half == "pm" else 0) if half else hours
    total = hours * 3600 + minutes * 60 + seconds
    with suppress(ValueError):
        moment = datetime.fromisoformat(edited)
        of_day = moment.hour * 3600 + moment.minute * 60 + moment.second
        return moment.year <= _FIRST_YEARS and of_day == total % 86_400
    number = _written(edited)
    return number is not None and abs(number * 86_400 - total) < Decimal("0.001")


def _apostrophe_lost(baseline: str, edited: str) -> bool:
    """An apostrophe in front marks a text; programs take it away, or put it there."""
    return baseline.removeprefix("'") == edited.removeprefix("'")


def _date_parts(text: str) -> list[int]:
    """The numbers of what a program takes for a date, a month's name being one; nothing for other text."""
    if numbers := _DAY_MONTH.fullmatch(text):
        return [int(part) for part in numbers.groups() if part]
    if whole := _DAY_AND_NAME.fullmatch(text) or _NAME_AND_DAY.fullmatch(text):
        word = next(part for part in whole.groups() if part and part[0].isalpha())
        return [*_months_of(word)[:1], *(int(part) for part in whole.groups() if part and is_digits(part))]
    if not (named := _MONTH_NAME.fullmatch(text)):
        return []
    name, number = named[1] or named[4], named[2] or named[3]
    return [*_months_of(name)[:1], int(number)]


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
    ("blank lines were lost", _blank_lines_lost),
    ("a mark of the file format was put before it", _markup_added),
)
_TEXT_RULES: tuple[tuple[str, Rule], ...] = (
    *_CHARACTER_RULES,
    ("the apostrophe in front was lost or added", _apostrophe_lost),
    ("leading zeros were lost", _zeros_lost),
    ("digits after the fifteenth were lost", _digits_lost),
    ("the text was turned into a number", _became_number),
    ("the text was turned into a date", _became_date),
    ("the text was turned into a time", _became_time),
    ("the text was turned into a logical value", _became_logical),
)
_AMOUNT_RULES: tuple[tuple[str, Rule], ...] = (
    ("digits after the fifteenth were lost", _digits_lost),
    ("the number was rounded by the program", _float_noise),
)
