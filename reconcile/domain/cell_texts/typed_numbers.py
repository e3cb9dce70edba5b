"""Reads numbers that stand in a sheet as text, the way people type them.

A decimal point is always understood. A decimal comma is understood only where a locale says so: without
one, `1,234` and `1.234` have two readings, and none of them is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.domain.locale import customs
from reconcile.domain.money import is_too_long, known_currencies


@dataclass(frozen=True, slots=True)
class Typed:
    """A number in a text. currencies: the codes and signs that stand beside it."""

    number: Decimal
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """A text that is not read: its number with a decimal point, and with a decimal comma; None for none."""

    with_point: Decimal | None
    with_comma: Decimal | None


_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000\t"), " ")
_NOTHING: Final = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"))
_LIKE: Final = {0x2212: "-", 0x2013: "-", 0x2019: "'", 0x02BC: "'", 0xFFE5: "\u00a5", 0xFFE1: "\u00a3"}
_PLAIN: Final = {**_FULL_WIDTH, **_SPACES, **_NOTHING, **_LIKE}

_SIGNS: Final = "$\u20ac\u00a3\u00a5\u20b9\u20a9\u20aa\u20ba\u20ab\u20b1\u0e3f\u20b4\u20a6\u20bd"
# Each piece is found in one look from where it begins, so that no text can keep the reader busy.
_PIECE: Final = re.compile(
    rf"[^\W\d_]{{0,3}}[{_SIGNS}]|[^\W\d_]{{1,3}}\.?|[.,]?[0-9](?:[0-9.,' ]*[0-9])?[.,]?|[-+()%]"
)
_CURRENCY, _SIGN, _OPEN, _CLOSE, _PERCENT, _DIGITS = "currency", "sign", "(", ")", "%", "digits"
_BEFORE: Final = (_OPEN, _SIGN, _CURRENCY, _OPEN, _SIGN)
_BEHIND: Final = (_PERCENT, _SIGN, _CLOSE, _CURRENCY, _SIGN, _CLOSE)
_MOST_PIECES: Final = len(_BEFORE) + len(_BEHIND) + 1
# Thousands, as everywhere, or as in India: 12,34,567.50.
_POINT: Final = re.compile(
    r"[0-9]*(\.[0-9]*)?|[1-9]([0-9]{0,2}(,[0-9]{3})+|[0-9]?(,[0-9]{2})+,[0-9]{3})(\.[0-9]*)?"
)
_COMMA: Final = re.compile(r"[0-9]*(,[0-9]*)?|[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]*)?")
_GROUPED: Final = re.compile(r"([0-9]{1,3})((?:[ '][0-9]{3})+)([.,][0-9]*)?")

_CODES: Final = {
    "$": "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU",
    "\u20ac": "EUR",
    "\u00a3": "GBP",
    "\u00a5": "JPY CNY",
    "\u20b9": "INR",
    "\u20a9": "KRW",
    "\u20aa": "ILS",
    "\u20ba": "TRY",
    "\u20ab": "VND",
    "\u20b1": "PHP",
    "\u0e3f": "THB",
    "\u20b4": "UAH",
    "\u20a6": "NGN",
    "\u20bd": "RUB",
    "us$": "USD",
    "c$": "CAD",
    "ca$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "r$": "BRL",
    "mx$": "MXN",
    "kr": "SEK NOK DKK ISK",
    "z\u0142": "PLN",
    "k\u010d": "CZK",
    "ft": "HUF",
    "fr": "CHF",
    "lei": "RON",
    "r": "ZAR",
    "rs": "INR",
}
"""What people write for a currency, in small letters, and the codes that it may stand for."""


def fits_currency(word: str, currency: str) -> bool:
    """Whether a sign or code beside a number may mean this currency."""
    bare = word.rstrip(".")
    return bare.upper() == currency or currency in _CODES.get(bare.casefold(), "").split()


def _is_currency(word: str) -> bool:
    bare = word.rstrip(".")
    return bare.casefold() in _CODES or bare.upper() in known_currencies()


def typed_number(text: str, locale: str) -> Typed | Unclear | None:
    """The number that a text says; None where it says none. `locale`: as in domain `locale`, or empty.

    Parentheses and a minus on either side make it negative. Thousands may be set apart. Full-width digits
    and no-break spaces count as what they look like. A percentage is no number here.
    """
    parts = _parts(text)
    if parts is None or parts.percent:
        return None
    found = _read(parts.digits, locale)
    if not isinstance(found, Decimal):
        return found
    return Typed(-found if parts.negative else found, parts.currencies)


def every_reading(text: str) -> tuple[Decimal, ...]:
    """The numbers that programs of any country may make of a text, percentages included."""
    parts = _parts(text)
    found = None if parts is None else _read(parts.digits, "")
    if parts is None or found is None:
        return ()
    both = (found,) if isinstance(found, Decimal) else (found.with_point, found.with_comma)
    factor = (Decimal(-1) if parts.negative else Decimal(1)) / (100 if parts.percent else 1)
    return tuple(one * factor for one in both if one is not None)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands in a text around the digits of its one number."""

    digits: str
    currencies: tuple[str, ...]
    negative: bool
    percent: bool


