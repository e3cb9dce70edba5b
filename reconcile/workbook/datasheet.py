"""Writes one data sheet: an Excel table with its header, its rows and the hidden columns at its right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import decimals, exponent, shown_amount
from reconcile.workbook.columns import COLUMNS, Column, ColumnKind, Shown
from reconcile.workbook.layout import ColumnTexts
from reconcile.workbook.library import Format, Worksheet, xl_col_to_name
from reconcile.workbook.numbers import fits
from reconcile.workbook.outgoing import Row, showable
from reconcile.workbook.place import Place
from reconcile.workbook.styles import (
    COUNT_FORMAT,
    DATE_FORMAT,
    NEW_AMOUNT_FORMAT,
    TEXT_FORMAT,
    Styles,
    amount_format,
)

TABLES: Final = {RecordKind.PAYOUT: "Payouts", RecordKind.LINE: "Lines", RecordKind.NEW_LINE: "NewLines"}
"""The names of the Excel tables; they never change, so that users' own formulas keep working."""

# What says which record a row is stays in sight: partner and period, partner and payout, partner.
_FROZEN: Final = {RecordKind.PAYOUT: 3, RecordKind.LINE: 2, RecordKind.NEW_LINE: 1}
# Room for the filter button beside a header, and for the margins of a cell.
_BUTTON: Final = 4
_MARGIN: Final = 3
_WIDEST: Final = 48
# Texts of several lines show them all; a longer one would push the next rows out of sight.
_WRAPPED: Final = 300
_MOST_LINES: Final = 8
_LINE_HEIGHT: Final = 15
_HEADER_HEIGHT: Final = 24
_RIGHT: Final = (ColumnKind.AMOUNT, ColumnKind.COUNT)
# Excel counts a 29 February 1900 that never was; earlier days are written as text.
_FIRST_DAY: Final = date(1900, 3, 1)


def write_data_sheet(
    sheet: Worksheet, place: Place, rows: Iterable[Row[Any]], styles: Styles, texts: ColumnTexts
) -> list[Finding]:
    """Write the table with all rows in one pass; returns what could not be shown, as warnings."""
    pen = _Pen(sheet, styles)
    _write_table(sheet, place, styles)
    findings: list[Finding] = []
    for number, row in enumerate(rows, start=1):
        for index, column in enumerate(COLUMNS[place.kind]):
            if not pen.write(number, index, column, row):
                findings.append(_unshown(place, number, column, row))
        pen.end_row(number)
    _set_columns(sheet, place, texts, pen.longest)
    return findings


def _write_table(sheet: Worksheet, place: Place, styles: Styles) -> None:
    columns = COLUMNS[place.kind]
    headers = [
        {
            "header": place.labels[c.id],
            "header_format": styles.header(editable=c.editable, right=c.kind in _RIGHT),
        }
        for c in columns
    ]
    # The cells bring their own look; a table style would paint over it.
    options = {"name": TABLES[place.kind], "style": None, "columns": headers}
    sheet.add_table(0, 0, place.rows, len(columns) - 1, options)
    sheet.set_row(0, _HEADER_HEIGHT)
    sheet.freeze_panes(1, _FROZEN[place.kind])
    # Ids of digits are meant to be text; Excel need not flag each of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(columns) - 1)}{place.rows + 1}"})


def _set_columns(sheet: Worksheet, place: Place, texts: ColumnTexts, longest: Mapping[str, int]) -> None:
    """As wide as the template says; wider where a header, an id or an amount would be cut off."""
    for index, column in enumerate(COLUMNS[place.kind]):
        width = 12
        if not column.hidden:
            needed = min(longest.get(column.id, 0) + _MARGIN, _WIDEST)
            width = max(texts[column.id].width, len(texts[column.id].label) + _BUTTON, needed)
        sheet.set_column(index, index, width, None, {"hidden": column.hidden})


def _unshown(place: Place, number: int, column: Column[Any], row: Row[Any]) -> Finding:
    label = place.labels[column.id]
    return Finding(
        Severity.WARNING,
        "text-not-shown",
        f"The {label} of {place.kind} {row.id} is a text that a cell cannot hold, so its cell is blank.",
        "Nothing is lost: it stays as it is in Introw. Change it there, not in the workbook.",
        sheet=place.name,
        cell=f"{place.letter(column.id)}{number + 1}",
        kind=place.kind,
        record_id=row.id,
    )


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes cells, and keeps the format of each column and number of decimals.

    longest: how many characters the longest id or amount of a column shows. lines: how many lines each cell
    of the present row shows.
    """

    sheet: Worksheet
    styles: Styles
    formats: dict[tuple[str, int, bool], Format] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def write(self, number: int, index: int, column: Column[Any], row: Row[Any]) -> bool:
        """Write one cell; False where its text cannot be shown and it was left blank."""
        value = column.value(row)
        shown = column.id not in row.lost
        if isinstance(value, str) and not showable(value):
            value, shown = None, False
        if value is not None or not column.hidden:
            self._put(number, index, value, self._format(column, value, row.currency))
            self._measure(column, value, row.currency)
        return shown

    def end_row(self, number: int) -> None:
        """Make a row as high as its texts need; not every program does that on its own."""
        if self.lines:
            self.sheet.set_row(number, _LINE_HEIGHT * max(self.lines))
            self.lines.clear()

    def _measure(self, column: Column[Any], value: Shown, currency: str) -> None:
        if not column.hidden and _lines_of(value) > 1:
            self.lines.append(_lines_of(value))
        if isinstance(value, Decimal):
            length = len(shown_amount(value, currency))
        elif isinstance(value, str) and column.id.endswith("id"):
            length = len(value)
        else:
            return
        self.longest[column.id] = max(self.longest.get(column.id, 0), length)

    def _put(self, number: int, index: int, value: Shown, look: Format) -> None:
        if value is None:
            self.sheet.write_blank(number, index, None, look)
        elif isinstance(value, str):
            self.sheet.write_string(number, index, value, look)
        elif isinstance(value, date) and value >= _FIRST_DAY:
            self.sheet.write_datetime(number, index, value, look)
        elif isinstance(value, int) or (isinstance(value, Decimal) and fits(value)):
            # XlsxWriter writes a Decimal digit by digit; as a float 808.81 would become 808.8099999999999.
            self.sheet.write_number(number, index, value, look)
        else:
            self.sheet.write_string(number, index, _as_text(value), look)

    def _format(self, column: Column[Any], value: Shown, currency: str) -> Format:
        places, wrapped = -1, _lines_of(value) > 1
        if column.kind is ColumnKind.AMOUNT and currency:
            needed = decimals(value) if isinstance(value, Decimal) else 0
            places = max(needed, exponent(currency) or 0)
        key = (column.id, places, wrapped)
        if key not in self.formats:
            self.formats[key] = self.styles.cell(
                _number_format(column.kind, places),
                editable=column.editable,
                right=column.kind in _RIGHT,
                wrapped=wrapped,
            )
        return self.formats[key]


def _lines_of(value: Shown) -> int:
    """How many lines a cell shows: those of a text that is not too long, else one."""
    return min(value.count("\n") + 1, _MOST_LINES) if isinstance(value, str) and len(value) <= _WRAPPED else 1


def _number_format(kind: ColumnKind, places: int) -> str | int:
    if kind is ColumnKind.AMOUNT:
        return NEW_AMOUNT_FORMAT if places < 0 else amount_format(places)
    if kind is ColumnKind.DATE:
        return DATE_FORMAT
    return COUNT_FORMAT if kind is ColumnKind.COUNT else TEXT_FORMAT


def _as_text(value: Decimal | date) -> str:
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()
