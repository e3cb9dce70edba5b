"""Carries what people added to a workbook, columns and sheets of their own, into a clean copy, as values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from openpyxl import Workbook

from reconcile.domain.fields import RecordKind
from reconcile.workbook.book import Book
from reconcile.workbook.columns import TOKEN_COLUMN
from reconcile.workbook.examine import own_columns, own_sheets
from reconcile.workbook.grid import Cell
from reconcile.workbook.headers import KEY
from reconcile.workbook.layout import Layout
from reconcile.workbook.meta import Meta
from reconcile.workbook.numbers import stored_number
from reconcile.workbook.seen import shown
from reconcile.workbook.sheets import FoundSheet

_PARTS: Final = {
    "xl/charts/": "charts",
    "xl/media/": "pictures",
    "xl/comments": "comments",
    "xl/threadedComments/": "comments",
    "xl/pivotTables/": "pivot tables",
}


def carry_columns(
    book: Book, sheet: FoundSheet, copy: Workbook, place: FoundSheet, rows: Mapping[str, int]
) -> list[str]:
    """Type the person's own columns of a data sheet to the right of ours, and name them.

    rows: where each record stands in the copy. Columns without a header are carried, too, if they are within
    those that have one; the rows of nobody are not.
    """
    own = own_columns(book, sheet)
    key = sheet.columns.get(TOKEN_COLUMN if sheet.kind is RecordKind.NEW_LINE else KEY)
    if not own or key is None:
        return []
    first = max(place.columns.values()) + 1
    to = {column: first + number for number, column in enumerate(sorted(own), start=1)}
    target = copy[place.name]
    for column, header in own.items():
        target.cell(1, to[column]).value = header
    for number, cells in book.rows(sheet.name):
        row = rows.get(shown(cells.get(key)).strip())
        if number > sheet.header and row:
            for column in own.keys() & cells.keys():
                _put(target.cell(row, to[column]), cells[column])
    return [f"{sheet.name}, column {header}" for header in own.values()]


def carry_sheets(
    book: Book, meta: Meta, layout: Layout, sheets: Mapping[RecordKind, FoundSheet], copy: Workbook
) -> list[str]:
    """Add the person's own sheets to the copy, and name them."""
    carried = []
    for name in own_sheets(book, meta, layout, sheets):
        if name not in copy.sheetnames:
            target = copy.create_sheet(name)
            for number, cells in book.rows(name):
                for column, cell in cells.items():
                    _put(target.cell(number, column + 1), cell)
            carried.append(f"sheet {name}")
    return carried


def uncarried_parts(path: Path) -> list[str]:
    """What a package holds that no cell can carry, in words."""
    with ZipFile(path) as archive:
        names = archive.namelist()
    found = {word for start, word in _PARTS.items() if any(name.startswith(start) for name in names)}
    return sorted(found)


def _put(target: Any, cell: Cell) -> None:  # noqa: ANN401 - openpyxl's cells have no one type
    target.value = _value(cell)
    if cell.kind in ("text", "error"):
        target.data_type = "s"


def _value(cell: Cell) -> object:
    if cell.kind == "number":
        number = stored_number(cell.text)
        return cell.text if number is None else number
    if cell.kind == "date":
        return datetime.fromisoformat(cell.text)
    return cell.text == "TRUE" if cell.kind == "bool" else cell.text or None
