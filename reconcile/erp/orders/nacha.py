"""Writes a NACHA file: ACH credits in the United States, in records of 94 characters. Pure.

One batch per entry class (CCD for companies, PPD for persons) and day. Each batch is balanced: a debit of the
own account takes what the credits give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Final

from reconcile.domain.policy.bank import PayingAccount
from reconcile.erp.orders.charset import bank_text
from reconcile.erp.orders.model import Order, Prenote
from reconcile.errors import ConfigurationError

RECORD: Final = 94
_BLOCK: Final = 10
_FILE_IDS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_MIXED: Final = "200"  # the service class of a batch with credits and debits
_OFFSET: Final = "27"  # a debit of a checking account


@dataclass(frozen=True, slots=True)
class Batching:
    """When the file is made, and how many were made before it on that day."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class _Batch:
    """What the control records say of a batch. entries: addenda counted too."""

    records: tuple[str, ...]
    entries: int
    digits: int
    debit: int
    credit: int


def nacha(rows: Sequence[Order | Prenote], batching: Batching) -> bytes:
    """The file. rows: all from one account. Raises ConfigurationError where no file can be numbered."""
    payer = rows[0].payer
    if batching.number >= len(_FILE_IDS):
        raise ConfigurationError("A bank takes at most 36 NACHA files of one originator a day. Pay tomorrow.")
    ordered = sorted(rows, key=lambda one: (_entry_class(one), one.execute_on, _number(one)))
    batches: list[_Batch] = []
    trace = 0
    for number, (_, some) in enumerate(
        groupby(ordered, lambda one: (_entry_class(one), one.execute_on)), start=1
    ):
        batch = _batch(number, tuple(some), trace, batching.at)
        trace += batch.entries
        batches.append(batch)
    records = [_file_header(payer, batching)]
    records += [record for batch in batches for record in batch.records]
    records.append(_file_control(batches, len(records) + 1))
    records += ["9" * RECORD] * (-len(records) % _BLOCK)
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def _entry_class(row: Order | Prenote) -> str:
    return "PPD" if row.payee.person else "CCD"


def _number(row: Order | Prenote) -> str:
    return row.bill.number if isinstance(row, Order) else row.number


def _file_header(payer: PayingAccount, batching: Batching) -> str:
    at = batching.at.astimezone(UTC)
    return _record(
        "101",
        f" {payer.routing_number}",
        _left(payer.company_id, 10),
        f"{at:%y%m%d%H%M}",
        _FILE_IDS[batching.number],
        "094101",
        _left(payer.bank_name, 23),
        _left(payer.holder, 23),
        " " * 8,
    )


def _batch(number: int, rows: Sequence[Order | Prenote], trace: int, at: datetime) -> _Batch:
    first = rows[0]
    payer, day = first.payer, first.execute_on
    records: list[str] = []
    credit = digits = 0
    for row in rows:
        cents = int(row.bill.amount.amount * 100) if isinstance(row, Order) else 0
        credit, digits = credit + cents, digits + int(row.payee.routing_number[:8])
        records += _entry(row, cents, trace + len(records) + 1)
    if credit:
        records.append(_offset(payer, credit, trace + len(records) + 1))
        digits += int(payer.routing_number[:8])
    header = _batch_header(payer, _entry_class(first), day, number, at)
    control = _record(
        "8",
        _MIXED,
        f"{len(records):06}",
        _hash(digits),
        f"{credit:012}{credit:012}",
        _left(payer.company_id, 10),
        " " * 25,
        payer.routing_number[:8],
        f"{number:07}",
    )
    return _Batch((header, *records, control), len(records), digits, credit, credit)


def _batch_header(payer: PayingAccount, entry_class: str, day: date, number: int, at: datetime) -> str:
    return _record(
        "5",
        _MIXED,
        _left(payer.holder, 16),
        " " * 20,
        _left(payer.company_id, 10),
        entry_class,
        _left("COMMISSION", 10),
        f"{at.astimezone(UTC):%y%m%d}",
        f"{day:%y%m%d}",
        "   1",
        payer.routing_number[:8],
        f"{number:07}",
    )


def _entry(row: Order | Prenote, cents: int, sequence: int) -> list[str]:
    """The entry, and for a payment its addenda with what the payee reads."""
    payee, bank = row.payee, row.payer.routing_number[:8]
    is_order = isinstance(row, Order)
    code = ("3" if payee.savings else "2") + ("2" if is_order else "3")
    entry = _record(
        "6",
        code,
        payee.routing_number,
        _left(payee.account_number, 17),
        f"{cents:010}",
        _left(_number(row), 15),
        _left(payee.holder, 22),
        "  ",
        "1" if is_order else "0",
        f"{bank}{sequence:07}",
    )
    if not isinstance(row, Order):
        return [entry]
    return [entry, _record("705", _left(row.text, 80), "0001", f"{sequence:07}")]


def _offset(payer: PayingAccount, cents: int, sequence: int) -> str:
    if cents > 9_999_999_999:
        raise ConfigurationError(
            "A batch pays more than 99,999,999.99 USD, which one offset entry cannot hold."
        )
    return _record(
        "6",
        _OFFSET,
        payer.routing_number,
        _left(payer.account_number, 17),
        f"{cents:010}",
        _left("OFFSET", 15),
        _left(payer.holder, 22),
        "  0",
        f"{payer.routing_number[:8]}{sequence:07}",
    )


def _file_control(batches: Sequence[_Batch], records: int) -> str:
    return _record(
        "9",
        f"{len(batches):06}",
        f"{-(-records // _BLOCK):06}",
        f"{sum(batch.entries for batch in batches):08}",
        _hash(sum(batch.digits for batch in batches)),
        f"{sum(batch.debit for batch in batches):012}",
        f"{sum(batch.credit for batch in batches):012}",
        " " * 39,
    )


def _hash(digits: int) -> str:
    """The last ten digits of the sum of the routing numbers."""
    return f"{digits % 10**10:010}"


def _left(text: str, width: int) -> str:
    return bank_text(text, width).ljust(width)


def _record(*parts: str) -> str:
    return "".join(parts)
