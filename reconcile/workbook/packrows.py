"""The rows of a pack's table as the XML of a worksheet.

XlsxWriter keeps every cell until it closes, and asks of each what it is. These are the bytes that it would
write; a test compares them. Measured at 100,000 lines for the whole workbook: 3 instead of 17 seconds of
processor time, and 13 instead of 539 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

from reconcile.domain.table import Cell, RowSum, SumOf, Table, value_of
from reconcile.workbook.packlooks import HEADER_ROW, PackLooks, style_number
from reconcile.workbook.xlsxwriter_names import xl_col_to_name

_LONGEST: Final = 32_767
"""What a cell holds of a text, in units of UTF-16, each of two bytes."""
_SURE: Final = _LONGEST // 2
"""A text of fewer characters fits whatever they are."""
_DAY_0: Final = date(1899, 12, 30).toordinal()


@dataclass(slots=True)
class PackRows:
    """Makes the rows of one sheet. index: the number of a text in the workbook's table of texts.

    ranges: where the rows of a column of another table stand, by the keys of both.
    """

    table: Table
    looks: PackLooks
    index: Callable[[str], int]
    ranges: Callable[[str, str], str]
    _starts: Sequence[str] = field(init=False)
    _styles: dict[str, list[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Name the columns."""
        self._starts = [f'<c r="{xl_col_to_name(place)}' for place in range(len(self.table.columns))]

    def rows(self) -> Iterator[str]:
        """Each row of the table."""
        spans = f'spans="1:{len(self.table.columns)}"'
        place = currency_place(self.table)
        for number, row in enumerate(self.table.rows, start=HEADER_ROW + 2):
            currency = "" if place is None else str(value_of(row[place]))
            styles = self._styles.get(currency) or self._numbered(currency)
            cells = [
                f"{start}{number}{style}{self._rest(cell, number)}"
                for start, style, cell in zip(self._starts, styles, row, strict=True)
            ]
            yield f'<row r="{number}" {spans}>{"".join(cells)}</row>'

    def _numbered(self, currency: str) -> list[str]:
        """The styles of the rows of a currency, from the left to the right."""
        kinds = enumerate(column.kind for column in self.table.columns)
        numbers = [style_number(self.looks.cell(kind, place, currency)) for place, kind in kinds]
        self._styles[currency] = [f'" s="{number}"' for number in numbers]
        return self._styles[currency]

    def _rest(self, cell: Cell, number: int) -> str:
        """A cell from behind its style on."""
        if isinstance(cell, str):
            return f' t="s"><v>{self.index(cell if len(cell) < _SURE else _held(cell))}</v></c>'
        value = plain(value_of(cell))
        if value is None:
            return "/>"
        if isinstance(cell, SumOf | RowSum):
            return f"><f>{escape(self.formula(cell, number))}</f><v>{value}</v></c>"
        if isinstance(value, datetime):
            value = value.toordinal() - _DAY_0
        return f"><v>{value:.16G}</v></c>"

    def formula(self, cell: SumOf | RowSum, number: int) -> str:
        """Plain ranges: table references do not survive every program that finance may use."""
        if isinstance(cell, SumOf):
            criteria = "".join(
                f',{self.ranges(cell.table, key)},"{_quoted(text)}"' for key, text in cell.where
            )
            return f"SUMIFS({self.ranges(cell.table, cell.column)}{criteria})"
        keys = [column.key for column in self.table.columns]
        terms = (
            f"{'+' if sign > 0 else '-'}{xl_col_to_name(keys.index(key))}{number}" for key, sign in cell.terms
        )
        return "ROUND(" + "".join(terms).lstrip("+") + ",6)"


def currency_place(table: Table) -> int | None:
    """The column that says the currency of a row's money, from 0; None where the table names none."""
    keys = [column.key for column in table.columns]
    return keys.index(table.currency) if table.currency else None


def plain(value: object) -> Any:  # noqa: ANN401  what the library writes
    """A value as XlsxWriter takes it."""
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int):
        return value
    return datetime.fromisoformat(str(value))


def _held(text: str) -> str:
    """As much of a text as a cell holds."""
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", errors="ignore")


def _quoted(text: str) -> str:
    """A criterion that means the text itself: quotes doubled, wildcards and operators disarmed."""
    text = text.replace("~", "~~").replace("*", "~*").replace("?", "~?").replace('"', '""')
    return f"={text}"
