"""Reads the cells of one worksheet part, keeping apart what libraries flatten.

openpyxl (reading values) and calamine give the same blank for an empty cell, a formula without a result
and partly for an error; calamine loses outer spaces; both turn numbers into floats on the way. Here a cell
keeps its kind, its own text, and whether a formula stands behind it (ECMA-376 part 1, 18.3.1.4 c).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, Final, Literal, NamedTuple
from xml.etree.ElementTree import Element

from reconcile.domain.money import parse_decimal
from reconcile.domain.spreadsheet import column_index, column_letters
from reconcile.workbook.ooxml.spec import whole

Kind = Literal["text", "number", "date", "bool", "error", "no value"]


class Cell(NamedTuple):
    """A cell that is not blank.

    text: of a number as the file spells it, of a date in ISO form, of a boolean TRUE or FALSE, of an error
    its sign. "no value" is a formula whose result the last program did not store. source: the formula itself,
    without `=`; empty for one that it shares with another cell.
    """

    kind: Kind
    text: str
    formula: bool = False
    source: str = ""


Cells = dict[int, Cell]
"""The cells of one row by column, from 0; blank ones are absent."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What cells refer to: the cells of shared strings, the styles that show dates, and which day is 0."""

    strings: Sequence[Cell | None]
    dates: Sequence[bool]
    from_1904: bool = False

    def shows_date(self, style: int) -> bool:
        """Whether a style shows a number as a date; one that is not in the list is the default style."""
        return 0 <= style < len(self.dates) and self.dates[style]


# Only what XML cannot hold, and the escape of an escape: openpyxl saves the text `_x0041_` unescaped.
_ESCAPE: Final = re.compile(r"_x(00[01][0-9A-F]|FFF[EF]|005F(?=_x[0-9A-F]{4}_))_", re.IGNORECASE)
_LAST_SERIAL: Final = 2_958_466  # the day after 9999-12-31
_LEAP_BUG: Final = 60  # Excel counts a 29 February 1900; days before it are off by one


def row_of(element: Element, tables: Tables, after: int) -> tuple[int, Cells]:
    """The row of a `row` element: its number, from 1, and its cells. after: the number of the row before."""
    return whole(element.get("r") or str(after + 1)), _cells(element, tables)


@lru_cache(256)
def local(tag: str) -> str:
    """The name of an element without its namespace, which differs between the two editions of the format."""
    return tag.rpartition("}")[2]


def text_of(element: Element) -> str:
    """The text of a shared or inline string: all its runs, without readings of Japanese words (`rPh`)."""
    found = []
    for child in element:
        name = local(child.tag)
        if name == "t":
            found.append(child.text or "")
        elif name == "r":
            found.append(text_of(child))
    return "".join(found)


def unescaped(text: str) -> str:
    """The text with `_x0001_` as the character it stands for (ECMA-376 part 1, 22.4.2.4 bstr)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _cells(row: Element, tables: Tables) -> Cells:
    cells: Cells = {}
    index = -1
    for element in row:
        if local(element.tag) != "c":
            continue
        place = element.get("r")
        index = column_index(place.rstrip("0123456789")) if place else index + 1
        cell = _cell(element, tables)
        if cell is not None:
            cells[index] = cell
    return cells


def _cell(element: Element, tables: Tables) -> Cell | None:
    kind = element.get("t", "n")
    if not len(element):
        return None
    value: str | None = None
    inline: str | None = None
    formula, source = False, ""
    for child in element:
        name = local(child.tag)
        if name == "v":
            value = child.text
        elif name == "f":
            formula, source = True, child.text or ""
        elif name == "is":
            inline = text_of(child)
    if inline is not None and kind == "inlineStr":
        return text_cell(inline, formula=formula)
    if not value:
        # A formula may well have the empty text as its result; then its type is str.
        return Cell("no value", "", formula=True, source=source) if formula and kind != "str" else None
    cell = typed_cell(kind, value, element.get("s"), tables, formula=formula)
    return cell._replace(source=source) if cell and source else cell


def typed_cell(kind: str, value: str, style: str | None, tables: Tables, *, formula: bool) -> Cell | None:
    """The cell of a value as the file spells it, by its type (ECMA-376 part 1, 18.18.11 ST_CellType)."""
    if kind == "s":
        cell = tables.strings[whole(value)]
        return cell and cell._replace(formula=formula)
    if kind in ("str", "inlineStr"):
        return text_cell(value, formula=formula)
    if kind == "b":
        return Cell("bool", "TRUE" if value.strip().casefold() in ("1", "true") else "FALSE", formula)
    if kind in ("e", "d"):
        return Cell("error" if kind == "e" else "date", value, formula)
    moment = _moment(value, tables.from_1904) if style and tables.shows_date(whole(style)) else None
    return Cell("date", moment, formula) if moment else Cell("number", value, formula)


def text_cell(text: str, *, formula: bool = False) -> Cell | None:
    """The cell of a text; None for no text."""
    return Cell("text", unescaped(text), formula) if text else None


# The days of a sheet are few: kept, they cost a tenth.
@lru_cache(4096)
def _moment(value: str, from_1904: bool) -> str | None:  # noqa: FBT001 - a key of the cache
    """A date serial as `2026-03-31`, with the time where there is one; None where it is no date."""
    serial = parse_decimal(value)
    if serial is None or not 0 <= serial < _LAST_SERIAL:
        return None
    day = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - has no zone
    if serial < _LEAP_BUG and not from_1904:
        day += timedelta(days=1)
    seconds = round(serial * 86_400)
    moment = day + timedelta(seconds=seconds)
    return moment.date().isoformat() if seconds % 86_400 == 0 else moment.isoformat(sep=" ")


_MERGED: Final = re.compile(
    rb'<(?:\w{1,20}:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)
_MOST_MERGED: Final = 100_000


class Area(NamedTuple):
    """Merged cells: the first and last row, from 1, and the first and last column, from 0."""

    top: int
    bottom: int
    left: int
    right: int

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell lies in here and is not the first one, the only one that shows."""
        inside = self.top <= row <= self.bottom and self.left <= column <= self.right
        return inside and (row, column) != (self.top, self.left)

    def __str__(self) -> str:
        """As people write it: `E2:E4`."""
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


def merged_areas(stream: IO[bytes]) -> list[Area]:
    """The merged cells of a sheet, from top to bottom. They stand behind the rows, so they are looked for."""
    found: list[Area] = []
    before = b""
    while chunk := stream.read(1 << 20):
        text = before + chunk
        end = 0
        # Few sheets have any; to ask first takes a tenth of the time.
        if b"mergeCell" not in text:
            before = text[-200:]
            continue
        for match in _MERGED.finditer(text):
            left, top, right, bottom = (part.decode() for part in match.groups())
            found.append(Area(int(top), int(bottom), column_index(left), column_index(right)))
            end = match.end()
        if len(found) > _MOST_MERGED:
            raise ValueError(f"more than {_MOST_MERGED:,} merged cells")
        # A reference that the end of the chunk cut in two begins in its last bytes.
        before = text[max(end, len(text) - 200) :]
    return sorted(found)
