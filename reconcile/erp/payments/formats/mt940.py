"""SWIFT MT940 and MT942 statements: the library reads the fields, the dialects of field 86 are read here.

The library can also take field 86 apart, and then drops the reference of field 61; so that step is left out.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, decimals, exponent, plain
from reconcile.domain.phrases import counted
from reconcile.erp.payments.formats.decode import Decoded
from reconcile.erp.payments.formats.optional_readers import extra
from reconcile.erp.payments.formats.return_words import looks_returned
from reconcile.erp.payments.formats.stated_totals import closing_balance
from reconcile.erp.payments.model import (
    Payment,
    PaymentFile,
    PaymentStatus,
    Place,
    Source,
    cut,
    known_id,
    texts,
)
from reconcile.errors import PaymentFileError

_START: Final = re.compile(r"^:20:", re.MULTILINE)
_FIELD: Final = re.compile(r"^:[0-9]{2}[A-Z]?:", re.MULTILINE)
_NAMES: Final = re.compile(r"\?3[23]([^?]*)")
_SLASHED_NAME: Final = re.compile(r"/(?:NAME|BENM//NAME)/([^/]+)")
_ORDER: Final = re.compile(r"(?:EREF\+|/EREF/|EREF:\s*)([^?/+]{1,140}?)(?=\?|/|(?:[A-Z]{4}\+)|$)")
_MARKER: Final = re.compile(r"\?[0-9][0-9]")
# The amount of a balance, and that of a transaction after its dates and its mark.
_AMOUNT: Final = re.compile(
    r"^(:6[024][FM]?:[CD][0-9]{6}[A-Z]{3}|:61:[0-9]{6}(?:[0-9]{4}|\s{4})?R?[CDcd][A-Z]?)([0-9.,']{1,40})",
    re.MULTILINE,
)
# A statement without a number, as Zenith writes it: `:28C: /1`.
_NUMBERLESS: Final = re.compile(r"^(:28C?:)[ ]*/", re.MULTILINE)
# A transaction without its kind: the library takes it for a part of the one before. `NMSC` is any other.
_KINDLESS: Final = re.compile(
    r"^(:61:[0-9]{6}(?:[0-9]{4}|[ ]{4})?[A-Z]?[CDcd][A-Z]?[0-9]+,[0-9]*)(?=//|$)", re.MULTILINE
)
# A text under the closing balance is of the statement, not of its last transaction.
_LAST_TEXT: Final = re.compile(r"^(:6[245][FM]?:[^\n]*\n)+:86:.*", re.MULTILINE | re.DOTALL)
# The lines whose days and amounts are read. The library takes the digits of every script.
_COUNTED: Final = re.compile(r"^:(?:28C?|34F|6[0-9][FM]?):[^\n]*", re.MULTILINE)
# An underscore between the digits of an amount, which the library takes for the beginning of its reference.
_PARTED: Final = re.compile(
    r"^:61:[0-9]{6}(?:[0-9]{4}|\s{4})?R?[CDcd][A-Z]?[0-9.,']{1,40}_[^\n]{0,40}", re.MULTILINE
)
# Fields that an interim report (MT942) has, and a statement has not.
_INTERIM: Final = re.compile(r"^:(?:13D?|34F|90[CD]):", re.MULTILINE)
# A field for a name of this length goes on in the next one in the middle of a word.
_FULL: Final = 27
# Of each day of more than ten years.
_MOST_STATEMENTS: Final = 4000
# Kinds of debits that are no payments made: returned items, charges, interest, taxes, loans, securities,
# unpaid and protested items, and what is only expected (SWIFT, codes of field 61).
_NO_PAYMENTS: Final = (
    "RTI", "CHG", "INT", "COM", "BRF", "TAX", "RET", "UWC", "ECK", "DIS", "CPN", "DIV", "LDP", "MAT", "MAR",
    "MGT", "OPT", "PRN", "RED", "RIG", "SEC", "SLE", "SUB", "SWP", "WAR", "NWI", "PCH", "STP", "REV",
)  # fmt: skip
_NO_REFERENCE: Final = ("NONREF", "NOTPROVIDED", "")
# The library's readers of field 61: the standard's, and those of banks with longer references.
_DIALECTS: Final = ("Statement", "StatementGLS", "StatementASNB")
# It logs what it cannot read with its own patterns; a person is told by a message of ours.
_SILENT: Final = logging.getLogger("mt940")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def read_mt940(source: Source, decoded: Decoded) -> PaymentFile:
    """The transactions of all statements; balances that do not agree are a finding.

    Raises PaymentFileError where a statement is damaged, and ConfigurationError where the extra `mt940` is
    missing.
    """
    text = _AMOUNT.sub(_with_comma, decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _KINDLESS.sub(r"\g<1>NMSC", _NUMBERLESS.sub(r"\g<1>0/", text))
    _check_fields(source, text)
    _check_digits(source, text)
    starts = [match.start() for match in _START.finditer(text)]
    if len(starts) > _MOST_STATEMENTS:
        raise PaymentFileError(
            f"{source.name} has {len(starts):,} statements (:20:), and at most {_MOST_STATEMENTS:,} are "
            "read at once. Split the file."
        )
    payments: list[Payment] = []
    how = [] if decoded.encoding == "utf-8" else [f"encoding {decoded.encoding}"]
    findings = [*decoded.findings]
    line, before = 1, 0
    for start, end in source.budget.steps(zip(starts, [*starts[1:], len(text)], strict=True)):
        line, before = line + text.count("\n", before, start), start
        read, agreed = _statement(source.name, text[start:end], line)
        payments += read
        how += agreed if isinstance(agreed, list) else []
        findings += [agreed] if isinstance(agreed, Finding) else []
    return PaymentFile(source.name, "MT940", source.sha256, tuple(payments), tuple(how), tuple(findings))


def _check_fields(source: Source, text: str) -> None:
    """Raises PaymentFileError for a field of more characters than are read; the library has no such limit."""
    before, line = 0, 1
    for start in (*(match.start() for match in _FIELD.finditer(text)), len(text)):
        if start - before > source.limits.field:
            source.budget.refuse_field(start - before, f"line {line}")
        line, before = line + text.count("\n", before, start), start


def _check_digits(source: Source, text: str) -> None:
    """Raises PaymentFileError for a day or an amount in digits of another script, or parted by `_`."""
    for match in chain(_COUNTED.finditer(text), _PARTED.finditer(text)):
        head = match[0][:40]
        other = not head.isascii() and any(char.isdigit() and not char.isascii() for char in head)
        if other or match.re is _PARTED:
            line = text.count("\n", 0, match.start()) + 1
            raise PaymentFileError(
                f"{source.name}, line {line}: {cut(head)!r} has digits of another script, or parted. "
                "Fetch the file from the bank again."
            )


def _with_comma(match: re.Match[str]) -> str:
    """An amount with a decimal comma and without thousands, however the bank writes it."""
    text = match[2].replace("'", "")
    mark = max(text.rfind("."), text.rfind(","))
    if mark < 0:
        return match[1] + text + ","
    whole, part = text[:mark], text[mark + 1 :]
    others = whole.replace(".", "").replace(",", "")
    # One mark before three digits separates thousands nowhere in MT940: the standard knows decimals only.
    return f"{match[1]}{others},{part}"


def _parsed(file: str, text: str, line: int) -> tuple[Any, Any]:
    """The library's statement and its list of transactions, in the first dialect that reads it."""
    models: Any = extra("mt940.models", "mt940", file)
    options: Any = extra("mt940.options", "mt940", file)
    tags: Any = extra("mt940.tags", "mt940", file)
    bare = _LAST_TEXT.sub(lambda last: last[0][: last[0].index(":86:")], text).rstrip("-\n }") + "\n"
    for dialect in _DIALECTS:
        tag = getattr(tags, dialect)()
        parser = models.Transactions(
            processors={"post_transaction_details": []}, options=options.Options.all(), tags={tag.id: tag}
        )
        try:
            return parser, parser.parse(bare)
        except Exception:  # noqa: BLE001, S112  the library lets through whatever its parts raise
            continue
    raise PaymentFileError(
        f"{file}, line {line}: the statement that starts here is no MT940. Fetch it from the bank again."
    )


