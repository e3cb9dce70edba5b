"""Payments as the finance system or the bank reports them, and the file they stand in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.file_rules import BankFileLimits
from reconcile.domain.settlement import place_text
from reconcile.erp.payments.budget import Budget

_SHOWN: Final = 60
_LAST: Final = 4


def cut(text: str) -> str:
    """A value of a file as a message shows it: its beginning where it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\u2026"


def shown_account(number: str) -> str:
    """A bank account as a person sees it: its last four characters, with three dots where there are more."""
    return number if len(number) <= _LAST else f"\u2026{number[-_LAST:]}"


class PaymentStatus(StrEnum):
    """What became of a payment.

    paid: the money left. returned: it came back, so its amount is negative. rejected: it never left.
    received: money came in, its amount is negative; it may be a payment that came back. ignored: read and
    counted, but no payment to a partner: a deleted record, a draft. unknown: the file's word for its state
    is in no list.
    """

    PAID = "paid"
    RETURNED = "returned"
    REJECTED = "rejected"
    RECEIVED = "received"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a payment stands: the file, the sheet of a workbook, and the line, cell or entry in it."""

    file: str
    spot: str
    sheet: str = ""

    def __str__(self) -> str:
        """`bank.csv, line 14` or `paid.xlsx, Sheet1!A7`."""
        return place_text(self.file, self.sheet, self.spot)


Day = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, or one part of a payment that settles several bills.

    place: where it was read. amount: positive for money to the partner. id: that of the bank or the finance
    system, unique within `account`; empty where the format has none. order: the id that the payer gave to
    the order (end-to-end id). references: texts that may name a payout or a bill. po_texts: texts that may
    name a purchase order. instructed: the amount as ordered, where the bank took another currency. reason:
    why it was returned, rejected or ignored, in the words of the file. report: the file tells of orders, not
    of money. doubt: what the file says against a payment that left, beside its state, in words. unproven: why
    nothing says that it is a payment made. days: other days that stand beside it, each under its label.
    """

    place: Place
    amount: Money
    status: PaymentStatus = PaymentStatus.PAID
    id: str = ""
    account: str = ""
    order: str = ""
    booked: date | None = None
    value_date: date | None = None
    payee: str = ""
    references: tuple[str, ...] = ()
    po_texts: tuple[str, ...] = ()
    instructed: Money | None = None
    reason: str = ""
    report: bool = False
    doubt: str = ""
    unproven: str = ""
    days: tuple[Day, ...] = ()

    @property
    def reference(self) -> str:
        """The one reference that a person would look for: the order's id, or the first text, or the id."""
        return next((text for text in (self.order, *self.references, self.id) if text), "")

    @property
    def day(self) -> date | None:
        """The day it was booked, or else the day of its value."""
        return self.booked or self.value_date


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it lies on disk. grids: the sheets of a workbook, by name, where it is one.

    limits: how much of it is read. budget: what of that is left; its clock runs from when the file was made
    a source.
    """

    name: str
    content: bytes
    grids: Mapping[str, Grid] = field(default_factory=dict)
    limits: BankFileLimits = field(default_factory=BankFileLimits)
    budget: Budget = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Starts the clock."""
        object.__setattr__(self, "budget", Budget(self.name, self.limits))

    @property
    def sha256(self) -> str:
        """The fingerprint of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


class GridCell(NamedTuple):
    """A cell of a table: its text, and whether a workbook says that it is a number or a date (ISO form)."""

    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a table: its number in the file, from 1, and its cells by column, from 0."""

    number: int
    cells: tuple[GridCell, ...]

    def text(self, index: int | None) -> str:
        """The text in a column without outer spaces; empty where there is none."""
        if index is None or not 0 <= index < len(self.cells):
            return ""
        return self.cells[index].text.strip()


Grid = tuple[GridRow, ...]


@dataclass(frozen=True)
class PaymentFile:
    """A file that was read: its format, how it was read in words, all its payments, and what was found."""

    name: str
    format: str
    sha256: str
    payments: tuple[Payment, ...]
    how: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    ledger: bool = False

    @cached_property
    def totals(self) -> dict[str, Decimal]:
        """The sum of everything in the file per currency, whatever its status."""
        return totals(payment.amount for payment in self.payments)


def found(
    rule: str, message: str, fix: str, place: Place, value: str = "", severity: Severity = Severity.WARNING
) -> Finding:
    """A finding about a place in a payments file."""
    return Finding(
        severity, rule, message, fix, file=place.file, sheet=place.sheet, cell=place.spot, value=value
    )


_NO_IDS: Final = frozenset(("", "nonref", "notprovided", "not provided", "none", "null", "na", "n/a", "-"))


def known_id(text: str) -> str:
    """An id, or nothing where the text only says that there is none: `NONREF`, `N/A`, zeros."""
    bare = text.strip()
    return "" if bare.casefold() in _NO_IDS or not bare.strip("0") else bare


def texts(*values: str | None) -> tuple[str, ...]:
    """The values that say something, each once, without outer spaces."""
    return tuple(dict.fromkeys(value.strip() for value in values if value and value.strip()))


def amounts_of(payments: Iterable[Payment]) -> dict[str, Decimal]:
    """The sum of the payments per currency."""
    return totals(payment.amount for payment in payments)
