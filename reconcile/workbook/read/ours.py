"""The sheets of ours in a review workbook, which people may rename, move and send back."""

from __future__ import annotations

from reconcile.workbook.contract import MARKER
from reconcile.workbook.ooxml import Book


def tables_of(book: Book) -> dict[str, str]:
    """The sheets of ours that a review put into a workbook: the sheet's name by the table's."""
    found = {}
    for sheet in book.sheets:
        _, cells = next(book.rows(sheet), (0, {}))
        for cell in cells.values():
            if cell.text.startswith(MARKER):
                found[cell.text.removeprefix(MARKER)] = sheet
    return found
