"""Puts orders into files: one per account and currency, each with an id that no earlier file has. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.domain.policy.bank import PayingAccount
from reconcile.erp.bills.manifest import Issue, Sealed
from reconcile.erp.orders.make_orders import Orders
from reconcile.erp.orders.model import NACHA, Order, OrderFile, Prenote
from reconcile.erp.orders.nacha import Batching, nacha
from reconcile.erp.orders.pain001 import Message, pain001

Row = Order | Prenote


def order_files(orders: Orders, issue: Issue, issued: Sequence[IssuedBill]) -> tuple[OrderFile, ...]:
    """The files. issued: what went out earlier; a file never gets the name of one of those."""

    def group(one: Row) -> tuple[str, str]:
        return _currency(one), repr(_key(one.payer))

    taken = {one.file for one in issued}
    files: list[OrderFile] = []
    rows: list[Row] = [*orders.orders, *orders.prenotes]
    for _, some in groupby(sorted(rows, key=group), group):
        file = _file(tuple(some), issue, taken)
        taken.add(file.name)
        files.append(file)
    return tuple(files)


def _key(payer: PayingAccount) -> tuple[str, ...]:
    return (payer.iban, payer.routing_number, payer.account_number, payer.holder, payer.company_id)


def _currency(row: Row) -> str:
    return row.bill.amount.currency if isinstance(row, Order) else "USD"


def _file(rows: Sequence[Row], issue: Issue, taken: set[str]) -> OrderFile:
    currency = _currency(rows[0])
    if issue.layout == NACHA:
        day = f"{issue.at.astimezone(UTC):%Y%m%d}"
        number = sum(name.startswith(f"nacha-{day}") for name in taken)
        content = nacha(rows, Batching(issue.at, number))
        return OrderFile(f"nacha-{day}-{number + 1}.ach", currency, tuple(rows), content)
    orders = tuple(row for row in rows if isinstance(row, Order))
    message = _message_id(orders, issue.at, taken)
    content = pain001(Message(message, issue.at, issue.layout, orders))
    return OrderFile(f"{message}.xml", currency, orders, content)


def _message_id(orders: Sequence[Order], at: datetime, taken: set[str]) -> str:
    """At most 29 characters, so that the blocks of a file can be numbered within 35."""
    said = "|".join((at.isoformat(), *(order.bill.number for order in orders)))
    digest = hashlib.sha256(said.encode()).hexdigest()[:8].upper()
    base = f"RC{at.astimezone(UTC):%Y%m%d%H%M%S}{digest}"
    number = next(n for n in range(len(taken) + 1) if f"{_counted(base, n)}.xml" not in taken)
    return _counted(base, number)


def _counted(base: str, number: int) -> str:
    return f"{base}-{number}" if number else base


def paid_accounts(sealed: Sequence[Sealed], orders: Orders, issue: Issue) -> tuple[PaidAccount, ...]:
    """Which account of each partner is in which file, for the state store."""
    found: dict[tuple[str, str], PaidAccount] = {}
    for one in sealed:
        assert isinstance(one.file, OrderFile)
        for row in one.file.rows:
            partner = row.bill.payout.partner_id if isinstance(row, Order) else row.partner_id
            kind = "payment" if isinstance(row, Order) else "prenote"
            found[partner, one.file.name] = PaidAccount(
                partner, orders.fingerprints[partner], kind, one.file.name, issue.at.isoformat(), issue.by
            )
    return tuple(found.values())
