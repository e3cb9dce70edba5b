"""What the finance system holds already: its open bills, and which of ours are among them. Pure.

Where an amount or a date can be read in two ways, both count: what may be there is held, and a person looks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from reconcile.erp.bills.bill_numbers import code_of, order_id
from reconcile.erp.bills.model import Bill, Billing, LeftOut, Why
from reconcile.erp.payments.formats.amounts import amount_of
from reconcile.erp.payments.formats.dates import date_of
from reconcile.erp.payments.formats.table_header import same_form
from reconcile.erp.payments.model import GridCell, Place
from reconcile.errors import ConfigurationError, PaymentFileError

# As `same_form` gives them: letters and digits only.
_HEADERS: Final = {
    "number": {
        *(
            "invoicenumber",
            "billnumber",
            "billno",
            "invoiceno",
            "invoice",
            "referenceno",
            "refno",
            "reference",
        ),
        *("documentnumber", "documentno", "externalid", "number", "num", "no", "vendorinvoiceno"),
        "externaldocumentno",
    },
    "vendor": {
        *("contact", "contactname", "vendor", "supplier", "vendorname", "name", "payee", "vendorid"),
        *("vendorno", "buyfromvendorno", "entity", "partner"),
    },
    "amount": {
        *("total", "amount", "invoicetotal", "originalamount", "invoiceamount", "totaldue", "amountdue"),
        *("dueamount", "balancedue", "openbalance", "balance", "remainingamount", "amountforeigncurrency"),
        *("gross", "outstanding"),
    },
    "currency": {"currency", "currencycode", "invoicecurrency"},
    "date": {
        *("invoicedate", "billdate", "date", "postingdate", "documentdate", "createddate", "transactiondate"),
    },
}
_TOP: Final = 25
_LONG: Final = 8
_SERIAL: Final = re.compile(r"[2-7][0-9]{4}(\.0*)?")
_FIRST_DAY: Final = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A row of the export. vendors: names and ids. amounts, days: every way in which they can be read."""

    place: str
    number: str
    vendors: frozenset[str]
    amounts: frozenset[Decimal]
    currency: str
    days: frozenset[dt.date]


def open_bills_from(table: Sequence[Sequence[str]], file: str) -> tuple[OpenBill, ...]:
    """The open bills of an export. Rows above the header and totals below are left alone.

    Raises ConfigurationError where no row names a number and an amount, or an amount is none.
    """
    found = next(
        (
            (at, places)
            for at, row in enumerate(table[:_TOP])
            if {"number", "amount"} <= (places := _places(row)).keys()
        ),
        None,
    )
    if found is None:
        raise ConfigurationError(
            f"{file} is no list of open bills: one of its first rows must name a number (such as "
            "Invoice Number) and an amount (such as Total); vendor, date and currency help."
        )
    start, places = found
    rows = (_bill(row, places, f"{file}, row {at}") for at, row in enumerate(table[start + 1 :], start + 2))
    return tuple(one for one in rows if one)


def _places(row: Sequence[str]) -> dict[str, list[int]]:
    forms = [same_form(text) for text in row]
    places = {
        meaning: [at for at, form in enumerate(forms) if form in names] for meaning, names in _HEADERS.items()
    }
    return {meaning: found for meaning, found in places.items() if found}


def _bill(row: Sequence[str], places: dict[str, list[int]], place: str) -> OpenBill | None:
    """A row; None for a total, which has neither number nor vendor, and for a blank one."""

    def texts(meaning: str) -> list[str]:
        return [row[at].strip() for at in places.get(meaning, ()) if at < len(row) and row[at].strip()]

    numbers, vendors = texts("number"), texts("vendor")
    if not numbers and not (vendors and texts("date")):
        return None
    return OpenBill(
        place,
        " ".join(numbers),
        frozenset(form for one in vendors if (form := same_form(one))),
        frozenset(abs(amount) for text in texts("amount") for amount in _amounts(text, place)),
        next(iter(texts("currency")), "").upper(),
        frozenset(day for text in texts("date") for day in _days(text)),
    )


def _amounts(text: str, place: str) -> Iterator[Decimal]:
    read: list[Decimal] = []
    for mark in ".,":
        try:
            found = amount_of(GridCell(text), partial(Place, place, ""), mark)
        except PaymentFileError:
            continue
        if found is None:
            return
        read.append(found[0])
    if not read:
        raise ConfigurationError(f"{place}: {text!r} is no amount. Correct it or take the row out.")
    yield from read


def _days(text: str) -> Iterator[dt.date]:
    if _SERIAL.fullmatch(text):  # the day of a workbook
        yield _FIRST_DAY + dt.timedelta(days=int(text[:5]))
        return
    for order in ("dmy", "mdy"):
        try:
            found = date_of(GridCell(text), partial(Place, "", ""), order)
        except PaymentFileError:
            continue
        if found:
            yield found


def without_open(billing: Billing, held: Sequence[OpenBill], anyway: Collection[str]) -> Billing:
    """The billing without the payouts that the finance system holds already, each with all its bills.

    anyway: payouts that are billed all the same.
    """
    found = ((bill.payout.id, _there(bill, held)) for bill in billing.bills if bill.payout.id not in anyway)
    reasons = {payout_id: why for payout_id, why in found if why}
    fix = "If that is another bill, pass --bill-anyway {}."
    left = [
        LeftOut(Why.HELD, one.payout, one.amount, reasons[one.payout.id], fix.format(one.payout.id))
        for one in billing.bills
        if one.payout.id in reasons
    ]
    return billing.without(left, {one.number for one in billing.bills if one.payout.id in reasons})


def _there(bill: Bill, held: Sequence[OpenBill]) -> str:
    """Where the finance system has a bill already; empty where it has not."""
    keys = {
        same_form(one)
        for one in (bill.number, bill.payout.id, code_of(bill.payout.id), order_id(bill.payout.id))
    }
    for one in held:
        number = same_form(one.number)
        if any(key == number or (len(key) >= _LONG and key in number) for key in keys):
            return f"the finance system has it as {one.number} ({one.place})"
    names = {
        same_form(one) for one in (bill.vendor.vendor, bill.vendor.vendor_id, bill.payout.partner_name) if one
    }
    for one in held:
        if names & one.vendors and _same_amount(bill, one) and _same_period(bill, one):
            said = f"the same partner, amount and period as {one.number or 'a bill without a number'}"
            return f"the finance system has {said} ({one.place})"
    return ""


def _same_amount(bill: Bill, other: OpenBill) -> bool:
    return abs(bill.amount.amount) in other.amounts and other.currency in ("", bill.amount.currency)


def _same_period(bill: Bill, other: OpenBill) -> bool:
    """Whether a bill is of the payout's period: dated from its first day to the day on which ours is due."""
    start = bill.payout.period_start
    first = bill.days.of_bound(start) if start else bill.date - dt.timedelta(days=31)
    return not other.days or any(first <= day <= bill.due for day in other.days)
