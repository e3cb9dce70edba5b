"""Types into a workbook as a person would: a cell is found by sheet, row and header, and gets a value.

Nothing here knows about changes or plans. The demo and the tests play finance with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Keystroke:
    """A value typed into one cell.

    sheet: its name. row: the id that the row shows under `Payout ID` or `Line ID`, or the row's number.
    header: the column's header. value: as a spreadsheet holds it: text, a number, or None to empty the cell.
    """

    sheet: str
    row: str | int
    header: str
    value: str | float | None


_ID_HEADERS = {"Payouts": "Payout ID", "Lines": "Line ID"}


def type_into(source: Path, target: Path, keystrokes: Iterable[Keystroke]) -> None:
    """Opens `source`, types, and saves as `target`. Raises KeyError where a cell is not there."""
    book = load_workbook(source)
    for one in keystrokes:
        sheet = book[one.sheet]
        row = one.row if isinstance(one.row, int) else _row(sheet, one.row)
        sheet.cell(row, _column(sheet, one.header)).value = one.value
    book.save(target)
    book.close()


def _column(sheet: Worksheet, header: str) -> int:
    for cell in sheet[1]:
        if cell.value == header:
            return int(cell.column)
    raise KeyError(f"{sheet.title} has no column {header}")


def _row(sheet: Worksheet, record_id: str) -> int:
    column = _column(sheet, _ID_HEADERS[sheet.title])
    for number in range(2, sheet.max_row + 1):
        if sheet.cell(number, column).value == record_id:
            return number
    raise KeyError(f"{sheet.title} has no row {record_id}")
