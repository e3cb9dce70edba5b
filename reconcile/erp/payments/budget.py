"""The size and the time that one payments file may take, kept to while it is read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from reconcile.domain.policy.file_rules import BankFileLimits
from reconcile.errors import PaymentFileError

T = TypeVar("T")


@dataclass(frozen=True)
class Budget:
    """What may be spent on a file. The clock runs from the moment it is made."""

    name: str
    limits: BankFileLimits = field(default_factory=BankFileLimits)
    started: float = field(default_factory=time.monotonic)

    def check_size(self, size: int) -> None:
        """Raises PaymentFileError for more bytes than are read."""
        if size > self.limits.megabytes * 1_000_000:
            raise self._spent(f"{size / 1_000_000:,.1f} MB", f"{self.limits.megabytes:,}", "megabytes")

    def check_columns(self, count: int, spot: str) -> None:
        """Raises PaymentFileError for a row of more columns than are read."""
        if count > self.limits.columns:
            raise self._spent(f"{count:,} columns", f"{self.limits.columns:,}", "columns", f", {spot},")

    def check_row(self, number: int, texts: Iterable[str] = (), spot: str = "") -> None:
        """Raises PaymentFileError for a row or an entry too many, one with too long a text, or too late."""
        if number > self.limits.rows:
            raise self._spent(f"more than {self.limits.rows:,} rows", f"{self.limits.rows:,}", "rows")
        longest = max(map(len, texts), default=0)
        if longest > self.limits.field:
            self.refuse_field(longest, spot)
        if time.monotonic() - self.started > self.limits.seconds:
            raise PaymentFileError(
                f"{self.name} takes longer than {self.limits.seconds:g} seconds to read. Split the file, or "
                "raise bank_seconds in [files] of reconcile.toml."
            )

    def steps(self, items: Iterable[T]) -> Iterator[T]:
        """The rows or entries one by one, as many and for as long as they are read."""
        for number, item in enumerate(items, start=1):
            self.check_row(number)
            yield item

    def refuse_field(self, length: int, spot: str) -> None:
        """Raises PaymentFileError for a text of this length."""
        where = f", {spot}," if spot else ""
        raise self._spent(f"a text of {length:,} characters", f"{self.limits.field:,}", "field", where)

    def check_digits(self, digits: int, spot: str) -> None:
        """Raises PaymentFileError for an amount of more digits than are read."""
        if digits > self.limits.digits:
            raise self._spent(
                f"an amount of {digits} digits", f"{self.limits.digits}", "digits", f", {spot},"
            )

    def _spent(self, found: str, most: str, setting: str, where: str = "") -> PaymentFileError:
        return PaymentFileError(
            f"{self.name}{where} has {found}, and at most {most} are read. Split the file or leave out what "
            f"is not needed, or raise bank_{setting} in [files] of reconcile.toml."
        )
