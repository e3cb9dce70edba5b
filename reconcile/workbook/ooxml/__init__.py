"""The Open XML file format: packages, parts, rows and texts in and out. Knows no payout."""

from __future__ import annotations

from reconcile.workbook.ooxml.book import Book, open_book
from reconcile.workbook.ooxml.cells import Area, Cell, Cells, column_index, column_letters
from reconcile.workbook.ooxml.package_edit import Parts, relation
from reconcile.workbook.ooxml.package_safety import damaged
from reconcile.workbook.ooxml.sheet_facts import SheetFacts, saved_by
from reconcile.workbook.ooxml.xml_edit import Element, Part, scan

__all__ = [
    "Area",
    "Book",
    "Cell",
    "Cells",
    "Element",
    "Part",
    "Parts",
    "SheetFacts",
    "column_index",
    "column_letters",
    "damaged",
    "open_book",
    "relation",
    "saved_by",
    "scan",
]
