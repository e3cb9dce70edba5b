"""Payment orders and the files that carry them, as frozen values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from reconcile.domain.policy.bank import PayingAccount
from reconcile.erp.bills.model import Bill
from reconcile.erp.orders.bank_account import BankAccount

PAIN: Final = ("pain.001.001.09", "pain.001.001.03")
NACHA: Final = "nacha"
FORMATS: Final = {"pain.001": PAIN[0], PAIN[0]: PAIN[0], PAIN[1]: PAIN[1], NACHA: NACHA}
"""What `--to` may name, and the format that it means."""


@dataclass(frozen=True, slots=True)
class Order:
    """One credit transfer. bill: what it pays; its number is the end-to-end id. text: for the payee."""

    bill: Bill
    payer: PayingAccount
    payee: BankAccount
    execute_on: dt.date
    text: str

    @property
    def is_sepa(self) -> bool:
        """Whether it is a SEPA credit transfer: euros, between IBANs of SEPA."""
        return self.bill.amount.currency == "EUR" and self.payee.is_sepa and bool(self.payer.iban)


@dataclass(frozen=True, slots=True)
class Prenote:
    """An entry of zero that tests an account before the first payment to it."""

    partner_id: str
    payer: PayingAccount
    payee: BankAccount
    execute_on: dt.date
    number: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A payment file: the orders from one account in one currency, and its bytes."""

    name: str
    currency: str
    rows: tuple[Order | Prenote, ...]
    content: bytes

    @property
    def bills(self) -> tuple[Bill, ...]:
        """What its orders pay."""
        return tuple(one.bill for one in self.rows if isinstance(one, Order))
