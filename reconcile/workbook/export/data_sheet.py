"""Writes one data sheet: an Excel table with its header, its rows and the hidden columns at its right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.contract import COLUMNS, ColumnTexts, Place, Row
from reconcile.workbook.export.data_cells import RowNotes, cells_of
from reconcile.workbook.export.styles import HEADER_HEIGHT, RIGHT, Styles
from reconcile.workbook.export.xlsxwriter_port import StreamingSheet

TABLES: Final = {
    RecordKind.PAYOUT: "Payouts",
    RecordKind.LINE: "Lines",
    RecordKind.NEW_LINE: "NewLines",
    RecordKind.NEW_PAYOUT: "NewPayouts",
}
"""The names of the Excel tables; they never change, so that users' own formulas keep working."""

# What says which record a row is stays in sight: partner and period, partner and payout, partner.
_FROZEN: Final = {RecordKind.PAYOUT: 3, RecordKind.LINE: 2, RecordKind.NEW_LINE: 1, RecordKind.NEW_PAYOUT: 1}
# Room for the filter button beside a header, and for the margins of a cell.
_BUTTON: Final = 4
_MARGIN: Final = 3
_WIDEST: Final = 48
_BLOCK: Final = 512
"""So many rows are made at a time, column by column."""


def write_data_sheet(
    sheet: StreamingSheet, place: Place, rows: Iterator[Row[Any]], styles: Styles, texts: ColumnTexts
) -> tuple[list[Finding], set[str]]:
    """Write the table with all rows in one pass.

    Returns what could not be shown, as warnings, and the fields that at least one row cannot show.
    """
    _write_table(sheet, place, styles)
    columns = [cells_of(one, index, sheet, styles) for index, one in enumerate(COLUMNS[place.kind])]
    findings: list[Finding] = []
    unread: set[str] = set()
    first = 1
    while block := list(islice(rows, _BLOCK)):
        notes = RowNotes()
        made = [column.cells(block, first, notes) for column in columns]
        sheet.stream_rows(first, map("".join, zip(*made, strict=True)), notes.heights)
        for number, row in enumerate(block, start=first):
            if row.lost or number in notes.unshown:
                findings += _unshown(place, number, row, notes.unshown.get(number, set()))
        unread.update(*{row.unread for row in block})
        first += len(block)
    _set_columns(sheet, place, texts, {one.column.id: one.longest for one in columns})
    return findings, unread


def _write_table(sheet: StreamingSheet, place: Place, styles: Styles) -> None:
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
    sheet.set_row(0, HEADER_HEIGHT)
    sheet.freeze_panes(1, _FROZEN[place.kind])
    # Ids of digits are meant to be text; Excel need not flag each of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(len(columns) - 1)}{place.rows + 1}"})


def _set_columns(sheet: StreamingSheet, place: Place, texts: ColumnTexts, longest: Mapping[str, int]) -> None:
    """As wide as the template says; wider where a header, an id or an amount would be cut off."""
    for index, column in enumerate(COLUMNS[place.kind]):
        width = 12
        if not column.hidden:
            needed = min(longest.get(column.id, 0) + _MARGIN, _WIDEST)
            width = max(texts[column.id].width, len(texts[column.id].label) + _BUTTON, needed)
        sheet.set_column(index, index, width, None, {"hidden": column.hidden})


def _unshown(place: Place, number: int, row: Row[Any], unshown: AbstractSet[str]) -> Iterator[Finding]:
    names = unshown | {name for name in row.lost if not isinstance(row.shown.get(name), str)}
    for column in COLUMNS[place.kind]:
        if column.id in names:
            label = place.labels[column.id]
            yield Finding(
                Severity.WARNING,
                "text-not-shown",
                f"The {label} of {place.kind} {row.id} is a text that a cell cannot hold, "
                "so its cell is blank.",
                "Nothing is lost: it stays as it is in Introw. Change it there, not in the workbook.",
                sheet=place.name,
                cell=f"{place.letter(column.id)}{number + 1}",
                kind=place.kind,
                record_id=row.id,
            )
