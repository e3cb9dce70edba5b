"""Writes the rows of a long data sheet as XML of its own, which XlsxWriter puts into its sheet at the end.

XlsxWriter keeps every cell until then, and asks of each what it is. The parts that come out are the same as
those of the plain way (`datasheet`), the order of the styles aside; a test compares them. Measured at 20,000
lines: 1.8 instead of 4.5 seconds of processor time, and 8 instead of 116 MB; at 100,000 lines 9.5 s, 33 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.money import decimals, exponent, shown_amount
from reconcile.workbook.columns import COLUMNS, Column, ColumnKind, Shown
from reconcile.workbook.looks import FIRST_DAY, LINE_HEIGHT, Looks, as_text, lines_of
from reconcile.workbook.numbers import fits
from reconcile.workbook.outgoing import Row, showable
from reconcile.workbook.xlsxwriter_names import Worksheet, xl_col_to_name, xl_range

LONG: Final = 20_000
"""The rows from which a sheet is streamed. Shorter ones take XlsxWriter a few seconds at most."""

_DAY_0: Final = date(1899, 12, 30).toordinal()


class StreamedSheet(Worksheet):  # type: ignore[misc] # XlsxWriter carries no types
    """A worksheet whose rows below the header are finished XML in a temporary file."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the sheet
        self.spans = ""

    def add_table(self, top: int, left: int, bottom: int, right: int, options: dict[str, Any]) -> int:
        """The same table; XlsxWriter would note for each cell of a long one that it is taken."""
        done: int = super().add_table(top, left, top + 1, right, options)
        self.spans = f'spans="{left + 1}:{right + 1}"'
        area = xl_range(top, left, bottom, right)
        self.tables[-1].update(range=area, a_range=area, autofilter=area)
        return done

    def write_finished_row(self, number: int, cells: str, height: int) -> None:
        """Add a row below the last one: its number from 0, the XML of its cells, its height in points."""
        high = f' ht="{height}" customHeight="1"' if height != LINE_HEIGHT else ""
        self.stream.write(f'<row r="{number + 1}" {self.spans}{high}>{cells}</row>')
        self.dim_rowmax = number

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, 0
        super()._write_rows()
        self.dim_rowmax = last
        self.stream.seek(0)
        copyfileobj(self.stream, self.fh)
        self.stream.close()


@dataclass(frozen=True, slots=True)
class _Slot:
    """A column in its place. styles: the numbers of its formats, by decimals and by wrapping."""

    column: Column[Any]
    start: str
    value: Callable[[Row[Any]], Shown]
    hidden: bool
    is_id: bool
    is_amount: bool
    styles: dict[tuple[int, bool], int] = field(default_factory=dict)


def _slot(index: int, column: Column[Any]) -> _Slot:
    start = f'<c r="{xl_col_to_name(index)}'
    is_amount = column.kind is ColumnKind.AMOUNT
    return _Slot(column, start, column.value, column.hidden, column.id.endswith("id"), is_amount)


@dataclass(slots=True)
class StreamPen:
    """Writes rows into a streamed sheet. longest: how many characters the longest id or amount shows."""

    sheet: StreamedSheet
    kind: RecordKind
    looks: Looks
    longest: dict[str, int] = field(default_factory=dict)
    slots: list[_Slot] = field(init=False)
    strings: Any = field(init=False)

    def __post_init__(self) -> None:
        """Lay the columns out."""
        self.strings = self.sheet.str_table
        self.slots = [_slot(index, column) for index, column in enumerate(COLUMNS[self.kind])]

    def write_row(self, number: int, row: Row[Any]) -> list[Column[Any]]:
        """Write a row, as high as its texts need; returns the columns whose text no cell can hold."""
        cells: list[str] = []
        unshown = []
        lines = 1
        for slot in self.slots:
            value, hidden = slot.value(row), slot.hidden
            if isinstance(value, str):
                if not self._showable(value):
                    value = None
                    unshown.append(slot.column)
                elif not hidden and "\n" in value:
                    lines = max(lines, lines_of(value))
            elif slot.column.id in row.lost:
                unshown.append(slot.column)
            if value is not None or not hidden:
                cells.append(f"{slot.start}{number + 1}{self._rest(slot, value, row.currency)}")
        self.sheet.write_finished_row(number, "".join(cells), LINE_HEIGHT * lines)
        return unshown

    def _showable(self, text: str) -> bool:
        # What stands in the table of strings already has been looked at.
        return text in self.strings.string_table or showable(text)

    def _rest(self, slot: _Slot, value: Shown, currency: str) -> str:
        """A cell from behind its row number on."""
        if isinstance(value, str):
            if slot.is_id:
                self._measure(slot, len(value))
            return self._text(self._style(slot, value, -1), value)
        if value is None:
            places = _places(currency) if currency and slot.is_amount else -1
            return f'" s="{self._style(slot, value, places)}"/>'
        if isinstance(value, Decimal):
            face = _face(str(value), currency)
            self._measure(slot, face.length)
            style = self._style(slot, value, face.places if currency else -1)
            return (
                f'" s="{style}"><v>{face.number}</v></c>'
                if face.number
                else self._text(style, as_text(value))
            )
        style = self._style(slot, value, -1)
        if isinstance(value, date):
            if value < FIRST_DAY:
                return self._text(style, as_text(value))
            value = value.toordinal() - _DAY_0
        return f'" s="{style}"><v>{value}</v></c>'

    def _text(self, style: int, text: str) -> str:
        index = self.strings._get_shared_string_index(text)  # noqa: SLF001 - nothing public adds a string
        return f'" s="{style}" t="s"><v>{index}</v></c>'

    def _measure(self, slot: _Slot, length: int) -> None:
        if length > self.longest.get(slot.column.id, 0):
            self.longest[slot.column.id] = length

    def _style(self, slot: _Slot, value: Shown, places: int) -> int:
        wrapped = isinstance(value, str) and "\n" in value and lines_of(value) > 1
        if (places, wrapped) not in slot.styles:
            look = self.looks.made(slot.column, places, wrapped=wrapped)
            slot.styles[places, wrapped] = look._get_xf_index()  # noqa: SLF001 - nothing public says it
        return slot.styles[places, wrapped]


@dataclass(frozen=True, slots=True)
class _Face:
    """An amount in a cell: its decimals, its number (empty where no cell holds it), its length as shown."""

    places: int
    number: str
    length: int


# An amount stands in its row twice: once to be edited, once as its baseline.
@lru_cache(1024)
def _face(text: str, currency: str) -> _Face:
    amount = Decimal(text)
    # As XlsxWriter does, digit by digit: as a float 808.81 would become 808.8099999999999.
    number = f"{amount:.16G}" if fits(amount) else ""
    return _Face(max(decimals(amount), _places(currency)), number, len(shown_amount(amount, currency)))


def _number(style: int, number: str) -> str:
    return f'" s="{style}"><v>{number}</v></c>'


def _serial(day: date) -> str:
    return str(day.toordinal() - _DAY_0)


def _places(currency: str) -> int:
    return exponent(currency) or 0
