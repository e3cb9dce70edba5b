"""SWIFT MT940 and MT942 statements: the library reads the fields, the dialects of field 86 are read here.

The library can also take field 86 apart, and then drops the reference of field 61; so that step is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.money import Money, exponent, plain
from reconcile.erp.payments.formats.optional_readers import extra
from reconcile.erp.payments.formats.return_words import looks_returned
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place, Source, texts
from reconcile.errors import PaymentFileError

_START: Final = re.compile(r"^:20:", re.MULTILINE)
_NAMES: Final = re.compile(r"\?3[23]([^?]*)")
_SLASHED_NAME: Final = re.compile(r"/(?:NAME|BENM//NAME)/([^/]+)")
_ORDER: Final = re.compile(r"(?:EREF\+|/EREF/|EREF:\s*)([^?/+]{1,140}?)(?=\?|/|(?:[A-Z]{4}\+)|$)")
_MARKER: Final = re.compile(r"\?\d\d")
# Of each day of more than ten years.
_MOST_STATEMENTS: Final = 4000
_NO_REFERENCE: Final = ("NONREF", "NOTPROVIDED", "")


def read_mt940(source: Source, text: str) -> PaymentFile:
    """The transactions of all statements.

    Raises PaymentFileError where a statement is damaged or its balances do not agree, and ConfigurationError
    where the extra `mt940` is missing.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _START.finditer(text)]
    if len(starts) > _MOST_STATEMENTS:
        raise PaymentFileError(
            f"{source.name} has {len(starts):,} statements (:20:), and at most {_MOST_STATEMENTS:,} are "
            "read at once. Split the file."
        )
    payments: list[Payment] = []
    how: list[str] = []
    line, before = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line, before = line + text.count("\n", before, start), start
        read, words = _statement(source.name, text[start:end], line)
        payments += read
        how += words
    return PaymentFile(source.name, "MT940", source.sha256, tuple(payments), tuple(how))


def _statement(file: str, text: str, line: int) -> tuple[list[Payment], list[str]]:
    models: Any = extra("mt940.models", "mt940", file)
    options: Any = extra("mt940.options", "mt940", file)
    parser = models.Transactions(processors={"post_transaction_details": []}, options=options.Options.all())
    try:
        listed = parser.parse(text.rstrip("-\n }") + "\n")
    except Exception as error:  # the library lets through whatever its parts raise
        raise PaymentFileError(
            f"{file}, line {line}: the statement that starts here is no MT940. Fetch it from the bank again."
        ) from error
    lines = [number for number, one in enumerate(text.split("\n"), start=line) if one.startswith(":61:")]
    read = [one.data for one in listed if one.data.get("amount") is not None]
    if len(read) != len(lines):
        raise PaymentFileError(
            f"{file}, line {line}: of the statement's {len(lines)} transactions {len(read)} can be read."
        )
    words = _checked(file, line, parser.data, read)
    account = str(parser.data.get("account_identification") or "")
    return [
        _payment(one, Place(file, f"line {at}"), account) for one, at in zip(read, lines, strict=True)
    ], words


def _checked(file: str, line: int, said: dict[str, Any], read: Sequence[dict[str, Any]]) -> list[str]:
    opening = said.get("final_opening_balance") or said.get("intermediate_opening_balance")
    closing = said.get("final_closing_balance") or said.get("intermediate_closing_balance")
    if opening is None:
        return []
    if closing is None:
        raise PaymentFileError(
            f"{file}, line {line}: the statement has no closing balance (:62F:), so it is probably cut off. "
            "Fetch it from the bank again."
        )
    after = opening.amount.amount + sum((one["amount"].amount for one in read), Decimal(0))
    if after != closing.amount.amount:
        raise PaymentFileError(
            f"{file}, line {line}: the opening balance {plain(opening.amount.amount)} and the transactions "
            f"give {plain(after)}, and the closing balance is {plain(closing.amount.amount)}. "
            "Transactions are missing; fetch the file from the bank again."
        )
    return [f"opening balance and transactions give the closing balance {plain(after)}"]


def _payment(one: dict[str, Any], place: Place, account: str) -> Payment:
    details = str(one.get("transaction_details") or "").replace("\n", "")
    bank = texts(*(str(one.get(name) or "") for name in ("bank_reference", "transaction_reference")))
    customer = str(one.get("customer_reference") or "")
    plain_details = _MARKER.sub(" ", details).strip()
    order = _ORDER.search(_MARKER.sub("", details) if "EREF" in details else "")
    currency = str(one["amount"].currency or one.get("currency") or "")
    if exponent(currency) is None:
        raise PaymentFileError(f"{place}: the statement does not say in which currency it is.")
    status, why = _status(str(one["status"]).upper(), plain_details)
    return Payment(
        place=place,
        amount=Money(-one["amount"].amount, currency),
        status=status,
        id=_bank_id(one),
        account=account,
        order=order[1].strip() if order else "",
        booked=_day(one.get("entry_date") or one["date"]),
        value_date=_day(one["date"]),
        payee=" ".join(_payees(details)),
        references=tuple(
            text
            for text in texts(
                customer, plain_details, _MARKER.sub("", details), str(one.get("extra_details") or "")
            )
            if text.upper() not in (*_NO_REFERENCE, *bank)
        ),
        po_texts=texts(plain_details),
        reason=why,
    )


def _bank_id(one: dict[str, Any]) -> str:
    """The bank's reference with day and amount: some banks number from 1 in every statement."""
    reference = str(one.get("bank_reference") or "")
    if reference.upper() in _NO_REFERENCE:
        return ""
    return f"{reference} {_day(one['date'])} {plain(one['amount'].amount)}"


def _status(mark: str, details: str) -> tuple[PaymentStatus, str]:
    if mark == "D":
        return PaymentStatus.PAID, ""
    if mark == "RD" or (mark == "C" and looks_returned(details)):
        return PaymentStatus.RETURNED, details or "returned"
    if mark == "C":
        return PaymentStatus.RECEIVED, "money received"
    return PaymentStatus.IGNORED, "money received and given back"


def _payees(details: str) -> Iterator[str]:
    yield from (name.strip() for name in _NAMES.findall(details))
    if "?32" not in details:
        yield from (name.strip() for name in _SLASHED_NAME.findall(details)[:1])


def _day(moment: date) -> date:
    # The library's own kind of date would not compare as equal text elsewhere.
    return date(moment.year, moment.month, moment.day)