def _parts(text: str) -> _Parts | None:
    pieces = _pieces(text.translate(_PLAIN).strip().removeprefix("'"))
    kinds = [kind for kind, _ in pieces]
    if kinds.count(_DIGITS) != 1:
        return None
    at = kinds.index(_DIGITS)
    if not (_in_order(kinds[:at], _BEFORE) and _in_order(kinds[at + 1 :], _BEHIND)):
        return None
    brackets = "".join(kind for kind in kinds if kind in (_OPEN, _CLOSE))
    signs = [word for kind, word in pieces if kind == _SIGN]
    # A sign inside brackets, or two signs, may mean one thing or its opposite.
    if brackets not in ("", "()") or len(signs) + len(brackets) // 2 > 1:
        return None
    currencies = tuple(word for kind, word in pieces if kind == _CURRENCY)
    if not all(_is_currency(word) for word in currencies):
        return None
    return _Parts(pieces[at][1], currencies, bool(brackets) or "-" in signs, _PERCENT in kinds)


def _pieces(text: str) -> list[tuple[str, str]]:
    """The pieces of a text: their kinds and their words; none where there is anything else in it."""
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        piece = _PIECE.match(text, place)
        if piece is None or len(found) == _MOST_PIECES:
            return []
        found.append((_kind_of(piece[0]), piece[0]))
        place = piece.end()
    return found


def _kind_of(word: str) -> str:
    if word in "+-":
        return _SIGN
    if word in "()%":
        return word
    return _DIGITS if word[0] in ".,0123456789" else _CURRENCY


def _in_order(kinds: list[str], places: tuple[str, ...]) -> bool:
    """Whether these kinds stand in this order, each place taken once at most."""
    left = iter(places)
    return all(kind in left for kind in kinds)


def _read(digits: str, locale: str) -> Decimal | Unclear | None:
    if is_too_long(digits):
        return None
    apart = _GROUPED.fullmatch(digits)
    if apart:
        digits = apart[1] + re.sub(r"[ ']", "", apart[2]) + (apart[3] or "")
    point = _number(digits, _POINT, ",", ".")
    # Once spaces set the thousands apart, a point or comma can only be the decimal sign.
    comma = None if apart and "," not in digits else _number(digits, _COMMA, ".", ",")
    point = None if apart and "," in digits else point
    if locale and comma is not None and customs(locale).decimal == ",":
        return comma
    if point is not None and (locale or comma is None or point == comma):
        return point
    return None if point is None and comma is None else Unclear(point, comma)


def _number(digits: str, form: re.Pattern[str], group: str, sign: str) -> Decimal | None:
    plain = digits.replace(group, "").replace(sign, ".")
    return Decimal(plain) if form.fullmatch(digits) else None
