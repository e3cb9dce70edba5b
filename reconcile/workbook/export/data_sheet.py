"""Writes one data sheet: an Excel table with its header, its rows and the hidden columns at its right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import shown_amount
from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.contract import COLUMNS, Column, ColumnTexts, Place, Row, Shown, fits, showable
from reconcile.workbook.export.looks import FIRST_DAY, LINE_HEIGHT, RIGHT, Looks, as_text, lines_of
from reconcile.workbook.export.streamed_sheet import StreamedSheet, StreamPen
from reconcile.workbook.export.styles import Styles
from reconcile.workbook.export.xlsxwriter_port import Format, Worksheet

TABLES: Final = {RecordKind.PAYOUT: "Payouts", RecordKind.LINE: "Lines", RecordKind.NEW_LINE: "NewLines"}
"""The names of the Excel tables; they never change, so that users' own formulas keep working."""

# What says which record a row is stays in sight: partner and period, partner and payout, partner.
_FROZEN: Final = {RecordKind.PAYOUT: 3, RecordKind.LINE: 2, RecordKind.NEW_LINE: 1}
# Room for the filter button beside a header, and for the margins of a cell.
_BUTTON: Final = 4
_MARGIN: Final = 3
_WIDEST: Final = 48
_HEADER_HEIGHT: Final = 24


def write_data_sheet(
    sheet: Worksheet, place: Place, rows: Iterable[Row[Any]], styles: Styles, texts: ColumnTexts
) -> list[Finding]:
    """Write the table with all rows in one pass; returns what could not be shown, as warnings."""
    looks = Looks(styles)
    streamed = isinstance(sheet, StreamedSheet)
    pen = StreamPen(sheet, place.kind, looks) if streamed else Pen(sheet, place.kind, looks)
    _write_table(sheet, place, styles)
    findings: list[Finding] = []
    for number, row in enumerate(rows, start=1):
        findings += [_unshown(place, number, column, row) for column in pen.write_row(number, row)]
    _set_columns(sheet, place, texts, pen.longest)
    return findings


def _write_table(sheet: Worksheet, place: Place, styles: Styles) -> None:
    columns = COLUMNS[place.kind]
    headers = [
        {
            "header": place.labels[c.id],
            "header_format": styles.header(editable=c.editable, right=c.kind in RIGHT),
        }
        for c in columns
    ]
    # The cells bring their own look; a table style would paint over it.
    options = {"name": TABLES[place.kind], "style": None, "columns": headers}
    sheet.add_table(0, 0, place.rows, len(columns) - 1, options)
    sheet.set_row(0, _HEADER_HEIGHT)
    sheet.freeze_panes(1, _FROZEN[place.kind])
    # Ids of digits are meant to be text; Excel need not flag each of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(len(columns) - 1)}{place.rows + 1}"})


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
class Pen:
    """Writes cells through XlsxWriter.

    longest: how many characters the longest id or amount of a column shows. lines: how many lines each cell
    of the present row shows.
    """

    sheet: Worksheet
    kind: RecordKind
    looks: Looks
    longest: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def write_row(self, number: int, row: Row[Any]) -> list[Column[Any]]:
        """Write a row, as high as its texts need; returns the columns whose text no cell can hold."""
        columns = enumerate(COLUMNS[self.kind])
        unshown = [column for index, column in columns if not self._write(number, index, column, row)]
        if self.lines:
            self.sheet.set_row(number, LINE_HEIGHT * max(self.lines))
            self.lines.clear()
        return unshown

    def _write(self, number: int, index: int, column: Column[Any], row: Row[Any]) -> bool:
        """Write one cell; False where its text cannot be shown and it was left blank."""
        value = column.value(row)
        shown = value is not None or column.id not in row.lost
        if isinstance(value, str) and not showable(value):
            value, shown = None, False
        if value is not None or not column.hidden:
            self._put(number, index, value, self.looks.of(column, value, row.currency))
            self._measure(column, value, row.currency)
        return shown

    def _measure(self, column: Column[Any], value: Shown, currency: str) -> None:
        if not column.hidden and lines_of(value) > 1:
            self.lines.append(lines_of(value))
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
        elif isinstance(value, date) and value >= FIRST_DAY:
            self.sheet.write_datetime(number, index, value, look)
        elif isinstance(value, int) or (isinstance(value, Decimal) and fits(value)):
            # XlsxWriter writes a Decimal digit by digit; as a float 808.81 would become 808.8099999999999.
            self.sheet.write_number(number, index, value, look)
        else:
            self.sheet.write_string(number, index, as_text(value), look)
