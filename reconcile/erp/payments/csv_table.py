"""Reads a small CSV table that a person keeps or a system gives out: its separator and encoding are found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from reconcile.domain.policy.file_rules import BankFileLimits
from reconcile.erp.payments.budget import Budget
from reconcile.erp.payments.formats.decode import decode
from reconcile.erp.payments.formats.delimited import grid_of
from reconcile.errors import ConfigurationError

# The caller has limits of its own on what is in the table, and names its own settings.
_ANY_WIDTH: Final = BankFileLimits(columns=sys.maxsize)


def read_csv_table(path: Path) -> list[list[str]]:
    """The rows that hold something.

    Raises ConfigurationError where there is no such file, and PaymentFileError where it is no table.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    grid, _ = grid_of(path.name, decode(path.name, content).text, budget=Budget(path.name, _ANY_WIDTH))
    rows = [[cell.text for cell in row.cells] for row in grid]
    return [row for row in rows if any(text.strip() for text in row)]
