"""Plain tables in and out: a header row and rows below it, with none of the round trip around them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from reconcile.domain.money import decimals
from reconcile.workbook.export import Formats, Workbook, amount_format
from reconcile.workbook.ooxml import SHEET_NAME_LIMIT, open_book

_WIDEST: Final = 40
_ROWS: Final = 100_000
_COLUMNS: Final = 500


def read_table(path: Path, sheet: str, rows: int = _ROWS, columns: int = _COLUMNS) -> list[list[str]]:
    """The texts of a sheet, blank rows left out; of the first sheet where none has that name.

    rows, columns: of these, one more at most is read, by which the caller sees that there are too many.
    Numbers are as the file spells them. Raises ConfigurationError and WorkbookError as `open_book` does.
    """
    book = open_book(path)
    named = {name.casefold(): name for name in book.sheets}
    found = named.get(sheet.casefold()) or next(iter(book.sheets))
    return [
        [row[i].text if i in row else "" for i in range(min(max(row), columns) + 1)]
        for _, row in islice(book.rows(found), rows + 1)
    ]


def table_bytes(title: str, header: Sequence[str], rows: Sequence[Sequence[str | Decimal]]) -> bytes:
    """A workbook of one sheet: texts stay texts whatever they look like, amounts are numbers."""
    stream = io.BytesIO()
    book = Workbook(stream)
    looks = Formats(book, {}, {})
    sheet = book.add_worksheet(title[:SHEET_NAME_LIMIT])
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, looks.made(bold=True, bottom=1))
        longest = max([len(name), *(len(str(row[column])) for row in rows)])
        sheet.set_column(column, column, min(_WIDEST, longest + 2))
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Decimal):
                places = max(decimals(cell), -int(cell.as_tuple().exponent))
                sheet.write_number(number, column, cell, looks.made(num_format=amount_format(places)))
            else:
                sheet.write_string(number, column, cell, looks.made(num_format="@"))
    book.close()
    return stream.getvalue()
