"""Reads rows and texts straight from the bytes of a part where they are written plainly, as most are.

What is not (a formula without result, an inline text, an entity, a prefix, ...) goes to the parser, row by
row and in its place. What comes out is the same; tests read both ways. Measured at 100,000 lines of 24
columns: rows in 1.3 seconds of processor time instead of 4.7, texts in 0.25 instead of 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Final

from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.ooxml.cells import (
    Cell,
    Cells,
    Tables,
    row_of,
    text_cell,
    text_of,
    typed_cell,
)
from reconcile.workbook.ooxml.read_budget import Budget
from reconcile.workbook.ooxml.xml_stream import plain_or_parsed

_ROW: Final = re.compile(r'[ \t\r\n]{0,64}<row r="([0-9]{1,7})"[^<>]*>')
# Letters, style, then the place of a text, or type, formula and value. Nothing in it can be read in two ways:
# so nothing is tried again (`+`), which takes a sixth off.
_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,2}+)[0-9]{1,7}+"(?: s="([0-9]{1,6}+)")?+'
    r'(?:/>| t="s"><v>([0-9]{1,9}+)</v></c>|(?: t="([a-z]{1,3}+)")?+>'
    r"(<f[^<>]*+(?:(?<=/)>|>[^<&]*+</f>))?+<v>([^<&>\x00-\x08\x0b-\x1f]++)</v></c>)"
)
_PLACES: Final = {column_letters(place): place for place in range(702)}  # A to ZZ
_TEXT: Final = (b"<si><t>", b'<si><t xml:space="preserve">')
_TEXT_END: Final = b"</t>"
_TOGETHER: Final = 32
"""How many texts are looked at as one: 330,000 of them take 0.25 seconds instead of 0.4."""
_NOT_PLAIN: Final = re.compile("[<&>]")


def plain_rows(stream: IO[bytes], tables: Tables, budget: Budget) -> Iterator[tuple[int, Cells]]:
    """The rows of a worksheet part, blank ones included: their number, from 1, and their cells."""
    number = 0
    for found in plain_or_parsed(stream, "row", _reader_of(tables).read, budget):
        number, cells = found if isinstance(found, tuple) else row_of(found, tables, number)
        yield number, cells


def plain_texts(stream: IO[bytes], budget: Budget) -> Iterator[Cell | None]:
    """The shared strings of a part, as the cells that show them."""
    for found in plain_or_parsed(stream, "si", _texts_in, budget):
        yield text_cell(found if isinstance(found, str) else text_of(found))


def _texts_in(pieces: list[bytes]) -> list[str | None]:
    groups = (pieces[first : first + _TOGETHER] for first in range(0, len(pieces), _TOGETHER))
    return [text for group in groups for text in _together(group) or map(_text_in, group)]


def _together(pieces: list[bytes]) -> list[str] | None:
    """The texts of elements that are all as plain as can be, told by one look; None otherwise."""
    start, end, between = "<si><t>", "</t>", "</t></si><si><t>"
    text = b"</si>".join(pieces).decode()
    if not (text.startswith(start) and text.endswith(end) and text.isprintable()) or "&" in text:
        return None
    texts = text[len(start) : -len(end)].split(between)
    marks = 4 * len(pieces) - 1
    is_plain = len(texts) == len(pieces) and text.count("<") == text.count(">") == marks
    return texts if is_plain else None


def _text_in(piece: bytes) -> str | None:
    for start in _TEXT:
        if piece.startswith(start) and piece.endswith(_TEXT_END):
            text = piece[len(start) : -len(_TEXT_END)].decode()
            return text if text.isprintable() and not _NOT_PLAIN.search(text) else None
    return None


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Reads plain rows.

    numbers: the styles that show a number as such, as the file spells them. typed: the cell of a value by
    type, value and style; days and counts are few, so it remembers.
    """

    tables: Tables
    numbers: frozenset[str]
    typed: Callable[[str, str, str, bool], Cell | None]

    def read(self, pieces: list[bytes]) -> Iterator[tuple[int, Cells] | None]:
        """The number and the cells of each row up to its end mark; None where it is not plain."""
        # One by one: who asks for a header takes a row or two of them.
        return map(self._read, pieces)

    def _read(self, row: bytes) -> tuple[int, Cells] | None:
        piece = row.decode()
        head = _ROW.match(piece)
        if head is None:
            return None
        strings, cells = self.tables.strings, Cells()
        marks = 1
        for letters, style, text, kind, formula, value in _CELL.findall(piece, head.end()):
            if text:
                cell = strings[int(text)]
            elif not value:
                marks += 1
                continue
            elif kind or formula or style not in self.numbers:
                marks += formula.count("<")
                cell = self.typed(kind or "n", value, style, bool(formula))
                source = formula.partition(">")[2].removesuffix("</f>")
                cell = cell._replace(source=source) if cell and source else cell
            else:
                cell = Cell("number", value)
            marks += 4
            if cell is not None:
                cells[_PLACES[letters]] = cell
        # Every mark of the row is one of those that were read: so there is nothing else in it.
        return (int(head[1]), cells) if piece.count("<") == marks else None


def _reader_of(tables: Tables) -> _RowReader:
    numbers = {str(style) for style, is_date in enumerate(tables.dates) if not is_date}

    @lru_cache(1 << 12)
    def typed(kind: str, value: str, style: str, formula: bool) -> Cell | None:  # noqa: FBT001
        return typed_cell(kind, value, style, tables, formula=formula)

    return _RowReader(tables, frozenset({*numbers, ""}), typed)
