"""Says what a workbook carries that is never run or followed: macros, and links to other files."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.domain.finding import Finding
from reconcile.domain.rules import RULES
from reconcile.workbook.ooxml import Book


def foreign_findings(book: Book) -> Iterator[Finding]:
    """One finding for macros, and one for links to other files."""
    if any(part.rpartition("/")[2] == "vbaproject.bin" for part in book.parts):
        yield _found(
            "macros",
            book,
            "The workbook holds macros, which no export has. They are not run.",
            "If you do not know whose they are, ask before you open the file in Excel.",
        )
    if any("/externallinks/" in part for part in book.parts):
        yield _found(
            "external-links",
            book,
            "Formulas in the workbook refer to other files. These are not read; the last results are used.",
            "Look whether the values are those that you mean.",
        )


def _found(rule: str, book: Book, message: str, fix: str) -> Finding:
    return Finding(RULES[rule].severity, rule, message, fix, file=book.path.name)
