"""Reads the small tables that people bring along: vendors, rates, recipients, open bills."""

from __future__ import annotations

from pathlib import Path

from reconcile.config import FileRules
from reconcile.erp.payments.csv_table import read_csv_table
from reconcile.errors import ConfigurationError
from reconcile.workbook.pack import read_table


def read_any_table(file: Path, sheet: str, rules: FileRules) -> list[list[str]]:
    """The rows of a CSV file, or of a sheet of a workbook.

    Raises ConfigurationError for an empty one, for a pipe or a device, and for one larger than the rules say.
    """
    check_size(file, rules)
    rows = read_table(file, sheet) if file.suffix.lower() == ".xlsx" else read_csv_table(file)
    if not rows:
        raise ConfigurationError(f"{file} is empty.")
    columns = max(map(len, rows))
    longest = max(len(text) for row in rows for text in row)
    for name, size, limit in (
        ("rows", len(rows), rules.table_rows),
        ("columns", columns, rules.table_columns),
        ("characters in a field", longest, rules.table_field),
    ):
        if size > limit:
            setting = "table_field" if name.startswith("characters") else f"table_{name}"
            raise _too_large(file, f"{size:,} {name}", f"{limit:,}", setting)
    return rows


def check_size(file: Path, rules: FileRules) -> None:
    """Raises ConfigurationError for what is no plain file, so that no pipe is waited for, or too large."""
    if file.exists() and not file.is_file():
        raise ConfigurationError(f"{file} is not a file. Name a CSV file or a workbook.")
    size = file.stat().st_size if file.exists() else 0
    if size > rules.table_megabytes * 1_000_000:
        raise _too_large(file, f"{size / 1_000_000:,.1f} MB", f"{rules.table_megabytes}", "table_megabytes")


def _too_large(file: Path, found: str, limit: str, setting: str) -> ConfigurationError:
    return ConfigurationError(
        f"{file} has {found}, and at most {limit} are read. Remove what is not needed, "
        f"or raise {setting} in [files] of reconcile.toml."
    )