def _statement(file: str, text: str, line: int) -> tuple[list[Payment], list[str] | Finding]:
    """The payments of a statement, and words for balances that agree, or what is wrong with them."""
    parser, listed = _parsed(file, text, line)
    lines = [number for number, one in enumerate(text.split("\n"), start=line) if one.startswith(":61:")]
    read = [one.data for one in listed if one.data.get("amount") is not None]
    if len(read) != len(lines):
        raise PaymentFileError(
            f"{file}, line {line}: of {counted(len(lines), 'transaction')} of the statement {len(read)} can "
            "be read."
        )
    agreed = _checked(file, line, parser.data, read)
    account = str(parser.data.get("account_identification") or "")
    interim = "it stands in an interim report (MT942)" if _INTERIM.search(text) else ""
    payments = [
        _payment(one, Place(file, f"line {at}"), account, interim)
        for one, at in zip(read, lines, strict=True)
    ]
    return payments, agreed


def _checked(
    file: str, line: int, said: dict[str, Any], read: Sequence[dict[str, Any]]
) -> list[str] | Finding:
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
        return closing_balance(
            Place(file, f"line {line}"), opening.amount.amount, after, closing.amount.amount
        )
    return [f"opening balance and transactions give the closing balance {plain(after)}"]


def _payment(one: dict[str, Any], place: Place, account: str, interim: str) -> Payment:
    """A transaction. interim: what is said of all of an interim report."""
    details = str(one.get("transaction_details") or "").replace("\n", "")
    bank = texts(*(str(one.get(name) or "") for name in ("bank_reference", "transaction_reference")))
    customer = str(one.get("customer_reference") or "")
    plain_details = _MARKER.sub(" ", details).strip()
    order = _ORDER.search(_MARKER.sub("", details) if "EREF" in details else "")
    currency = str(one["amount"].currency or one.get("currency") or "")
    places = exponent(currency)
    if places is None:
        raise PaymentFileError(f"{place}: the statement does not say in which currency it is.")
    if decimals(one["amount"].amount) > places:
        raise PaymentFileError(
            f"{place}: {plain(one['amount'].amount)} has more decimals than {currency} has ({places}). "
            "Fetch the file from the bank again, in another form."
        )
    status, why = _status(str(one["status"]).upper(), plain_details)
    kind = str(one.get("id") or "")[1:]
    return Payment(
        place=place,
        amount=Money(-one["amount"].amount, currency),
        status=status,
        id=_bank_id(one),
        account=account,
        order=known_id(order[1]) if order else "",
        booked=_day(one.get("entry_date") or one["date"]),
        value_date=_day(one["date"]),
        payee=_payee(details),
        references=tuple(
            text
            for text in texts(
                customer, plain_details, _MARKER.sub("", details), str(one.get("extra_details") or "")
            )
            if text.upper() not in (*_NO_REFERENCE, *bank)
        ),
        po_texts=texts(plain_details),
        reason=why,
        doubt=f"its kind is {kind}" if kind in _NO_PAYMENTS else interim,
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
    if mark.startswith("E"):
        return PaymentStatus.IGNORED, "it is only expected"
    return PaymentStatus.IGNORED, "money received and given back"


def _payee(details: str) -> str:
    """The name in ?32, with the rest of it in ?33, or the one behind a slash."""
    first, *others = [*_NAMES.findall(details), ""]
    rest = "".join(others)
    if first.strip() or rest.strip():
        between = "" if len(first) >= _FULL else " "
        return " ".join(f"{first}{between}{rest}".split())
    slashed = _SLASHED_NAME.search(details)
    return slashed[1].strip() if slashed else ""


def _day(moment: date) -> date:
    # The library's own kind of date would not compare as equal text elsewhere.
    return date(moment.year, moment.month, moment.day)
