"""A finding: one validation result, with its place in the workbook and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.money import Money

DATES_1904: Final = "the file counts its dates from 1904 now"
"""What the finding on a date says that the other date system moved; then the cause is one for all columns."""


class Severity(StrEnum):
    """error: the record is held. warning: look at it. info: nothing to do."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or worth knowing about one cell, one row or one workbook.

    rule: a stable id such as `amount-decimals`. sheet, cell: where, as in the file (`Lines`, `F12`); empty
    where it concerns a whole sheet or workbook. value: as the person sees it. fix: what to do.
    kind, record_id: the record it holds when it is an error; a finding without them concerns the workbook.
    partner_name, money: whose record it is, and its amount; empty and None where that is not known.
    """

    severity: Severity
    rule: str
    message: str
    fix: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    value: str = ""
    allowed: tuple[str, ...] = ()
    kind: RecordKind | None = None
    record_id: str = ""
    partner_name: str = ""
    money: Money | None = None

    @property
    def owner(self) -> str:
        """Whose money it is about: `Acme, 500.00 USD`; empty where that is not known."""
        return ", ".join(str(part) for part in (self.partner_name, self.money) if part)

    @property
    def place(self) -> str:
        """Where it is: `march.xlsx, Lines!F12`."""
        spot = "!".join(part for part in (self.sheet, self.cell) if part)
        return ", ".join(part for part in (self.file, spot) if part)
