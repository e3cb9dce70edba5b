"""Carries what people added to a workbook, columns and sheets of their own, into a clean copy, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from reconcile.domain.fields import RecordKind
from reconcile.workbook.contract import Layout, Meta, stored_number
from reconcile.workbook.doctor.examine import own_columns, own_sheets
from reconcile.workbook.ooxml import Book, Cell, column_letters
from reconcile.workbook.read import FoundSheet, is_blank

if TYPE_CHECKING:
    from openpyxl import Workbook

_FEW: Final = 10
"""How many cells are named."""
_PARTS: Final = {
    "xl/charts/": "charts",
    "xl/media/": "pictures",
    "xl/comments": "comments",
    "xl/threadedComments/": "comments",
    "xl/pivotTables/": "pivot tables",
}


@dataclass(slots=True)
class Carried:
    """What was carried of one column or sheet, and which of its cells were not.

    formulas: how many were replaced by their last results. unsaved: formulas without one. stray: cells
    beside no record.
    """

    name: str
    formulas: int = 0
    unsaved: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)

    def put(self, target: Any, cell: Cell, place: str) -> None:  # noqa: ANN401 - openpyxl's cells have no one type
        """Type a cell of the person's at `place` into the copy."""
        if cell.kind == "no value":
            self.unsaved.append(place)
            return
        self.formulas += cell.formula
        target.value = _value(cell)
        if cell.kind in ("text", "error"):
            target.data_type = "s"

    @property
    def told(self) -> str:
        """`column Checked by`, with the number of formulas that became values."""
        word = "formula is a value" if self.formulas == 1 else "formulas are values"
        return f"{self.name} (its {self.formulas:,} {word} now)" if self.formulas else self.name

    def left(self) -> Iterator[str]:
        """What is not in the copy, in words."""
        if self.unsaved:
            yield f"{self.name}: formulas without a saved result in {_few(self.unsaved)}"
        if self.stray:
            yield f"{self.name}: what stands beside no record, in {_few(self.stray)}"


def carry_columns(
    book: Book,
    sheet: FoundSheet,
    target: Any,  # noqa: ANN401 - as above
    first: int,
    rows: Mapping[int, int],
) -> list[Carried]:
    """Type the person's own columns of a data sheet into the sheet `target`, from the column `first` on.

    They become part of the table, which ends there, so that they are sorted with it. rows: the number of the
    row in the copy by its number in the book.
    """
    own = own_columns(book, sheet)
    carried = {at: Carried(f"{sheet.name}, {_column(at, header)}") for at, header in own.items()}
    to = {at: first + place for place, at in enumerate(own)}
    for number, cells in book.rows(sheet.name):
        for at in sorted(own.keys() & cells.keys()) if number > sheet.header else ():
            place = f"{column_letters(at)}{number}"
            if number in rows:
                carried[at].put(target.cell(rows[number], to[at]), cells[at], place)
            elif not is_blank(cells[at]):
                carried[at].stray.append(place)
    _widen(target, first, [header or f"Column {column_letters(at)}" for at, header in own.items()])
    return list(carried.values())


def _widen(target: Any, first: int, headers: Iterable[str]) -> None:  # noqa: ANN401 - as above
    """Add columns to the table that ends before the column `first`; a table needs different headers."""
    (table,) = target.tables.values()
    taken = {column.name.casefold() for column in table.tableColumns}
    for number, header in enumerate(headers, start=first):
        name = next(text for text in _numbered(header) if text.casefold() not in taken)
        taken.add(name.casefold())
        cell = target.cell(1, number)
        cell.value, cell.data_type = name, "s"
        # A doctor that only looks does not wait for openpyxl.
        from openpyxl.worksheet.table import TableColumn  # noqa: PLC0415

        table.tableColumns.append(TableColumn(id=number, name=name))
        table.ref = f"{table.ref.partition(':')[0]}:{column_letters(number - 1)}{target.max_row}"
    if table.autoFilter:
        table.autoFilter.ref = table.ref


def _numbered(header: str) -> Iterator[str]:
    yield header
    yield from (f"{header} {number}" for number in count(2))


def _column(at: int, header: str) -> str:
    return f"column {header}" if header else f"column {column_letters(at)} without a header"


def _few(places: Sequence[str]) -> str:
    more = f" and {len(places) - _FEW:,} more cells" if len(places) > _FEW else ""
    return ", ".join(places[:_FEW]) + more


def carry_sheets(
    book: Book, meta: Meta, layout: Layout, sheets: Mapping[RecordKind, FoundSheet], copy: Workbook
) -> list[Carried]:
    """Add the person's own sheets to the copy."""
    found = []
    for name in own_sheets(book, meta, layout, sheets):
        if name not in copy.sheetnames:
            carried = Carried(f"sheet {name}")
            target = copy.create_sheet(name)
            for number, cells in book.rows(name):
                for column, cell in cells.items():
                    carried.put(target.cell(number, column + 1), cell, f"{column_letters(column)}{number}")
            found.append(carried)
    return found


def uncarried_parts(book: Book) -> list[str]:
    """What a package holds that no cell can carry, in words."""
    starts = {start.casefold(): word for start, word in _PARTS.items()}
    found = {word for start, word in starts.items() if any(name.startswith(start) for name in book.parts)}
    return sorted(found)


def _value(cell: Cell) -> object:
    if cell.kind == "number":
        number = stored_number(cell.text)
        return cell.text if number is None else number
    if cell.kind == "date":
        return datetime.fromisoformat(cell.text)
    return cell.text == "TRUE" if cell.kind == "bool" else cell.text or None
