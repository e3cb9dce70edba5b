"""The workbook of a pack: its rows go past XlsxWriter, and come out as XlsxWriter would write them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO

import pytest
from openpyxl import load_workbook

from reconcile.domain.pack_table import Cell, Column, Pack, RowSum, SumOf, Table, value_of
from reconcile.errors import ConfigurationError
from reconcile.workbook.export.xlsxwriter_port import Worksheet
from reconcile.workbook.pack import pack_writer as written
from reconcile.workbook.pack.pack_rows import PackRows, plain
from reconcile.workbook.pack.pack_styles import HEADER_ROW

AT = datetime(2026, 5, 3, 8, tzinfo=UTC)
ODD = (
    "",
    " outer spaces ",
    "a & b < c > d \"e\" 'f'",
    "line\nfeed\ttab\rreturn",
    "bell \x07 and _x0007_",
    "<r>no markup</r>",
    "=1+1",
    "https://example.com",
    "000123",
    "日本語 é 😀",
    "long " * 7_000,
    "😀" * 20_000,
)
_COLUMNS = (
    Column("text", "Text"),
    Column("id", "ID", "id"),
    Column("currency", "Currency"),
    Column("amount", "Amount", "money"),
    Column("half", "Half", "money"),
    Column("count", "Count", "number"),
    Column("day", "Day", "date"),
    Column("share", "Share", "share"),
)


def _row(number: int, text: str) -> tuple[Cell, ...]:
    amount = Decimal(number * 7919) / 1000 - 20
    code = ("USD", "JPY", "KWD", "XYZ", "")[number % 5]
    half = RowSum((("amount", -1), ("count", 1)), -amount)
    day = date(2026, 3, 1 + number) if number % 3 else None
    return (text, f"id_{number}", code, amount if number % 4 else None, half, number, day, amount / 3)


def _pack() -> Pack:
    rows = tuple(_row(number, text) for number, text in enumerate(ODD * 2))
    sums: tuple[tuple[Cell, ...], ...] = tuple(
        (code, SumOf("rows", "amount", (("currency", code), ("text", 'a "b" *?~')), Decimal("12.5")), 3)
        for code in ("USD", "JPY", "K&D")
    )
    summed = (Column("currency", "Currency"), Column("amount", "Amount", "money"), Column("n", "N", "money"))
    tables = (
        Table("sums", "Sums", summed, sums, "A note.", "currency"),
        Table("rows", "A very long title of more than thirty-one characters", _COLUMNS, rows, "", "currency"),
        Table("none", "Nothing", _COLUMNS, ()),
    )
    return Pack("A pack", (("Fact", "text"),), "It passes.", sound=True, tables=tables, charted="sums")


def _written() -> bytes:
    stream = io.BytesIO()
    written.write_pack(stream, _pack(), AT)
    return stream.getvalue()


def _plainly(writer: written.PackBook, sheet: Worksheet, table: Table, _: IO[bytes]) -> None:
    """The rows of a table cell by cell, by XlsxWriter's own methods."""
    formulas = PackRows(table, writer.looks, sheet.str_table, writer.range_of)
    place = [column.key for column in table.columns].index("currency")
    for number, row in enumerate(table.rows, start=HEADER_ROW + 1):
        currency = str(row[place]) if table.currency else ""
        for column, cell in enumerate(row):
            look = writer.looks.cell(table.columns[column].kind, column, currency)
            value = plain(value_of(cell))
            if isinstance(cell, SumOf | RowSum):
                formula = f"={formulas.formula(cell, number + 1)}"
                sheet.write_formula(number, column, formula, look, value)
            elif isinstance(value, str):
                sheet.write_string(number, column, value, look)
            elif isinstance(value, datetime):
                sheet.write_datetime(number, column, value, look)
            elif value is None:
                sheet.write_blank(number, column, None, look)
            else:
                sheet.write_number(number, column, value, look)


def test_the_workbook_has_the_bytes_of_one_that_was_written_cell_by_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = _written()
    monkeypatch.setattr(written.PackBook, "rows", _plainly)
    # Every cell goes through XlsxWriter, so it numbers the styles when it closes.
    monkeypatch.setattr(written, "number_styles", str)
    plainly = _written()

    with zipfile.ZipFile(io.BytesIO(fast)) as one, zipfile.ZipFile(io.BytesIO(plainly)) as other:
        assert one.namelist() == other.namelist()
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }
    assert fast == plainly


def test_the_workbook_opens_and_holds_the_values() -> None:
    book = load_workbook(io.BytesIO(_written()), data_only=True)
    sheet = book["A very long title of more than t"[:31]]
    rows = list(sheet.iter_rows(min_row=HEADER_ROW + 2, values_only=True))

    assert len(rows) == 2 * len(ODD)
    assert [row[1] for row in rows] == [f"id_{number}" for number in range(len(rows))]
    assert rows[1][3] == pytest.approx(-12.081)
    assert rows[1][6] == datetime(2026, 3, 2)  # noqa: DTZ001 - a cell has no zone
    assert book["Sums"]["B4"].value == 12.5
    book.close()


def test_a_table_that_no_sheet_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "_MOST", 5)

    with pytest.raises(ConfigurationError, match=r"would have 24 rows, and a sheet holds 5\. Close"):
        _written()
