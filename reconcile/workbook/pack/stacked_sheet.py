"""A few small tables below each other on one sheet, as a statement has them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import IO, Final

from reconcile.domain.pack_table import Cell, Pack, RowSum, Table, value_of
from reconcile.workbook.export import Workbook, Worksheet
from reconcile.workbook.ooxml import held
from reconcile.workbook.pack.pack_rows import currency_place, plain, row_sum
from reconcile.workbook.pack.pack_styles import PackLooks, printable, width_of

_WIDEST: Final = 34


def write_stacked(stream: IO[bytes], pack: Pack, name: str, made_at: datetime) -> None:
    """Writes the tables of a pack on one sheet of that name. The same pack and time give the same bytes."""
    book = Workbook(stream)
    book.set_properties({"title": pack.title, "created": made_at.replace(tzinfo=None)})
    sheet, looks = book.add_worksheet(name), PackLooks(book)
    printable(sheet, (1, 0))
    sheet.set_footer("&L" + pack.title.replace("&", "&&") + "&RPage &P of &N")
    count = max(len(table.columns) for table in pack.tables)
    for column in range(count):
        widths = [width_of(table, column) for table in pack.tables if column < len(table.columns)]
        sheet.set_column(column, column, min(max(widths), _WIDEST))
    row = _headed(sheet, looks, pack)
    for table in pack.tables:
        row = _stacked(sheet, looks, table, row + 1)
    book.close()


def _headed(sheet: Worksheet, looks: PackLooks, pack: Pack) -> int:
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, pack.title, looks.made(bold=True, font_size=18))
    for row, (label, text) in enumerate(pack.facts, start=1):
        sheet.write_string(row, 0, label, looks.made(color="#475569"))
        sheet.write_string(row, 1, held(text), looks.made(bold=row == 1))
    return 1 + len(pack.facts)


def _stacked(sheet: Worksheet, looks: PackLooks, table: Table, row: int) -> int:
    """Writes one table, and answers the row below it."""
    sheet.write_string(row, 0, table.title, looks.made(bold=True, font_size=13))
    if not table.rows:
        sheet.write_string(row + 1, 0, "None.", looks.made(color="#475569"))
        return row + 2
    if table.note:
        sheet.write_string(row, 2, table.note, looks.made(italic=True, color="#475569"))
    for column, one in enumerate(table.columns):
        sheet.write_string(row + 1, column, one.header, looks.header(one.kind, column))
    for number, cells in enumerate(table.rows, start=row + 2):
        for column in range(len(cells)):
            _cell(sheet, looks, table, cells, (number, column))
    return row + 2 + len(table.rows)


def _cell(
    sheet: Worksheet, looks: PackLooks, table: Table, cells: tuple[Cell, ...], place: tuple[int, int]
) -> None:
    row, column = place
    cell, of = cells[column], currency_place(table)
    currency = "" if of is None else str(value_of(cells[of]))
    look = looks.cell(table.columns[column].kind, column, currency)
    value = plain(value_of(cell))
    if isinstance(cell, RowSum):
        sheet.write_formula(row, column, f"={row_sum(cell, row + 1, table)}", look, value)
    elif isinstance(value, str):
        sheet.write_string(row, column, held(value), look)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, look)
    elif value is None:
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_number(row, column, float(Decimal(str(value))), look)
