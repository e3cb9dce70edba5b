"""BAI2 cash reports (BAI, Cash Management Balance Reporting Specifications, version 2).

Records 01 file, 02 group, 03 account, 16 transaction, 88 continuation, 49, 98 and 99 trailers with totals.
Amounts are in the smallest coin of the currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, exponent, is_digits
from reconcile.erp.payments.formats.return_words import looks_returned
from reconcile.erp.payments.formats.stated_totals import control_total
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place, Source, cut, texts
from reconcile.errors import PaymentFileError

# Credits that bring a payment back: posted and returned, debit reversal, ACH return and reversal.
_RETURNS: Final = frozenset(("252", "255", "257", "258", "261", "266"))
_DEBITS: Final = range(400, 700)
# What the status of a group says of it; 1 is an update.
_GROUPS: Final = {
    "2": "its group is a deletion",
    "3": "its group is a correction",
    "4": "its group is a test",
}
# Debits that are payments made. Others are sums, fees, adjustments, returned deposits, loans, own accounts.
_PAYMENTS: Final = frozenset(
    (
        "409", "421", "435", "447", "451", "452", "455", "462", "464", "466", "469", "472", "474", "475",
        "477", "479", "484", "491", "493", "495", "501", "506", "508", "512", "513", "516", "522", "527",
        "529", "699",
    )
)  # fmt: skip
# How many fields follow a funds type.
_FUNDS: Final = {"V": 2, "S": 3}
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,28}")
_TYPE: Final = re.compile(r"[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Record:
    """A logical record: its code, its fields, its first line, and how many lines it takes."""

    code: str
    fields: tuple[str, ...]
    line: int
    lines: int


@dataclass(slots=True)
class _Reading:
    """What is known while the records go by; totals and counts as the trailers state them."""

    file: str
    group: Record | None = None
    account: Record | None = None
    currency: str = ""
    day: date | None = None
    account_sum: int = 0
    account_lines: int = 0
    group_sum: int = 0
    group_lines: int = 0
    groups_sum: int = 0
    accounts: int = 0
    groups: int = 0
    lines: int = 0
    ended: bool = False
    payments: list[Payment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_bai2(source: Source, text: str) -> PaymentFile:
    """The transactions of all accounts; a trailer that disagrees is a finding.

    Raises PaymentFileError where the last trailer is missing, and for a record that cannot be read.
    """
    reading = _Reading(source.name)
    for record in source.budget.steps(records(source.name, text)):
        _take(reading, record)
    if not reading.ended:
        raise PaymentFileError(
            f"{source.name}: the trailer (99) is missing, so it is cut off. Fetch it from the bank again."
        )
    how = () if reading.findings else ("the control totals agree",)
    found = tuple(reading.findings)
    return PaymentFile(source.name, "BAI2", source.sha256, tuple(reading.payments), how, found)


def records(file: str, text: str) -> Iterator[Record]:
    """The records, each with its continuations joined. Raises PaymentFileError for a line that is none."""
    body: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        code = line[:2]
        if not is_digits(code) or line[2:3] not in (",", "/"):
            raise PaymentFileError(f"{file}, line {number}: {line[:40]!r} is no BAI2 record.")
        if code == "88" and body:
            body.append((number, line[3:]))
            continue
        if body:
            yield _record(body)
        body = [(number, line)]
    if body:
        yield _record(body)


def _record(body: list[tuple[int, str]]) -> Record:
    parts = [body[0][1]]
    for _, more in body[1:]:
        # A slash ends the fields of a line; a text without one goes on as it is.
        last = parts[-1].rstrip()
        parts[-1] = f"{last[:-1]}," if last.endswith("/") else f"{parts[-1]} "
        parts.append(more)
    fields = "".join(parts).rstrip().removesuffix("/").split(",")
    return Record(fields[0], tuple(fields[1:]), body[0][0], len(body))


def _take(reading: _Reading, record: Record) -> None:
    reading.lines += record.lines
    reading.group_lines += record.lines
    reading.account_lines += record.lines
    steps = {
        "02": _group,
        "03": _account,
        "16": _transaction,
        "49": _end_account,
        "98": _end_group,
        "99": _end,
    }
    step = steps.get(record.code)
    if step:
        step(reading, record)


def _group(reading: _Reading, record: Record) -> None:
    reading.group, reading.group_sum, reading.group_lines, reading.accounts = record, 0, record.lines, 0
    reading.day = _day(reading, record, _at(record, 3))


def _account(reading: _Reading, record: Record) -> None:
    reading.account, reading.account_sum, reading.account_lines = record, 0, record.lines
    inherited = _at(reading.group, 5) if reading.group else ""
    reading.currency = (_at(record, 1) or inherited or "USD").upper()
    if exponent(reading.currency) is None:
        raise _refused(reading, record, f"{reading.currency!r} is no currency")
    place = 2
    while place < len(record.fields):
        # Type code, amount, count, funds type and what that brings along; any may be blank.
        amount = _at(record, place + 1)
        reading.account_sum += _coins(reading, record, amount) if amount else 0
        place += 4 + _extra(reading, record, place + 3)


def _transaction(reading: _Reading, record: Record) -> None:
    code, coins = _at(record, 0), _coins(reading, record, _at(record, 1))
    reading.account_sum += coins
    skip = 3 + _extra(reading, record, 2)
    bank, customer = _at(record, skip), _at(record, skip + 1)
    text = ",".join(record.fields[skip + 2 :]).strip()
    status, why = _status(code, text)
    amount = Decimal(coins).scaleb(-(exponent(reading.currency) or 0))
    out = _is_debit(code)
    account = _at(reading.account, 0) if reading.account else ""
    value, doubt = _valued(reading, record), _not_final(reading)
    if out and code not in _PAYMENTS:
        doubt = f"the type code {code} is that of no payment made"
    reading.payments.append(
        Payment(
            place=Place(reading.file, f"line {record.line}"),
            amount=Money(amount if out else -amount, reading.currency),
            status=status,
            id=f"{bank} {reading.day} {coins}" if bank.strip("0") else "",
            account=account,
            booked=reading.day,
            value_date=value,
            payee=text,
            references=texts(customer, text),
            po_texts=texts(text, customer),
            reason=why,
            doubt=doubt if out else "",
        )
    )


def _not_final(reading: _Reading) -> str:
    """What the group says against its transactions: that it is a deletion, a test, or of the day itself."""
    status, modifier = (_at(reading.group, place) if reading.group else "" for place in (2, 6))
    return _GROUPS.get(status, "") or (
        "its report is an interim one of the same day" if modifier == "3" else ""
    )


def _valued(reading: _Reading, record: Record) -> date | None:
    """The day from which a transaction counts, where its funds type tells one."""
    return _day(reading, record, _at(record, 3)) if _at(record, 2).upper() == "V" else None


def _is_debit(code: str) -> bool:
    return bool(_TYPE.fullmatch(code)) and int(code) in _DEBITS


def _status(code: str, text: str) -> tuple[PaymentStatus, str]:
    if _is_debit(code):
        return PaymentStatus.PAID, ""
    if code in _RETURNS or looks_returned(text):
        return PaymentStatus.RETURNED, text or f"type code {code}"
    return PaymentStatus.RECEIVED, f"money received (type code {code})"


def _end_account(reading: _Reading, record: Record) -> None:
    _agree(reading, record, "sum of the account", _at(record, 0), reading.account_sum)
    _agree(reading, record, "number of records of the account", _at(record, 1), reading.account_lines)
    reading.group_sum += reading.account_sum
    reading.accounts += 1
    reading.account = None


def _end_group(reading: _Reading, record: Record) -> None:
    _agree(reading, record, "sum of the group", _at(record, 0), reading.group_sum)
    _agree(reading, record, "number of accounts of the group", _at(record, 1), reading.accounts)
    _agree(reading, record, "number of records of the group", _at(record, 2), reading.group_lines)
    reading.groups_sum += reading.group_sum
    reading.groups += 1


def _end(reading: _Reading, record: Record) -> None:
    _agree(reading, record, "sum of the file", _at(record, 0), reading.groups_sum)
    _agree(reading, record, "number of groups", _at(record, 1), reading.groups)
    _agree(reading, record, "number of records", _at(record, 2), reading.lines)
    reading.ended = True


def _agree(reading: _Reading, record: Record, what: str, said: str, there: int) -> None:
    if said and _coins(reading, record, said) != there:
        place = Place(reading.file, f"line {record.line}")
        reading.findings.append(control_total(place, f"The {what}", said, str(there)))


def _extra(reading: _Reading, record: Record, place: int) -> int:
    """How many fields follow the funds type that stands at a place."""
    funds = _at(record, place).upper()
    if funds != "D":
        return _FUNDS.get(funds, 0)
    pairs = _coins(reading, record, _at(record, place + 1))
    if pairs < 0:
        raise _refused(reading, record, f"{pairs} is no number of amounts")
    return 1 + 2 * pairs


def _coins(reading: _Reading, record: Record, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise _refused(reading, record, f"{cut(text)!r} is no whole number of at most 28 digits")
    return int(text)


def _at(record: Record, index: int) -> str:
    return record.fields[index].strip() if index < len(record.fields) else ""


def _day(reading: _Reading, record: Record, text: str) -> date | None:
    if not text:
        return None
    if not is_digits(text):
        raise _refused(reading, record, f"{cut(text)!r} is no date")
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise _refused(reading, record, f"{cut(text)!r} is no date") from None


def _refused(reading: _Reading, record: Record, problem: str) -> PaymentFileError:
    return PaymentFileError(
        f"{reading.file}, line {record.line}: {problem}. Fetch the file from the bank again."
    )
