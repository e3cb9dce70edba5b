"""The rows of a pack's table as cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final
from xml.sax.saxutils import escape

from reconcile.domain.pack_table import MONEY, Cell, RowSum, SumOf, Table, totals_of, value_of
from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.export import ColumnCells, StreamingSheet, number_cell
from reconcile.workbook.ooxml import held, serial
from reconcile.workbook.pack.pack_styles import HEADER_ROW, WIDEST, PackLooks

_FORMULAS: Final = frozenset((SumOf, RowSum))
Ranges = Callable[[str, str], str]
"""Where the rows of a column of a table stand, by the keys of both."""


class PackCells(ColumnCells):
    """The cells of one column. What is no money is kept by its value; money depends on the currency, too."""

    def __init__(self, sheet: StreamingSheet, index: int, table: Table, looks: PackLooks) -> None:
        super().__init__(sheet, index)
        self.kind, self.looks, self.index = table.columns[index].kind, looks, index
        self.starts: dict[str, str] = {}

    def __missing__(self, value: Any) -> str:  # noqa: ANN401 - any value of a cell
        """Make a cell, and keep it."""
        return self.setdefault(value, self.made(value, ""))

    def made(self, value: Any, currency: str, formula: str = "") -> str:  # noqa: ANN401 - as above
        """The cell of a value, or of a formula with that result."""
        start = self.starts.get(currency)
        if not start:
            start = self.starts[currency] = self.start(self.looks.cell(self.kind, self.index, currency))
        if isinstance(value, str):
            return start + self.sheet.text(held(value))
        if value is None:
            return f"{start}/>"
        number = serial(value) if isinstance(value, date) else float(value)
        # What came out as -0 is nothing, too.
        return number_cell(start, number if formula else f"{number or 0:.16G}", formula and escape(formula))


def write_rows(
    sheet: StreamingSheet, table: Table, looks: PackLooks, ranges: Ranges, widths: Sequence[int]
) -> None:
    """Write the rows of a table below its headers. widths: of the columns, in characters."""
    wrapped = [(place, width) for place, width in enumerate(widths) if width >= WIDEST]
    columns = [PackCells(sheet, index, table, looks) for index in range(len(table.columns))]
    formula, first = partial(_formula, table=table, ranges=ranges), HEADER_ROW + 1
    for rows, currencies in table.blocks():
        made = [
            _column(one, cells, currencies, first, formula)
            for one, cells in zip(columns, zip(*rows, strict=True), strict=True)
        ]
        heights = {number: _height(row, wrapped) for number, row in enumerate(rows, first)} if wrapped else {}
        sheet.stream_rows(first, map("".join, zip(*made, strict=True)), heights)
        first += len(rows)


def _column(
    made: PackCells, cells: Sequence[Cell], currencies: Sequence[str], first: int, formula: Callable[..., str]
) -> list[str]:
    """The cells of some rows in one column. first: the number of the first row, from 0."""
    if made.kind not in MONEY and _FORMULAS.isdisjoint(map(type, cells)):
        return made.of(cells)
    return [
        made.made(cell.value, currency, formula(cell, number))
        if isinstance(cell, SumOf | RowSum)
        else made.made(cell, currency)
        for number, (cell, currency) in enumerate(zip(cells, currencies, strict=True), start=first + 1)
    ]


def _height(row: tuple[Cell, ...], wrapped: Sequence[tuple[int, int]]) -> int:
    """The height of a row of several lines, which LibreOffice does not find by itself; 0 for one line."""
    lines = 1
    for place, width in wrapped:
        texts = str(value_of(row[place])).split("\n")
        lines = max(lines, sum(1 + len(text) // (width - 4) for text in texts))
    return min(15 * lines, 409) if lines > 1 else 0


def write_totals(sheet: StreamingSheet, table: Table, looks: PackLooks, ranges: Ranges) -> None:
    """Write the sum of each column of money per currency, below the rows and outside of the filter."""
    first = HEADER_ROW + 2 + len(table.rows)
    free = next((place for place, one in enumerate(table.columns) if one.key != table.currency), 0)
    for number, (currency, sums) in enumerate(totals_of(table).items(), start=first):
        cells = []
        for place, column in enumerate(table.columns):
            made = PackCells(sheet, place, table, looks)
            if column.key in sums:
                where = f'{ranges(table.key, table.currency)},"{_quoted(currency)}"'
                formula = f"SUMIFS({ranges(table.key, column.key)},{where})"
                cells.append(made.made(sums[column.key], currency, formula))
            elif column.key == table.currency or place == free:
                cells.append(made.made(currency if column.key == table.currency else "Total", ""))
        sheet.stream_rows(number, ["".join(cells)], {})


def _formula(cell: SumOf | RowSum, number: int, table: Table, ranges: Ranges) -> str:
    """Plain ranges: table references do not survive every program that finance may use."""
    if isinstance(cell, SumOf) and cell.exact:
        return _exact_sum(cell, ranges)
    if isinstance(cell, SumOf):
        criteria = "".join(f',{ranges(cell.table, key)},"{_quoted(text)}"' for key, text in cell.where)
        return f"SUMIFS({ranges(cell.table, cell.column)}{criteria})"
    return row_sum(cell, number, table)


def row_sum(cell: RowSum, number: int, table: Table) -> str:
    """The formula of a sum of cells of its row. number: of the row, from 1."""
    terms = (
        f"{'+' if sign > 0 else '-'}{column_letters(table.place(key))}{number}" for key, sign in cell.terms
    )
    return f"ROUND({''.join(terms).removeprefix('+')},6)"


def _exact_sum(cell: SumOf, ranges: Ranges) -> str:
    """SUMIFS takes `ab` for `aB`, and two long numbers for one; EXACT does not."""
    conditions = "".join(
        f'EXACT({ranges(cell.table, key)},"{text.replace(chr(34), chr(34) * 2)}")*'
        for key, text in cell.where
    )
    return f"SUMPRODUCT({conditions}{ranges(cell.table, cell.column)})"


def plain(value: object) -> Any:  # noqa: ANN401  what the library writes
    """A value as XlsxWriter takes it."""
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int):
        return value
    return datetime.fromisoformat(str(value))


def _quoted(text: str) -> str:
    """A criterion that means the text itself: quotes doubled, wildcards and operators disarmed."""
    text = text.replace("~", "~~").replace("*", "~*").replace("?", "~?").replace('"', '""')
    return f"={text}"
