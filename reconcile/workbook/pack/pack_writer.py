"""Writes a pack of tables as a workbook: a cover with charts, a sheet per table, sums as live formulas.

XlsxWriter makes the workbook with empty tables. Their rows, which are many, go past it into the file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reconcile.domain.pack_table import Pack, Table
from reconcile.domain.spreadsheet import column_letters
from reconcile.errors import ConfigurationError
from reconcile.workbook.export import Workbook, Worksheet, xl_range
from reconcile.workbook.pack.pack_cover import Cover
from reconcile.workbook.pack.pack_rows import PackRows
from reconcile.workbook.pack.pack_styles import HEADER_ROW, PackLooks, number_styles, printable, width_of

_PAGE: Final = 200
"""Characters across a printed page that can still be read; a wider sheet takes more pages."""
_MOST: Final = 1_048_576 - HEADER_ROW - 1
"""The rows of a table that a sheet holds."""
_CHUNK: Final = 1 << 18
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def write_pack(stream: IO[bytes], pack: Pack, made_at: datetime) -> None:
    """Writes the workbook. The same pack and time give the same bytes.

    Raises ConfigurationError for a table with more rows than a sheet holds.
    """
    _check_fits(pack)
    skeleton = io.BytesIO()
    book = Workbook(skeleton, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": pack.title, "created": made_at.replace(tzinfo=None)})
    writer = PackBook(book, pack)
    writer.cover()
    with ExitStack() as opened:
        rows = {}
        for number, table in enumerate(pack.tables, start=2):
            kept = opened.enter_context(TemporaryFile())
            writer.sheet(table, kept)
            rows[f"xl/worksheets/sheet{number}.xml"] = (_dimension(table), kept)
        book.close()
        _join(skeleton, rows, stream)


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
        self.names = {table.key: table.title[:31] for table in pack.tables}

    def cover(self) -> None:
        """The first sheet."""
        sheet = self.book.add_worksheet("Summary")
        Cover(self.book, sheet, self.looks, self.pack, self.names).write()
        number_styles(sheet)

    def sheet(self, table: Table, rows: IO[bytes]) -> None:
        """One table: title, note, headers; filterable, frozen, printable. Its rows go into a stream."""
        sheet = self.book.add_worksheet(self.names[table.key])
        widths = [width_of(table, column) for column in range(len(table.columns))]
        printable(sheet, (1 + sum(widths) // _PAGE, 0))
        sheet.repeat_rows(HEADER_ROW)
        sheet.repeat_columns(0)
        sheet.set_footer("&L&A&RPage &P of &N")
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.write_string(0, 0, table.title, self.looks.made(bold=True, font_size=14))
        sheet.write_string(1, 0, table.note, self.looks.made(italic=True, color="#475569"))
        for column, one in enumerate(table.columns):
            sheet.write_string(HEADER_ROW, column, one.header, self.looks.header(one.kind, column))
            sheet.set_column(column, column, widths[column])
        number_styles(sheet)
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(1, len(table.rows)), len(table.columns) - 1)
        self.rows(sheet, table, rows)

    def rows(self, sheet: Worksheet, table: Table, stream: IO[bytes]) -> None:
        """The rows of a table, past XlsxWriter."""
        rows = PackRows(table, self.looks, sheet.str_table, self.range_of).rows()
        stream.writelines(row.encode() for row in rows)

    def range_of(self, key: str, column_key: str) -> str:
        """Where the rows of a column stand, by the keys of its table and its own."""
        table = self.pack.table(key)
        column = column_letters([one.key for one in table.columns].index(column_key))
        first, last = HEADER_ROW + 2, HEADER_ROW + 1 + max(1, len(table.rows))
        return f"'{self.names[key]}'!${column}${first}:${column}${last}"


def _dimension(table: Table) -> tuple[bytes, bytes]:
    """What XlsxWriter says of the size of a sheet without its rows, and what is to be said with them."""
    last = len(table.columns) - 1
    without, whole = (xl_range(0, 0, row, last) for row in (HEADER_ROW, HEADER_ROW + len(table.rows)))
    return f'<dimension ref="{without}"/>'.encode(), f'<dimension ref="{whole}"/>'.encode()


def _join(
    skeleton: IO[bytes], rows: Mapping[str, tuple[tuple[bytes, bytes], IO[bytes]]], stream: IO[bytes]
) -> None:
    """Copies the workbook part by part, the rows at the end of their sheets."""
    with ZipFile(skeleton) as source, ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = ZipInfo(name, _EPOCH)
            part.compress_type = ZIP_DEFLATED
            content = source.read(name)
            with target.open(part, "w") as copy:
                if name not in rows:
                    copy.write(content)
                    continue
                dimension, kept = rows[name]
                head, end, tail = content.replace(*dimension).partition(b"</sheetData>")
                copy.write(head)
                kept.seek(0)
                copyfileobj(kept, copy, _CHUNK)
                copy.write(end + tail)
