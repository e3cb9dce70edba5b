"""Writes a pack of tables as a workbook: a cover with charts, a sheet per table, sums as live formulas."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Final

from reconcile.domain.pack_table import Pack, Table
from reconcile.domain.spreadsheet import column_letters
from reconcile.errors import ConfigurationError
from reconcile.workbook.export import Workbook
from reconcile.workbook.ooxml import LAST_ROW, SHEET_NAME_LIMIT
from reconcile.workbook.pack.pack_cover import Cover
from reconcile.workbook.pack.pack_rows import write_rows, write_totals
from reconcile.workbook.pack.pack_styles import HEADER_ROW, PackLooks, footer_of, printable, widths_of

_PAGE: Final = 200
"""Characters across a printed page that can still be read; a wider sheet takes more pages."""
_MOST: Final = LAST_ROW - HEADER_ROW - 1 - 200
"""The rows of a table that a sheet holds, with room for a sum in every currency below them."""


def write_pack(stream: IO[bytes], pack: Pack, made_at: datetime) -> None:
    """Writes the workbook. The same pack and time give the same bytes.

    Raises ConfigurationError for a table with more rows than a sheet holds.
    """
    _check_fits(pack)
    book = Workbook(stream)
    book.set_properties({"title": pack.title, "created": made_at.replace(tzinfo=None)})
    writer = PackBook(book, pack)
    writer.cover()
    for table in pack.tables:
        writer.sheet(table)
    book.close()


def _check_fits(pack: Pack) -> None:
    """A sheet without some of its rows would show other sums than those that were closed."""
    for table in pack.tables:
        if len(table.rows) > _MOST:
            raise ConfigurationError(
                f"The sheet {table.title} of {pack.title} would have {len(table.rows):,} rows, and a sheet "
                f"holds {_MOST:,}. Close shorter periods, such as 2026-03-01..2026-03-15."
            )


class PackBook:
    """The formats and the places of the sheets, which every part of the workbook needs."""

    def __init__(self, book: Workbook, pack: Pack) -> None:
        self.book, self.pack = book, pack
        self.looks = PackLooks(book)
        self.names = {table.key: table.title[:SHEET_NAME_LIMIT] for table in pack.tables}

    def cover(self) -> None:
        """The first sheet."""
        sheet = self.book.add_worksheet("Summary")
        Cover(self.book, sheet, self.looks, self.pack, self.names).write()

    def sheet(self, table: Table) -> None:
        """One table: title, note, headers, rows; filterable, frozen, printable."""
        sheet = self.book.add_streaming_sheet(self.names[table.key])
        widths = widths_of(table)
        printable(sheet, (1 + sum(widths) // _PAGE, 0))
        sheet.repeat_rows(HEADER_ROW)
        sheet.repeat_columns(0)
        sheet.set_footer(footer_of(self.pack))
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.write_string(0, 0, table.title, self.looks.made(bold=True, font_size=14))
        sheet.write_string(1, 0, table.note, self.looks.made(italic=True, color="#475569"))
        for column, one in enumerate(table.columns):
            sheet.write_string(HEADER_ROW, column, one.header, self.looks.header(one.kind, column))
            sheet.set_column(column, column, widths[column])
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(1, len(table.rows)), len(table.columns) - 1)
        write_rows(sheet, table, self.looks, self.range_of, widths)
        write_totals(sheet, table, self.looks, self.range_of)

    def range_of(self, key: str, column_key: str) -> str:
        """Where the rows of a column stand, by the keys of its table and its own."""
        table = self.pack.table(key)
        column = column_letters(table.place(column_key))
        first, last = HEADER_ROW + 2, HEADER_ROW + 1 + max(1, len(table.rows))
        return f"'{self.names[key]}'!${column}${first}:${column}${last}"
