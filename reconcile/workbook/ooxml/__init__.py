"""The Open XML file format: packages, parts, rows and texts in and out. Knows no payout."""

from __future__ import annotations

from reconcile.workbook.ooxml.book import Book, open_book
from reconcile.workbook.ooxml.cells import Area, Cell, Cells, column_index, column_letters
from reconcile.workbook.ooxml.package_edit import Parts, relation
from reconcile.workbook.ooxml.package_safety import damaged
from reconcile.workbook.ooxml.sheet_facts import SheetFacts, saved_by
from reconcile.workbook.ooxml.xml_edit import Part, Spot, scan

__all__ = [
    "Area",
    "Book",
    "Cell",
    "Cells",
    "Part",
    "Parts",
    "SheetFacts",
    "Spot",
    "column_index",
    "column_letters",
    "damaged",
    "open_book",
    "relation",
    "saved_by",
    "scan",
]
