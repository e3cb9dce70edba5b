"""Bills, and what is left out of them, as frozen values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from reconcile.domain.money import Money
from reconcile.domain.period import UTC_DAYS, Days
from reconcile.domain.records import Payout
from reconcile.erp.bills.vendors import Vendor


@dataclass(frozen=True, slots=True)
class BillRow:
    """One row of a bill.

    amount: in the bill's currency, signed as in Introw. line_id: empty for a whole payout. dimensions: the
    values of those that are set.
    """

    line_id: str
    description: str
    plan: str
    amount: Decimal
    account: str
    tax_type: str
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill, or one vendor credit where the amount is negative. line_id: where every line is a bill.

    days: which day a moment belongs to, for the period of the payout.
    """

    number: str
    payout: Payout
    line_id: str
    vendor: Vendor
    entity: str
    amount: Money
    date: dt.date
    due: dt.date
    rows: tuple[BillRow, ...]
    days: Days = UTC_DAYS

    @property
    def kind(self) -> str:
        """`bill` or `credit`."""
        return "credit" if self.amount.amount < 0 else "bill"


class Why(StrEnum):
    """Why a payout's money is in no file."""

    HELD = "held back"
    BILLED = "billed before"
    SENT = "sent to the bank before"
    EMPTY = "nothing to pay"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A payout, or a line of one, that is in no file, with its money. fix: what to do, if anything."""

    why: Why
    payout: Payout
    amount: Money
    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Billing:
    """All payouts of the scope: each is either in the bills or left out, with its whole amount."""

    bills: tuple[Bill, ...]
    left_out: tuple[LeftOut, ...]

    def without(self, held: Sequence[LeftOut], numbers: Collection[str]) -> Billing:
        """The same with some bills held back after all."""
        return Billing(
            tuple(bill for bill in self.bills if bill.number not in numbers), (*self.left_out, *held)
        )
