"""The cells of a data sheet, column by column: what each shows of its row, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from reconcile.domain.fields import Value
from reconcile.domain.money import decimals, exponent, shown_amount
from reconcile.workbook.contract import Column, ColumnKind, Row, fits, showable
from reconcile.workbook.export.column_cells import ColumnCells, number_cell
from reconcile.workbook.export.styles import Styles
from reconcile.workbook.export.xlsxwriter_port import StreamingSheet
from reconcile.workbook.ooxml import FIRST_DAY, serial

# Texts of several lines show them all; a longer one would push the next rows out of sight.
_WRAPPED: Final = 300
_MOST_LINES: Final = 8

Source = Callable[[Row[Any]], Hashable]
"""What the cell of a column depends on: the value, and with an amount its currency."""


@dataclass(slots=True)
class RowNotes:
    """Of the present row: the columns whose text no cell can hold, and the most lines that a cell shows."""

    unshown: set[str] = field(default_factory=set)
    lines: int = 1


class DataCells(ColumnCells):
    """The cells of a column of texts. longest: the characters of its longest id or amount."""

    def __init__(
        self, sheet: StreamingSheet, index: int, column: Column[Any], styles: Styles, notes: RowNotes
    ) -> None:
        super().__init__(sheet, index)
        self.column, self.styles, self.notes = column, styles, notes
        self.is_id = column.id.endswith("id")
        self.usual = self.start(styles.data_cell(column))
        self.longest = 0

    def __missing__(self, key: Any) -> str:  # noqa: ANN401 - a text or None
        """Make a cell, and keep it unless it says something of its row."""
        if not isinstance(key, str):
            return self.keep(key, self.empty(self.usual))
        number = self.sheet.texts.get(key)
        if number is None:
            if not showable(key):
                self.notes.unshown.add(self.column.id)
                return self.empty(self.usual)
            number = self.sheet.texts[key] = len(self.sheet.texts)
        if self.is_id and len(key) > self.longest:
            self.longest = len(key)
        if "\n" in key:
            return self._tall(_lines_of(key)) + self.sheet.text(key)
        return self.keep(key, f'{self.usual} t="s"><v>{number}</v></c>')

    def empty(self, start: str) -> str:
        """A cell that shows nothing; a hidden one need not be there."""
        return "" if self.column.hidden else f"{start}/>"

    def _tall(self, lines: int) -> str:
        if not self.column.hidden:
            self.notes.lines = max(self.notes.lines, lines)
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
        return self.keep(key, cell)


class AmountCells(DataCells):
    """The cells of a column of amounts, by the text of the amount and the currency."""

    def __init__(
        self, sheet: StreamingSheet, index: int, column: Column[Any], styles: Styles, notes: RowNotes
    ) -> None:
        super().__init__(sheet, index, column, styles, notes)
        self.starts: dict[int, str] = {}

    def __missing__(self, key: tuple[Value, str]) -> str:
        """Make a cell; few rows show the same amount."""
        text, currency = key
        if not isinstance(text, str):
            return self.keep(key, self.empty(self._of((exponent(currency) or 0) if currency else -1)))
        places, number, length = _face(text, currency)
        self.longest = max(self.longest, length)
        places = places if currency else -1
        start = self.starts.get(places) or self._of(places)
        return (
            f"{start}><v>{number}</v></c>" if number else start + self.sheet.text(format(Decimal(text), "f"))
        )

    def _of(self, places: int) -> str:
        """The beginning of a cell with so many decimals."""
        if places not in self.starts:
            self.starts[places] = self.start(self.styles.data_cell(self.column, places))
        return self.starts[places]


def cells_of(
    column: Column[Any], index: int, sheet: StreamingSheet, styles: Styles, notes: RowNotes
) -> tuple[Source, DataCells]:
    """What the cells of a column depend on, and the cells."""
    held = _held(column)
    if column.kind is ColumnKind.AMOUNT:
        return lambda row: (held(row), row.currency), AmountCells(sheet, index, column, styles, notes)
    made = NumberCells if column.kind in (ColumnKind.DATE, ColumnKind.COUNT) else DataCells
    return held, made(sheet, index, column, styles, notes)


def _held(column: Column[Any]) -> Source:
    """What a row holds for a column: an amount as text, and what a cell cannot show as it is."""
    name, value = column.field, column.value
    if name and column.hidden:
        return lambda row: row.values.get(name)
    if name:
        return lambda row: row.shown.get(name)
    if column.kind is ColumnKind.AMOUNT:
        return lambda row: None if (amount := value(row)) is None else str(amount)
    return value


def _lines_of(text: str) -> int:
    """How many lines a cell shows: those of a text that is not too long, else one."""
    return min(text.count("\n") + 1, _MOST_LINES) if len(text) <= _WRAPPED else 1


# Whole numbers of 12 digits at most, and decimals: what needs no looking at Decimal for.
_ORDINARY: Final = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.([0-9]{1,3}))?")


# An amount stands in its row twice: once to be edited, once as its baseline.
@lru_cache(64)
def _face(text: str, currency: str) -> tuple[int, str, int]:
    """An amount in a cell: its decimals, its number (empty where no cell holds it), its length as shown."""
    places = exponent(currency) or 0
    ordinary = _ORDINARY.fullmatch(text)
    # Of ordinary amounts a number cell has the very text.
    if ordinary and len(ordinary[1] or "") <= places:
        whole = len(text.partition(".")[0])
        return places, text, whole + (whole - 1) // 3 + (places + 1 if places else 0)
    amount = Decimal(text)
    # Digit by digit: as a float 808.81 would become 808.8099999999999.
    number = f"{amount:.16G}" if fits(amount) else ""
    return max(decimals(amount), places), number, len(shown_amount(amount, currency))
