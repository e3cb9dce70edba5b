"""The finished cells of one column of a streamed sheet, by what they show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.export.xlsxwriter_port import ROW, Format, StreamingSheet

_KEPT: Final = 500
"""How many cells of a column are kept from one lot of rows to the next."""


class ColumnCells(dict[Any, str]):
    """The cells of one column. A subclass makes the cell of a key in `__missing__`, and may keep it.

    Rows that are near each other show much the same.
    """

    def __init__(self, sheet: StreamingSheet, index: int) -> None:
        super().__init__()
        self.sheet = sheet
        self.place = f'<c r="{column_letters(index)}{ROW}" s="'

    def of(self, keys: Iterable[Any]) -> list[str]:
        """The cells of these keys, those of a few hundred rows."""
        if len(self) > _KEPT:
            self.clear()
        return list(map(self.__getitem__, keys))

    def start(self, look: Format) -> str:
        """The beginning of each cell of that look, up to its style."""
        return f'{self.place}{self.sheet.style(look)}"'


def number_cell(start: str, number: object, formula: str = "") -> str:
    """The cell of a number, or of a formula with its result; both as XML spells them."""
    return f"{start}><f>{formula}</f><v>{number}</v></c>" if formula else f"{start}><v>{number}</v></c>"
