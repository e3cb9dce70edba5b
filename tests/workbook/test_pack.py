"""The workbook of a pack."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from reconcile.domain.pack_table import Cell, Column, Pack, RowSum, SumOf, Table, value_of
from reconcile.errors import ConfigurationError
from reconcile.workbook.pack import pack_writer as written
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


def test_the_same_pack_has_the_same_bytes() -> None:
    assert _written() == _written()


def test_every_cell_holds_its_value_and_every_sum_its_formula() -> None:
    stream = io.BytesIO(_written())
    values, formulas = load_workbook(stream, data_only=True), load_workbook(stream)
    name = "A very long title of more than thirty-one characters"[:31]
    rows = next(table.rows for table in _pack().tables if table.key == "rows")
    for number, row in enumerate(rows, start=HEADER_ROW + 2):
        for column, cell in enumerate(row, start=1):
            place = values[name].cell(number, column)
            assert _shown(place.value) == _expected(cell), place.coordinate
    assert formulas[name]["E5"].value == "=ROUND(-D5+F5,6)"
    assert formulas["Sums"]["B6"].value == (
        f'=SUMIFS(\'{name}\'!$D$4:$D$27,\'{name}\'!$C$4:$C$27,"=K&D",\'{name}\'!$A$4:$A$27,"=a ""b"" ~*~?~~")'
    )
    assert [values["Sums"].cell(number, 2).number_format for number in (4, 5, 6)] == [
        "#,##0.00;-#,##0.00;\u2013",
        "#,##0;-#,##0;\u2013",
        "#,##0;-#,##0;\u2013",
    ]
    values.close()
    formulas.close()


def _shown(value: object) -> object:
    return round(value, 9) if isinstance(value, float | int) else value


def _expected(cell: Cell) -> object:
    value = value_of(cell)
    if isinstance(value, Decimal | int):
        return round(float(value), 9)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no zone
    # A cell holds 32,767 units of UTF-16, and openpyxl leaves the escapes of control characters.
    if value is None:
        return None
    text = str(value).encode("utf-16-le")[: 2 * 32_767].decode("utf-16-le", errors="ignore")
    return text.replace("\x07", "_x0007_").replace("\r", "_x000D_")


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


def test_nothing_is_written_without_a_sign_whatever_stands_before_it() -> None:
    zeros: list[Cell] = [Decimal("-0.00"), Decimal(0), Decimal("-0"), Decimal("0.000"), -0]
    columns = (
        Column("rest", "Rest", "rest"),
        Column("amount", "Amount", "money"),
        Column("n", "N", "number"),
    )
    rows = tuple((one, one, one) for one in (*zeros, *reversed(zeros)))
    table, stream = Table("zeros", "Zeros", columns, rows), io.BytesIO()

    written.write_pack(stream, Pack("A pack", (), "It passes.", sound=True, tables=(table,)), AT)

    with ZipFile(stream) as archive:
        cells = re.findall(r"<v>(-?0[^<]*)</v>", archive.read("xl/worksheets/sheet2.xml").decode())
    assert cells.count("0") >= 3 * len(rows)
    assert not [one for one in cells if one.startswith("-")]


def test_a_table_that_no_sheet_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "_MOST", 5)

    with pytest.raises(ConfigurationError, match=r"would have 24 rows, and a sheet holds 5\. Close"):
        _written()


def test_a_formula_over_an_account_with_a_number_sign_keeps_its_name() -> None:
    account, amount = Column("account", "Account", "id"), Column("amount", "Amount", "money")
    sum_of = SumOf("lines", "amount", (("account", "62#00"),), Decimal(5), exact=True)
    lines = Table("lines", "Lines", (account, amount), (("62#00", Decimal(5)),))
    sums = Table("sums", "Sums", (account, amount), (("62#00", sum_of),))
    pack, stream = Pack("A pack", (), "", sound=True, tables=(lines, sums), covered="sums"), io.BytesIO()
    written.write_pack(stream, pack, datetime(2026, 4, 3, tzinfo=UTC))

    formula = load_workbook(stream)["Sums"]["B4"].value

    assert formula == "=SUMPRODUCT(EXACT('Lines'!$A$4:$A$4,\"62#00\")*'Lines'!$B$4:$B$4)"
