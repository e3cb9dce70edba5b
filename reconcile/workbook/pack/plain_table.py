"""Plain tables in and out: a header row and rows below it, with none of the round trip around them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from reconcile.domain.money import decimals
from reconcile.workbook.export import Workbook
from reconcile.workbook.ooxml import open_book


def read_table(path: Path, sheet: str) -> list[list[str]]:
    """The texts of a sheet, blank rows left out; of the first sheet where none has that name.

    Numbers are as the file spells them. Raises ConfigurationError and WorkbookError as `open_book` does.
    """
    book = open_book(path)
    named = {name.casefold(): name for name in book.sheets}
    found = named.get(sheet.casefold()) or next(iter(book.sheets))
    return [[row[i].text if i in row else "" for i in range(max(row) + 1)] for _, row in book.rows(found)]


def table_bytes(title: str, header: Sequence[str], rows: Sequence[Sequence[str | Decimal]]) -> bytes:
    """A workbook of one sheet: texts stay texts whatever they look like, amounts are numbers."""
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(
            column, column, min(40, max([len(name), *(len(str(row[column])) for row in rows)]) + 2)
        )
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, Decimal):
                places = max(decimals(cell), -int(cell.as_tuple().exponent))
                shape = book.add_format({"num_format": "#,##0" + ("." + "0" * places if places else "")})
                sheet.write_number(number, column, cell, shape)
            else:
                sheet.write_string(number, column, cell, text)
    book.close()
    return stream.getvalue()
