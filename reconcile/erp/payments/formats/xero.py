"""Xero payments as its API gives them: `{"Payments": [...]}` (developer.xero.com, Accounting API)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.money import MOST_DIGITS, Money, exponent, is_bounded
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place, Source, cut, texts
from reconcile.errors import PaymentFileError

_BILL_PAID: Final = "ACCPAYPAYMENT"
_REFUND: Final = ("APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT")
_DOT_NET: Final = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/")


def read_xero(source: Source, text: str, hints: Hints) -> PaymentFile:
    """The payments of an API answer. Raises PaymentFileError, naming the payment."""
    try:
        content = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise PaymentFileError(
            f"{source.name} is no complete JSON ({error}). It is probably cut off; fetch it again."
        ) from error
    listed = content.get("Payments") if isinstance(content, dict) else content
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise PaymentFileError(f"{source.name} is JSON without a list of Payments, as Xero's API gives it.")
    payments = tuple(
        _payment(one, Place(source.name, f"payment {number}"), hints)
        for number, one in enumerate(source.budget.steps(listed), start=1)
    )
    return PaymentFile(source.name, "Xero API", source.sha256, payments, ledger=True)


def _payment(one: Mapping[str, Any], place: Place, hints: Hints) -> Payment:
    invoice = _member(one, "Invoice") or _member(one, "CreditNote")
    contact = _member(invoice, "Contact")
    currency = str(invoice.get("CurrencyCode") or one.get("CurrencyCode") or hints.currency).upper()
    if exponent(currency) is None:
        raise PaymentFileError(
            f"{place}: it does not say in which currency it is ({currency!r}). Pass --currency, such as EUR."
        )
    status, why = _status(one)
    amount = _amount(one, place)
    refund = status is PaymentStatus.RECEIVED
    return Payment(
        place=place,
        amount=Money(-amount if refund else amount, currency),
        status=status,
        id=str(one.get("PaymentID") or ""),
        account="xero",
        booked=_day(one.get("Date"), place),
        payee=str(contact.get("Name") or ""),
        references=texts(*(str(text or "") for text in (invoice.get("InvoiceNumber"), one.get("Reference")))),
        po_texts=texts(str(one.get("Reference") or ""), str(invoice.get("Reference") or "")),
        reason=why,
    )


def _status(one: Mapping[str, Any]) -> tuple[PaymentStatus, str]:
    state, kind = str(one.get("Status") or "AUTHORISED"), str(one.get("PaymentType") or _BILL_PAID)
    if state.upper() != "AUTHORISED":
        return PaymentStatus.IGNORED, f"its status is {state}"
    if kind in _REFUND:
        return PaymentStatus.RECEIVED, "a refund of a supplier's credit"
    if kind != _BILL_PAID:
        return PaymentStatus.IGNORED, f"it is of the type {kind}"
    return PaymentStatus.PAID, ""


def _member(one: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = one.get(name)
    return found if isinstance(found, dict) else {}


def _amount(one: Mapping[str, Any], place: Place) -> Decimal:
    found = one.get("Amount")
    if not isinstance(found, Decimal) or not is_bounded(found):
        raise PaymentFileError(
            f"{place}: its Amount {cut(str(found))!r} is no number of at most {MOST_DIGITS} digits. "
            "Fetch the payments again."
        )
    return found


def _day(value: object, place: Place) -> date | None:
    """A date in either of the two forms that Xero uses: ISO, and milliseconds in `/Date(...)/`."""
    if not value:
        return None
    match = _DOT_NET.fullmatch(str(value))
    try:
        if match:
            return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(match[1]))).date()
        return date.fromisoformat(str(value)[:10])
    except (ValueError, OverflowError) as error:
        raise PaymentFileError(
            f"{place}: its Date {cut(str(value))!r} is no date. Fetch the payments again."
        ) from error
