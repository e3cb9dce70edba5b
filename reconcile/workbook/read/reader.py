"""Reads a workbook back as it was edited: identity, rows as values, and what was found on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook, Export
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy, ReadLimits
from reconcile.domain.progress import Progress, telling
from reconcile.domain.rules import RULES
from reconcile.errors import WorkbookError
from reconcile.workbook.contract import MAGIC, META, SHEETS, Meta, load_layout, read_meta
from reconcile.workbook.ooxml import Book, column_letters, open_book
from reconcile.workbook.read.accepted_matches import with_accepted
from reconcile.workbook.read.decisions import read_decisions
from reconcile.workbook.read.find_sheets import FoundSheet, find_sheets
from reconcile.workbook.read.row_reader import RowReader

_LOOK_DOWN: Final = 20  # rows above the identity that somebody may have put there


def read_workbook(
    path: Path,
    policy: Policy,
    templates: Path | None = None,
    on_progress: Progress | None = None,
    lost: Meta | None = None,
) -> EditedWorkbook:
    """Read an edited workbook. Nothing is decided here: blanks, tokens and ids are for the check.

    `templates`: a folder whose `workbook.toml` names the headers, for a workbook whose own list of them is
    lost. `on_progress` is told of the rows. `lost`: the identity of a workbook whose own is gone.
    Raises ConfigurationError where there is no such file, and WorkbookError, naming file, sheet and cell,
    where it cannot be read as a workbook of ours. Wrong cells are findings, never errors raised.
    """
    book = open_book(path, policy.reading)
    meta = meta_of(book, lost)
    found, findings = find_sheets(book, meta, load_layout(templates))
    findings = [*_foreign(book), *findings]
    sheets = {}
    for kind in SHEETS:
        sheets[kind], of_cells = _read_sheet(book, kind, found.get(kind), meta, policy, on_progress)
        findings += of_cells
    accepted = with_accepted(book, meta.export.workbook_id, sheets[RecordKind.PAYOUT])
    findings += accepted.findings
    decided = read_decisions(book)
    return EditedWorkbook(
        file=path.name,
        export=meta.export,
        payouts=accepted.payouts,
        lines=sheets[RecordKind.LINE],
        new_lines=sheets[RecordKind.NEW_LINE],
        new_payouts=sheets[RecordKind.NEW_PAYOUT],
        findings=(*findings, *decided.findings),
        decisions=decided.decisions,
        answers=accepted.answers,
    )


def read_export(path: Path, limits: ReadLimits | None = None) -> Export:
    """The identity of a workbook, from its `_meta` sheet alone. Raises as read_workbook does."""
    return meta_of(open_book(path, limits)).export


def _read_sheet(
    book: Book,
    kind: RecordKind,
    found: FoundSheet | None,
    meta: Meta,
    policy: Policy,
    on_progress: Progress | None,
) -> tuple[EditedSheet, list[Finding]]:
    if found is None:
        return EditedSheet(kind, meta.sheets.get(SHEETS[kind], ""), {}, ()), []
    reader = RowReader(book.path.name, found, policy, meta.unread[kind], book.merged(found.name))
    exported = meta.counts.get(SHEETS[kind], 0)
    rows = tuple(telling(_data_rows(book, reader, exported), found.name, exported or None, on_progress))
    letters = {column: column_letters(place) for column, place in found.columns.items()}
    return EditedSheet(kind, found.name, letters, rows), reader.findings


def _data_rows(book: Book, reader: RowReader, exported: int) -> Iterator[EditedRow]:
    extra = book.budget.limits.extra_rows
    count = 0
    for number, cells in book.rows(reader.sheet.name):
        if number > reader.sheet.header and (row := reader.read(number, cells)):
            count += 1
            if count > exported + extra:
                raise book.budget.spent(
                    f"has more than {extra:,} rows on the sheet {reader.sheet.name} that were not exported",
                    "Delete what was filled in or pasted below the table, or raise the setting extra_rows",
                )
            yield row


def meta_of(book: Book, lost: Meta | None = None) -> Meta:
    """The identity sheet of a workbook, whatever it is called by now; `lost` where it has none.

    Raises WorkbookError where neither is there.
    """
    # Some editors show the sheet again, and people rename what they see.
    names = sorted(book.sheets, key=lambda name: name.casefold() != META)
    for name in names:
        rows = list(_identity(book, name))
        if rows:
            return read_meta(book.path.name, rows)
    if lost is not None:
        return lost
    raise WorkbookError(
        f"{book.path.name} is not a workbook that reconcile exported: it has no sheet {META}. "
        "Bring the edits into the exported workbook, or export again. If somebody removed its hidden sheets, "
        f"`reconcile doctor {book.path.name}` says how to put it right."
    )


def _identity(book: Book, sheet: str) -> Iterator[tuple[str, str, str]]:
    """The rows below the mark of our identity sheet; none for another sheet.

    Programs put a title or an index above or beside the table, so the mark need not stand in the first cell.
    """
    left: int | None = None
    for number, cells in book.rows(sheet):
        if left is not None:
            first, second, third = (cells[left + n].text if left + n in cells else "" for n in range(3))
            yield first, second, third
        elif number > _LOOK_DOWN:
            return
        else:
            left = next((place for place, cell in cells.items() if cell.text == MAGIC), None)


def _foreign(book: Book) -> Iterator[Finding]:
    """One finding for macros, and one for links to other files: neither is ever run or followed."""
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
