"""The cells of a data sheet, column by column: what each shows of its row, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from reconcile.domain.fields import Value
from reconcile.domain.money import decimals, exponent, shown_amount
from reconcile.workbook.contract import Column, ColumnKind, Row, fits, showable
from reconcile.workbook.export.column_cells import ColumnCells, number_cell
from reconcile.workbook.export.styles import LINE_HEIGHT, Styles
from reconcile.workbook.export.xlsxwriter_port import StreamingSheet
from reconcile.workbook.ooxml import FIRST_DAY, serial

# Texts of several lines show them all; a longer one would push the next rows out of sight.
_WRAPPED: Final = 300
_MOST_LINES: Final = 8

Rows = Sequence[Row[Any]]


@dataclass(slots=True)
class RowNotes:
    """Of some rows, by number: the columns whose text no cell can hold, and the heights that they need."""

    unshown: dict[int, set[str]] = field(default_factory=dict)
    heights: dict[int, int] = field(default_factory=dict)


class DataCells(ColumnCells):
    """The cells of a column of texts.

    longest: the characters of its longest id or amount. notable: how many lines a text takes; 0 for one that
    no cell can hold.
    """

    def __init__(self, sheet: StreamingSheet, index: int, column: Column[Any], styles: Styles) -> None:
        super().__init__(sheet, index)
        self.column, self.styles, self.held = column, styles, _held(column)
        self.is_id = column.id.endswith("id")
        self.usual = self.start(styles.data_cell(column))
        self.longest = 0
        self.notable: dict[str, int] = {}

    def keys_of(self, rows: Rows) -> Iterable[Any]:
        """What the cells of the rows depend on."""
        return self.held(rows)

    def cells(self, rows: Rows, first: int, notes: RowNotes) -> Iterable[str]:
        """The cells of some rows, the first of which has that number; notes what they say of their rows."""
        keys = list(self.keys_of(rows))
        cells = self.of(keys)
        if self.notable:
            for number, key in enumerate(keys, start=first):
                lines = self.notable.get(key, 1)
                if not lines:
                    notes.unshown.setdefault(number, set()).add(self.column.id)
                elif lines > 1:
                    notes.heights[number] = max(notes.heights.get(number, 0), LINE_HEIGHT * lines)
            self.notable.clear()
        return cells

    def __missing__(self, key: Any) -> str:  # noqa: ANN401 - a text or None
        """Make a cell, and keep it unless it says something of its row."""
        if not isinstance(key, str):
            return self.setdefault(key, self.empty(self.usual))
        number = self.sheet.texts.get(key)
        if number is None:
            if not showable(key):
                self.notable[key] = 0
                return self.empty(self.usual)
            number = self.sheet.texts[key] = len(self.sheet.texts)
        if self.is_id and len(key) > self.longest:
            self.longest = len(key)
        if "\n" in key:
            return self._tall(key) + self.sheet.text(key)
        return self.setdefault(key, f'{self.usual} t="s"><v>{number}</v></c>')

    def empty(self, start: str) -> str:
        """A cell that shows nothing; a hidden one need not be there."""
        return "" if self.column.hidden else f"{start}/>"

    def _tall(self, text: str) -> str:
        lines = _lines_of(text)
        if not self.column.hidden:
            self.notable[text] = lines
        return self.start(self.styles.data_cell(self.column, wrapped=lines > 1))


class NumberCells(DataCells):
    """The cells of a column of days or counts."""

    def __missing__(self, key: Any) -> str:  # noqa: ANN401 - a day, a count or None
        """Make a cell, and keep it."""
        if key is None:
            cell = self.empty(self.usual)
        elif not isinstance(key, date):
            cell = number_cell(self.usual, key)
        elif key >= FIRST_DAY:
            cell = number_cell(self.usual, serial(key))
        else:
            cell = self.usual + self.sheet.text(key.isoformat())
        return self.setdefault(key, cell)


class AmountCells(DataCells):
    """The cells of a column of amounts. As a dictionary, the beginning of a cell by its decimals."""

    def keys_of(self, rows: Rows) -> Iterable[tuple[Value, str]]:
        """The amounts as texts, and their currencies."""
        return zip(self.held(rows), [row.currency for row in rows], strict=True)

    def of(self, keys: Iterable[tuple[Value, str]]) -> list[str]:
        """The cells of these amounts, of which few are the same."""
        faces = [_face(*key) for key in keys]
        self.longest = max(self.longest, *[length for _, _, length in faces])
        return [
            f"{self[places]}><v>{number}</v></c>" if number else self._without_number(places, text)
            for (places, number, _), (text, _) in zip(faces, keys, strict=True)
        ]

    def __missing__(self, places: int) -> str:
        """The beginning of a cell with so many decimals; -1 where its currency is not known."""
        return self.setdefault(places, self.start(self.styles.data_cell(self.column, places)))

    def _without_number(self, places: int, text: Value) -> str:
        start = self[places]
        return (
            start + self.sheet.text(format(Decimal(text), "f"))
            if isinstance(text, str)
            else self.empty(start)
        )


def cells_of(column: Column[Any], index: int, sheet: StreamingSheet, styles: Styles) -> DataCells:
    """The cells of a column."""
    if column.kind is ColumnKind.AMOUNT:
        return AmountCells(sheet, index, column, styles)
    made = NumberCells if column.kind in (ColumnKind.DATE, ColumnKind.COUNT) else DataCells
    return made(sheet, index, column, styles)


def _held(column: Column[Any]) -> Callable[[Rows], Iterable[Any]]:
    """What rows hold for a column: an amount as text, and what a cell cannot show as it is."""
    name, value = column.field, column.value
    if name and column.hidden:
        return lambda rows: [row.values.get(name) for row in rows]
    if name:
        return lambda rows: [row.shown.get(name) for row in rows]
    if column.kind is ColumnKind.AMOUNT:
        return lambda rows: [None if (amount := value(row)) is None else str(amount) for row in rows]
    return lambda rows: map(value, rows)


def _lines_of(text: str) -> int:
    """How many lines a cell shows: those of a text that is not too long, else one."""
    return min(text.count("\n") + 1, _MOST_LINES) if len(text) <= _WRAPPED else 1


# Whole numbers of 12 digits at most, and decimals: what needs no looking at Decimal for.
_ORDINARY: Final = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.([0-9]{1,3}))?")


# An amount stands in its row twice: once to be edited, once as its baseline.
@lru_cache(1 << 12)
def _face(text: Value, currency: str) -> tuple[int, str, int]:
    """An amount in a cell: its decimals, its number (empty where no cell holds it), its length as shown."""
    places = exponent(currency) or 0
    if not isinstance(text, str):
        return places if currency else -1, "", 0
    ordinary = _ORDINARY.fullmatch(text)
    # Of ordinary amounts a number cell has the very text.
    if ordinary and len(ordinary[1] or "") <= places:
        whole = len(text.partition(".")[0])
        return places, text, whole + (whole - 1) // 3 + (places + 1 if places else 0)
    amount = Decimal(text)
    # Digit by digit: as a float 808.81 would become 808.8099999999999.
    number = f"{amount:.16G}" if fits(amount) else ""
    shown = max(decimals(amount), places) if currency else -1
    return shown, number, len(shown_amount(amount, currency))
