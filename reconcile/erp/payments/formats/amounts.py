"""Amounts as people and programs write them; what a comma means is found from the whole file, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from reconcile.domain.money import known_currencies, parse_decimal
from reconcile.erp.payments.model import GridCell, Place, cut
from reconcile.errors import PaymentFileError

_CODE: Final = re.compile(r"\b[A-Z]{3}\b")
_SIGNS: Final = {"$": "", "\u20ac": "EUR", "\u00a3": "GBP", "\u00a5": "JPY"}
_SPACES: Final = re.compile(r"[\s\u00a0\u202f'\u2019_]")
_DIGITS: Final = re.compile(r"[0-9]+([.,][0-9]+)*[.,]?|[.,][0-9]+")

Placed = tuple[Callable[[], Place], GridCell]
"""A cell, and where it stands: asked only where a message says so."""


def decimal_mark(cells: Iterable[Placed]) -> str:
    """The decimal mark of a column of amounts: a dot or a comma.

    Raises PaymentFileError where some amounts say dot and others comma, or where all could be either.
    """
    votes: dict[str, Placed] = {}
    for placed in cells:
        vote = _vote(placed[1])
        if vote:
            votes.setdefault(vote, placed)
    if "." in votes and "," in votes:
        (dot, first), (comma, second) = votes["."], votes[","]
        raise PaymentFileError(
            f"{dot()} has {first.text.strip()!r} and {comma()} has {second.text.strip()!r}: "
            "a decimal dot and a decimal comma in one file. Export it again in one form."
        )
    if "?" in votes and len(votes) == 1:
        place, cell = votes["?"]
        raise PaymentFileError(
            f"{place()} has {cell.text.strip()!r}, which may be thousands or decimals, and no other amount "
            "tells. Pass --decimal dot or --decimal comma."
        )
    return "," if "," in votes else "."


def _vote(cell: GridCell) -> str:
    """What one amount says of the decimal mark: a dot, a comma, `?` for either, nothing."""
    if cell.kind == "number":
        return ""
    text = _SPACES.sub("", cell.text)
    marks = [char for char in text if char in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    if marks.count(last) > 1:
        return "," if last == "." else "."
    whole, _, part = text.rpartition(last)
    if len(set(marks)) > 1 or len(re.sub(r"\D", "", part)) != 3:
        return last
    # `0,125` has no thousands to separate, and neither has `1234,567`.
    digits = re.sub(r"\D", "", whole)
    return last if digits in ("", "0") or len(digits) > 3 else "?"


def amount_of(cell: GridCell, place: Callable[[], Place], mark: str) -> tuple[Decimal, str] | None:
    """The amount in a cell and the currency written beside it, if any; None for a blank or a dash.

    `(12.50)`, `12.50-` and a true minus sign are negative. Raises PaymentFileError where it is no amount.
    """
    text = cell.text.strip()
    if text in ("", "-", "\u2013"):
        return None
    number = parse_decimal(text) if cell.kind == "number" else None
    if number is not None:
        return number, ""
    bare, currency = _bare(text)
    number = _number(bare, mark)
    if number is None:
        raise PaymentFileError(
            f"{place()}: {cut(text)!r} is no amount. Mend it or leave the row out, and try again."
        )
    return number, currency


def _bare(text: str) -> tuple[str, str]:
    currency = ""
    for sign, code in _SIGNS.items():
        if sign in text:
            text, currency = text.replace(sign, ""), currency or code
    match = _CODE.search(text)
    if match and match[0] in known_currencies():
        text, currency = text.replace(match[0], ""), match[0]
    return _SPACES.sub("", text), currency


def _number(text: str, mark: str) -> Decimal | None:
    negative = False
    text = text.replace("\u2212", "-")
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    if text.endswith(("-", "+")):
        text = text[-1] + text[:-1]
    if text[:1] in ("-", "+"):
        negative ^= text[0] == "-"
        text = text[1:]
    if not _DIGITS.fullmatch(text) or not _grouped(text, mark):
        return None
    other = "," if mark == "." else "."
    number = parse_decimal(text.replace(other, "").replace(mark, "."))
    return -number if negative and number is not None else number


def _grouped(text: str, mark: str) -> bool:
    """Whether the thousands are separated where thousands are (India separates after two digits, too)."""
    other = "," if mark == "." else "."
    if text.count(mark) > 1:
        return False
    whole, _, part = text.partition(mark)
    first, *groups = whole.split(other)
    return other not in part and (
        not groups
        or (len(groups[-1]) == 3 and 1 <= len(first) <= 3 and all(len(g) in (2, 3) for g in groups))
    )
