"""Reads a small CSV table that a person keeps or a system gives out: its separator and encoding are found."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from reconcile.errors import ConfigurationError

_SEPARATORS: Final = ",;\t|"


def read_csv_table(path: Path) -> list[list[str]]:
    """The rows that hold something. Raises ConfigurationError where the file cannot be read as text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    if b"\0" in content:
        raise ConfigurationError(f"{path} is no CSV file. Save it as CSV (UTF-8), or pass an .xlsx file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [row for row in rows if any(cell.strip() for cell in row)]
