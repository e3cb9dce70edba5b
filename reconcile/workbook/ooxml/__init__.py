"""The Open XML file format: packages, parts, rows and texts in and out. Knows no payout."""

from __future__ import annotations

from reconcile.domain.spreadsheet import column_index, column_letters
from reconcile.workbook.ooxml.book import Book, open_book
from reconcile.workbook.ooxml.cells import Area, Cell, Cells
from reconcile.workbook.ooxml.package_edit import Parts, relation
from reconcile.workbook.ooxml.package_safety import damaged
from reconcile.workbook.ooxml.sheet_facts import WRITTEN_AT, SheetFacts, saved_by
from reconcile.workbook.ooxml.spec import (
    BOOK_ORDER,
    FIRST_DAY,
    HINT_TITLE_LIMIT,
    LAST_ROW,
    MAIN,
    SHEET_NAME_LIMIT,
    SHEET_ORDER,
    STYLE_ORDER,
    TEXT_LIMIT,
    UNWRITABLE,
    held,
    serial,
    whole,
    xml_text,
)
from reconcile.workbook.ooxml.xml_edit import Element, Part, scan

__all__ = [
    "BOOK_ORDER",
    "FIRST_DAY",
    "HINT_TITLE_LIMIT",
    "LAST_ROW",
    "MAIN",
    "SHEET_NAME_LIMIT",
    "SHEET_ORDER",
    "STYLE_ORDER",
    "TEXT_LIMIT",
    "UNWRITABLE",
    "WRITTEN_AT",
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
    "held",
    "open_book",
    "relation",
    "saved_by",
    "scan",
    "serial",
    "whole",
    "xml_text",
]
