"""Finds the data sheets of a workbook: by the name they were exported with, or by their headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.errors import WorkbookError
from reconcile.workbook.contract import META, SHEETS, TOKEN_COLUMN, Layout, Meta
from reconcile.workbook.ooxml import Book
from reconcile.workbook.read.find_columns import (
    KEY,
    Header,
    Names,
    find_header,
    header_names,
    is_like,
    missing_columns,
    single_places,
)


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """A data sheet: its name in the file, the row of its header, and the place of each column, from 0.

    later: the columns that the version which exported it did not have.
    """

    kind: RecordKind
    name: str
    header: int
    columns: Mapping[str, int]
    later: frozenset[str] = frozenset()


def find_sheets(book: Book, meta: Meta, layout: Layout) -> tuple[dict[RecordKind, FoundSheet], list[Finding]]:
    """The data sheets of a workbook, and warnings for what is missing or looks like a copy.

    Raises WorkbookError where Payouts or Lines, or the column with their ids, cannot be found.
    """
    search = _Search(book, meta, {kind: header_names(kind, meta, layout) for kind in SHEETS})
    found: dict[RecordKind, FoundSheet] = {}
    findings: list[Finding] = []
    for kind in SHEETS:
        taken = {sheet.name for sheet in found.values()}
        name = search.named(kind) or search.alike(kind, taken)
        if name is None:
            findings += search.missing(kind)
            continue
        header = search.header(name, kind)
        columns = single_places(book.path.name, name, header)
        found[kind] = FoundSheet(kind, name, header.row, columns, search.names[kind].later)
        findings += missing_columns(book.path.name, kind, name, columns, search.names[kind])
    return found, findings + search.copies({sheet.name for sheet in found.values()})


@dataclass(frozen=True, slots=True)
class _Search:
    """One workbook that is searched; `names` are the headers of each kind of sheet."""

    book: Book
    meta: Meta
    names: Mapping[RecordKind, Names]

    def header(self, sheet: str, kind: RecordKind) -> Header:
        return find_header(self.book, sheet, self.names[kind])

    def exported_name(self, kind: RecordKind) -> str:
        return self.meta.sheets.get(SHEETS[kind], "")

    def named(self, kind: RecordKind) -> str | None:
        """The sheet with the name it was exported with, if it has what such a sheet needs."""
        wanted = self.exported_name(kind).casefold()
        for sheet in self.book.sheets:
            if sheet.casefold() == wanted:
                header = self.header(sheet, kind)
                fits = header.places if kind in NEW_KINDS else header.has(KEY)
                return sheet if fits else None
        return None

    def alike(self, kind: RecordKind, taken: set[str]) -> str | None:
        """The one other sheet with the headers of that kind. Raises WorkbookError where there are two."""
        others = [sheet for sheet in self.book.sheets if sheet not in taken and self._is_like(kind, sheet)]
        if len(others) > 1:
            raise WorkbookError(
                f"{self.book.path.name}: the sheets {' and '.join(others)} both look like the exported sheet "
                f"{self.exported_name(kind)}. Delete or rename the one that does not count."
            )
        return others[0] if others else None

    def _is_like(self, kind: RecordKind, sheet: str) -> bool:
        known = {name.casefold() for name in self.meta.sheets.values()} | {META}
        return sheet.casefold() not in known and is_like(kind, self.header(sheet, kind))

    def missing(self, kind: RecordKind) -> list[Finding]:
        """The warning that a sheet is gone. Raises WorkbookError for the sheets nothing works without."""
        file, name = self.book.path.name, self.exported_name(kind)
        if kind in NEW_KINDS:
            noun = "line" if kind is RecordKind.NEW_LINE else "payout"
            words = f"The sheet {name} is missing: no {noun} is added."
            # Not every export has a sheet for new payouts.
            is_gone = bool(name) or kind is RecordKind.NEW_LINE
            return [_warning("sheet-missing", file, name, words)] if is_gone else []
        if any(sheet.casefold() == name.casefold() for sheet in self.book.sheets):
            raise WorkbookError(
                f"{file}: the sheet {name} has no column {self.names[kind].labels[KEY]!r} in its header "
                "(row 1), so its rows cannot be told apart. Copy the column from the exported workbook."
            )
        raise WorkbookError(
            f"{file} has no sheet {name}, nor one with its headers. "
            "Copy the sheet from the exported workbook."
        )

    def copies(self, taken: set[str]) -> list[Finding]:
        """Warnings for further sheets with the headers of ours: somebody may have edited the wrong one."""
        return [
            _warning(
                "sheet-copy", self.book.path.name, sheet, f"The sheet {sheet} is a copy and is not read."
            )
            for sheet in self.book.sheets
            if sheet not in taken and any(self._is_copy(kind, sheet) for kind in SHEETS)
        ]

    def _is_copy(self, kind: RecordKind, sheet: str) -> bool:
        return self._is_like(kind, sheet) and self.header(sheet, kind).has(TOKEN_COLUMN)


def _warning(rule: str, file: str, sheet: str, message: str) -> Finding:
    fix = "Nothing to do if that is what you want; otherwise bring the edits into the exported sheet."
    return Finding(Severity.WARNING, rule, message, fix, file=file, sheet=sheet)
