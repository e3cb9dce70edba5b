"""Reads the files that people bring along: small tables of their own, and exports of finance systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconcile.domain.policy.file_rules import FileRules
from reconcile.erp.payments.budget import Budget
from reconcile.erp.payments.csv_table import read_csv_table
from reconcile.erp.payments.model import Grid, GridCell, GridRow, Source
from reconcile.errors import ConfigurationError
from reconcile.jobs.named_files import check_size, too_large
from reconcile.workbook.ooxml import Book, open_book
from reconcile.workbook.pack import read_table
from reconcile.workbook.read import shown


def read_any_table(file: Path, sheet: str, rules: FileRules) -> list[list[str]]:
    """The rows of a CSV file, or of a sheet of a workbook.

    Raises ConfigurationError for an empty one, for a pipe or a device, and for one larger than the rules say.
    """
    check_size(file, rules)
    is_workbook = file.suffix.lower() == ".xlsx"
    rows = (
        read_table(file, sheet, rules.table_rows, rules.table_columns)
        if is_workbook
        else read_csv_table(file)
    )
    if not rows:
        raise ConfigurationError(f"{file} is empty.")
    columns = max(map(len, rows))
    longest = max(len(text) for row in rows for text in row)
    for setting, found, size, limit in (
        ("rows", f"more than {rules.table_rows:,} rows", len(rows), rules.table_rows),
        ("columns", f"more than {rules.table_columns:,} columns", columns, rules.table_columns),
        ("field", f"{longest:,} characters in a field", longest, rules.table_field),
    ):
        if size > limit:
            raise too_large(file, found, f"{limit:,}", f"table_{setting}")
    return rows


def source_of(file: Path, rules: FileRules | None = None) -> Source:
    """A file with its bytes; a workbook with the rows of its sheets as well.

    Raises ConfigurationError for what is no plain file, and PaymentFileError for one larger than is read.
    """
    limits = (rules or FileRules()).bank
    try:
        if file.exists() and not file.is_file():
            raise ConfigurationError(f"{file} is not a file. Name a file of payments.")
        Budget(file.name, limits).check_size(file.stat().st_size)
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The file {file} cannot be read ({error.strerror}).") from error
    grids = _grids(file, Budget(file.name, limits)) if content.startswith(b"PK") else {}
    return Source(file.name, content, grids, limits)


def _grids(file: Path, budget: Budget) -> dict[str, Grid]:
    book = open_book(file)
    return {sheet: tuple(_grid_rows(book, sheet, budget)) for sheet in book.sheets}


def _grid_rows(book: Book, sheet: str, budget: Budget) -> Iterator[GridRow]:
    blank = GridCell("")
    for count, (number, cells) in enumerate(book.rows(sheet), start=1):
        width = max(cells) + 1
        budget.check_columns(width, f"{sheet}, row {number}")
        budget.check_row(count)
        texts = (
            GridCell(shown(cells[place]), cells[place].kind) if place in cells else blank
            for place in range(width)
        )
        yield GridRow(number, tuple(texts))
