"""How files are written, and how much of what people and banks send is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.domain.money import MOST_DIGITS

# The longest field that Python's reader of delimited files takes.
_LONGEST_FIELD: Final = 131_072


@dataclass(frozen=True, slots=True)
class BankFileLimits:
    """How much of one payments file is read: its size, its rows and columns, and the time.

    field: characters of one text. digits: of one amount; no more than MOST_DIGITS add up exactly.
    """

    megabytes: int = 200
    rows: int = 1_000_000
    columns: int = 500
    field: int = 100_000
    digits: int = MOST_DIGITS
    seconds: float = 600


@dataclass(frozen=True, slots=True)
class FileRules:
    """How files are written, and how much is read of the small tables that people bring along.

    private: only their owner can read what is written; otherwise the user's umask decides. table_megabytes,
    table_rows, table_columns, table_field: the size of a list of vendors, rates, recipients or open bills,
    its rows, its columns, and the characters in one of its fields. bank_megabytes and so on: the same of a
    file of payments, see `BankFileLimits`.
    """

    private: bool = True
    table_megabytes: int = 5
    table_rows: int = 100_000
    table_columns: int = 500
    table_field: int = 10_000
    bank_megabytes: int = 200
    bank_rows: int = 1_000_000
    bank_columns: int = 500
    bank_field: int = 100_000
    bank_digits: int = MOST_DIGITS
    bank_seconds: float = 600

    def __post_init__(self) -> None:
        """Raises ValueError for a limit that cannot be kept."""
        if not 0 < self.bank_digits <= MOST_DIGITS:
            raise ValueError(f"bank_digits must be 1 to {MOST_DIGITS}: no more add up exactly")
        if not 0 < self.bank_field <= _LONGEST_FIELD:
            raise ValueError(f"bank_field must be 1 to {_LONGEST_FIELD:,}")

    @property
    def bank(self) -> BankFileLimits:
        """How much of a file of payments is read."""
        return BankFileLimits(
            self.bank_megabytes,
            self.bank_rows,
            self.bank_columns,
            self.bank_field,
            self.bank_digits,
            self.bank_seconds,
        )
