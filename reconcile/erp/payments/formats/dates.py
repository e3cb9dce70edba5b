"""Dates as people and programs write them; the order of day and month is found from the file, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from reconcile.erp.payments.formats.amounts import Placed
from reconcile.erp.payments.model import GridCell, Place, cut
from reconcile.errors import PaymentFileError

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january", "feb februar february", "mar mrz maerz märz march", "apr april",
            "may mai", "jun juni june", "jul juli july", "aug august", "sep sept september",
            "oct okt oktober october", "nov november", "dec dez dezember december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NUMERIC: Final = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?: .*)?")
_NAMED: Final = re.compile(r"([0-9]{1,2})[-. ]+([^\W\d]+)\.?[-., ]+([0-9]{4}|[0-9]{2})(?: .*)?")
_NAME_FIRST: Final = re.compile(r"([^\W\d]+)\.? ([0-9]{1,2}),? ([0-9]{4})(?: .*)?")
# Characters of a day and its time; of a longer text nothing is kept.
_USUAL: Final = 40


def date_order(cells: Iterable[Placed]) -> str:
    """The order in which a column of dates has day and month: `dmy` or `mdy`.

    Raises PaymentFileError where some dates can only be the one and others only the other, or where all can
    be both and mean different days.
    """
    votes: dict[str, Placed] = {}
    seen: dict[str, Placed] = {}
    for placed in cells:
        seen.setdefault(placed[1].text.strip(), placed)
    for text, placed in seen.items():
        vote = _vote(text)
        if vote:
            votes.setdefault(vote, placed)
    if "dmy" in votes and "mdy" in votes:
        (one, first), (two, second) = votes["dmy"], votes["mdy"]
        raise PaymentFileError(
            f"{one()} has the date {first.text.strip()!r} and {two()} has {second.text.strip()!r}: day and "
            "month stand in two orders in one file. Export it again in one order."
        )
    if "?" in votes and len(votes) == 1:
        place, cell = votes["?"]
        raise PaymentFileError(
            f"{place()} has the date {cell.text.strip()!r}, and no date of the file tells whether day or "
            "month comes first. Pass --date-order dmy or --date-order mdy."
        )
    return "mdy" if "mdy" in votes else "dmy"


def order_words(cells: Iterable[Placed], order: str) -> str:
    """How the dates were read, for people; the order only matters where some have a number for the month."""
    if any(_NUMERIC.fullmatch(cell.text.strip()) for _, cell in cells):
        return "dates with the month first" if order == "mdy" else "dates with the day first"
    return "dates that name the month or begin with the year"


def _vote(text: str) -> str:
    match = _NUMERIC.fullmatch(text)
    if not match:
        return ""
    first, second = int(match[1]), int(match[3])
    if match[2] == "." or first > 12:
        return "dmy"
    if second > 12:
        return "mdy"
    return "" if first == second else "?"


def date_of(cell: GridCell, place: Callable[[], Place], order: str) -> date | None:
    """The date in a cell; None for a blank. Raises PaymentFileError where it is none."""
    text = cell.text.strip()
    if not text:
        return None
    day = day_in(text, order)
    if day is None:
        raise PaymentFileError(
            f"{place()}: {cut(text)!r} is no date. Mend it or leave the row out, and try again."
        )
    return day


def day_in(text: str, order: str) -> date | None:
    """The date that a text is; None where it is none."""
    return _known_day(text, order) if len(text) <= _USUAL else _day(text, order)


@lru_cache(maxsize=4096)
def _known_day(text: str, order: str) -> date | None:
    """A file has few different days."""
    return _day(text, order)


def _day(text: str, order: str) -> date | None:
    parts = _parts(text, order)
    try:
        return date(*parts) if parts else None
    except ValueError:
        return None


def _parts(text: str, order: str) -> tuple[int, int, int] | None:
    """Year, month, day."""
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMERIC.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        day, month = (second, first) if order == "mdy" and match[2] != "." else (first, second)
        return _year(match[4]), month, day
    if match := _NAMED.fullmatch(text):
        return _year(match[3]), _MONTHS.get(match[2].casefold(), 0), int(match[1])
    if match := _NAME_FIRST.fullmatch(text):
        return int(match[3]), _MONTHS.get(match[1].casefold(), 0), int(match[2])
    return None


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)
