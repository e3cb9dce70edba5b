"""The finished cells of one column of a streamed sheet, by what they show."""

from __future__ import annotations

from typing import Any, Final

from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.export.xlsxwriter_port import ROW, Format, StreamingSheet

_KEPT: Final = 500
"""How many cells of a column are kept, since rows that are near each other show much the same."""


class ColumnCells(dict[Any, str]):
    """The cells of one column. A subclass makes the cell of a key in `__missing__`, and may keep it."""

    def __init__(self, sheet: StreamingSheet, index: int) -> None:
        super().__init__()
        self.sheet = sheet
        self.place = f'<c r="{column_letters(index)}{ROW}" s="'

    def keep(self, key: Any, cell: str) -> str:  # noqa: ANN401 - each kind of column has its own keys
        """Keep a cell for the next rows; answers it."""
        if len(self) >= _KEPT:
            self.clear()
        self[key] = cell
        return cell

    def start(self, look: Format) -> str:
        """The beginning of each cell of that look, up to its style."""
        return f'{self.place}{self.sheet.style(look)}"'


def number_cell(start: str, number: object, formula: str = "") -> str:
    """The cell of a number, or of a formula with its result; both as XML spells them."""
    return f"{start}><f>{formula}</f><v>{number}</v></c>" if formula else f"{start}><v>{number}</v></c>"
