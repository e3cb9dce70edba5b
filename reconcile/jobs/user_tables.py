"""Reads the small tables that people bring along: vendors, rates."""

from __future__ import annotations

from pathlib import Path

from reconcile.erp.payments.csv_table import read_csv_table
from reconcile.errors import ConfigurationError
from reconcile.workbook.pack import read_table


def read_any_table(file: Path, sheet: str) -> list[list[str]]:
    """The rows of a CSV file, or of a sheet of a workbook. Raises ConfigurationError for an empty one."""
    rows = read_table(file, sheet) if file.suffix.lower() == ".xlsx" else read_csv_table(file)
    if not rows:
        raise ConfigurationError(f"{file} is empty.")
    return rows
