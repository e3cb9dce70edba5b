"""Numbers, days and moments as a locale writes them (CLDR, through Babel), or as the record does.

Digits are the Latin ones in every locale, since amounts are compared with the files of banks; days are those
of the Gregorian calendar; a moment is told in UTC and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property, lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format
from babel.localedata import locale_identifiers
from babel.numbers import (
    get_decimal_symbol,
    get_group_symbol,
    get_minus_sign_symbol,
    get_plus_sign_symbol,
    parse_pattern,
)

from reconcile.domain import phrases
from reconcile.domain.money import shown_amount
from reconcile.domain.phrases import Writing

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_MARKS: Final = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
"""What turns the direction of a text; a page says that by its elements."""
_STAND_INS: Final = str.maketrans("\u00a0\u202f\u070f\u200c", "\ufdd0\ufdd1\ufdd2\ufdd3")
_STOOD_FOR: Final = str.maketrans("\ufdd0\ufdd1\ufdd2\ufdd3", "\u00a0\u202f\u070f\u200c")


@dataclass(frozen=True)
class PageWriting:
    """How a page writes. locale: whose way it is; None for the way of the record."""

    locale: Locale | None = None

    @cached_property
    def tag(self) -> str:
        """The language tag, such as `de-CH`; empty for the way of the record."""
        return str(self.locale).replace("_", "-") if self.locale else ""

    @cached_property
    def name(self) -> str:
        """`German (Switzerland)`."""
        return (self.locale.english_name or self.tag) if self.locale else "the record"

    @cached_property
    def of_number(self) -> str:
        """The attributes of an element that holds a number: its language, and that it goes left to right."""
        return self._attributes("ltr")

    @cached_property
    def of_day(self) -> str:
        """The attributes of an element that holds a day or a moment, whose words may go right to left."""
        return self._attributes("rtl")

    def _attributes(self, direction: str) -> str:
        if self.locale is None:
            return ""
        is_turned = self.locale.text_direction == "rtl"
        return f' lang="{self.tag}"' + (f' dir="{direction}"' if is_turned else "")

    @cached_property
    def decimal_sign(self) -> str:
        """The sign before the decimals."""
        return get_decimal_symbol(self.locale) if self.locale else "."

    @cached_property
    def sentences(self) -> Writing:
        """The same for sentences, where a value is plain text.

        What a locale parts or joins its words with has stand-ins, so that a page tells it from what a value
        brings along: that is made visible. `with_spaces` puts it back.
        """
        if self.locale is None:
            return phrases.AS_RECORDED
        return Writing(
            lambda amount, currency: self.number(shown_amount(amount, currency)).translate(_STAND_INS),
            lambda count: self.number(f"{count:,}").translate(_STAND_INS),
            lambda at: self.moment(at).translate(_MARKS).translate(_STAND_INS),
        )

    def number(self, recorded: str) -> str:
        """A number as this way writes it. recorded: as the record does, `-1,234.50`."""
        if self.locale is None:
            return recorded
        if self._groups != (3, 3):
            recorded = _grouped(recorded, *self._groups)
        return recorded.translate(self._signs)

    def day(self, of: date) -> str:
        """A day: `30.11.2026`, `Nov 30, 2026`."""
        return format_date(of, "medium", locale=self.locale) if self.locale else f"{of:%Y-%m-%d}"

    def moment(self, at: datetime | str) -> str:
        """A moment with its zone, as `phrases.moment` has it; a text that is none as it is."""
        when = moment_of(at)
        if self.locale is None or when is None:
            return phrases.moment(at)
        clock = format_time(when, "short", locale=self.locale)
        both = str(get_datetime_format("medium", locale=self.locale))
        return f"{both.format(clock, self.day(when))} UTC"

    @cached_property
    def _groups(self) -> tuple[int, int]:
        """How many digits the last group has, and the others."""
        assert self.locale
        found: tuple[int, int] = parse_pattern(self.locale.decimal_formats[None]).grouping
        return found

    @cached_property
    def _signs(self) -> dict[int, str]:
        assert self.locale
        signs = {
            ",": get_group_symbol(self.locale),
            ".": self.decimal_sign,
            "-": get_minus_sign_symbol(self.locale),
            "+": get_plus_sign_symbol(self.locale),
        }
        return {ord(sign): written.translate(_MARKS) for sign, written in signs.items()}


AS_RECORDED: Final = PageWriting()
_MOST_KNOWN: Final = 2048


def with_spaces(text: str) -> str:
    """A text of a page with the spaces of its sentences in the place of their stand-ins."""
    return text if text.isascii() else text.translate(_STOOD_FOR)


def moment_of(at: datetime | str) -> datetime | None:
    """The moment in UTC; None for a text that is none."""
    try:
        when = datetime.fromisoformat(at) if isinstance(at, str) else at
        return when.astimezone(UTC) if when.tzinfo else when
    except (ValueError, OverflowError):
        return None


@cache
def every_writing() -> dict[str, PageWriting]:
    """Those that can be chosen, by their tags, in the order of their English names."""
    known = (Locale.parse(name) for name in locale_identifiers())
    made = [PageWriting(one) for one in known if not one.variant]
    return {one.tag: one for one in sorted(made, key=lambda one: (one.name, one.tag))}


def writing_for(tags: Iterable[str]) -> PageWriting | None:
    """The way of the first tag that CLDR knows, itself or without its last parts; None for none."""
    for tag in tags:
        parts = tag.replace("_", "-").split("-") if _TAG.fullmatch(tag) else []
        for length in range(len(parts), 0, -1):
            if found := _known("_".join(parts[:length])):
                return found
    return None


@lru_cache(_MOST_KNOWN)
def _known(name: str) -> PageWriting | None:
    try:
        return PageWriting(Locale.parse(name))
    except (UnknownLocaleError, ValueError):
        return None


def _grouped(recorded: str, last: int, others: int) -> str:
    """`-1,234,567.50` in groups of other sizes: `-12,34,567.50`."""
    whole, point, decimals = recorded.replace(",", "").partition(".")
    digits = whole.lstrip("+-")
    head, groups = digits[:-last], [digits[-last:]]
    while head:
        head, groups = head[:-others], [head[-others:], *groups]
    return whole[: len(whole) - len(digits)] + ",".join(groups) + point + decimals
