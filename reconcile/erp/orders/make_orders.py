"""Turns bills into payment orders: who pays, to which account, on which day. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.bill import PaidAccount
from reconcile.domain.money import Money
from reconcile.domain.policy.bank import BankPolicy, PayingAccount
from reconcile.erp.bills.layout import Column, Due, FileLayout, Layout
from reconcile.erp.bills.make_bills import period_texts
from reconcile.erp.bills.model import Bill, Billing, LeftOut, Why
from reconcile.erp.bills.vendors import Vendor
from reconcile.erp.orders.bank_account import BankAccount, account_of, number_faults
from reconcile.erp.orders.charset import bank_text
from reconcile.erp.orders.model import NACHA, Order, Prenote

_COUNTRY = re.compile("[A-Za-z]{2}")
_SEPA_MOST = Decimal("999999999.99")
_NACHA_MOST = Decimal("99999999.99")
_SETTINGS = "Correct it in [[bank.accounts]] in reconcile.toml."
_VENDORS = "Correct it in the vendors file (--vendors)."


@dataclass(frozen=True)
class Paying:
    """What orders depend on beside the bills. form: one of FORMATS. today: UTC.

    paid: the accounts that earlier files paid, oldest first. checked: ids or names of the partners whose new
    account a person has checked. on: the day of every order; None for the due dates.
    """

    form: str
    policy: BankPolicy
    today: dt.date
    paid: Sequence[PaidAccount] = ()
    checked: Collection[str] = ()
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders, the billing that they pay, and the entries of zero that go ahead of a first payment."""

    billing: Billing
    orders: tuple[Order, ...]
    prenotes: tuple[Prenote, ...]
    fingerprints: Mapping[str, str]


def bills_to_pay(form: str, policy: BankPolicy) -> Layout:
    """The layout by which a payout becomes the bill that an order pays: whole, and never a credit."""
    file = FileLayout(f"{form}.csv", (Column("Vendor", "{vendor}"),))
    return Layout(
        name=form,
        title=form,
        files=(file,),
        number="IN-{code}" if form == NACHA else "{order_id}",
        number_limit=15 if form == NACHA else 35,
        pays=True,
        detail="payout",
        due=Due(policy.terms_days),
    )


def make_orders(billing: Billing, given: Paying) -> Orders:
    """One order per bill. A bill that cannot be paid safely is held back with its reason."""
    orders: list[Order] = []
    held: list[LeftOut] = []
    prenotes: dict[str, Prenote] = {}
    prints: dict[str, str] = {}
    for bill in billing.bills:
        payer = given.policy.account_for(bill.amount.currency, bill.entity)
        payee = account_of(bill.vendor, bill.payout.partner_name)
        partner = bill.payout.partner_id
        fault = _fault(bill, payer, payee, given)
        if not fault:
            prints[partner] = prints.get(partner) or payee.fingerprint(partner)
            fault = _changed(bill, payee, prints[partner], given)
        if not fault and given.form == NACHA and given.policy.prenote:
            fault, first = _waits(bill, prints[partner], given)
            if first and payer:
                number = f"PN-{bill.number}"[:15]
                prenotes[partner] = Prenote(partner, payer, payee, _working_day(given.today, given), number)
        if fault or not payer:
            held.append(LeftOut(Why.HELD, bill.payout, bill.amount, *(fault or ("", ""))))
        else:
            orders.append(Order(bill, payer, payee, _day(bill, given), _text(bill)))
    numbers = {bill.number for bill in billing.bills} - {one.bill.number for one in orders}
    return Orders(billing.without(held, numbers), tuple(orders), tuple(prenotes.values()), prints)


def _fault(
    bill: Bill, payer: PayingAccount | None, payee: BankAccount, given: Paying
) -> tuple[str, str] | None:
    """Why a bill cannot be paid by this format, and what to do."""
    if payer is None:
        where = f"{bill.amount.currency}" + (f" and {bill.entity}" if bill.entity else "")
        return f"no account pays {where}", "Add it to [[bank.accounts]] in reconcile.toml."
    if given.form == NACHA and bill.amount.currency != "USD":
        return "NACHA pays US dollars only", "Pay it with --to pain.001, or by hand."
    own = (*number_faults(payer), *_payer_lacks(payer, given.form))
    if own:
        return f"the paying account of {payer.holder}: {own[0]}", _SETTINGS
    lacks = _lacks(bill.amount, payer, payee, given.form)
    faults = (*number_faults(payee), *_vendor_faults(bill.vendor), *lacks)
    return (f"{payee.holder}: {faults[0]}", _VENDORS) if faults else None


def _payer_lacks(payer: PayingAccount, form: str) -> Iterator[str]:
    if not bank_text(payer.holder, 70):
        yield "the name has no letter that a bank takes"
    if form == NACHA:
        needed = ("routing_number", "account_number", "company_id", "bank_name")
        yield from (f"NACHA needs {name}" for name in needed if not getattr(payer, name))
        if len(payer.company_id) != 10:
            yield "company_id must have ten characters"
    elif not payer.iban and not payer.account_number:
        yield "there is neither an IBAN nor an account number"


def _vendor_faults(vendor: Vendor) -> Iterator[str]:
    """Words of the vendors file that could be taken for something else than they say."""
    if vendor.account_type.casefold() not in ("", "checking", "savings"):
        yield f"the account type is {vendor.account_type!r}, and neither checking nor savings"
    if vendor.person.casefold() not in ("", "yes", "no"):
        yield f"the column person says {vendor.person!r}, and neither yes nor no"
    if vendor.country and not _COUNTRY.fullmatch(vendor.country):
        yield f"the country is {vendor.country!r}, and not two letters"


def _lacks(amount: Money, payer: PayingAccount, payee: BankAccount, form: str) -> Iterator[str]:
    if not bank_text(payee.holder, 70):
        yield "the name has no letter that a bank takes"
    if form == NACHA:
        yield from _lacks_for_nacha(amount, payee)
        return
    if not payee.iban and not payee.account_number:
        yield "there is neither an IBAN nor an account number"
    if len(payee.account_number) > 34:
        yield "the account number is longer than 34 characters"
    if amount.currency == "EUR" and payee.is_sepa and payer.iban:
        if amount.amount > _SEPA_MOST:
            yield "a SEPA transfer pays at most 999,999,999.99 EUR"
        return
    if not payee.bic and not payee.routing_number:
        yield "a transfer outside SEPA needs the BIC or the routing number of the bank"
    if not bank_text(payee.town, 35) or not payee.country:
        yield "a transfer outside SEPA needs the town and the country (two letters) of the payee"


def _lacks_for_nacha(amount: Money, payee: BankAccount) -> Iterator[str]:
    if not payee.routing_number or not payee.account_number:
        yield "there is no routing number or no account number"
    if len(payee.account_number) > 17:
        yield "the account number is longer than 17 characters"
    if amount.amount > _NACHA_MOST:
        yield "an entry pays at most 99,999,999.99 USD"


def _changed(bill: Bill, payee: BankAccount, fingerprint: str, given: Paying) -> tuple[str, str] | None:
    """Another account than the last payment's is how most payment fraud looks, so a person checks it."""
    payout = bill.payout
    last = next((one for one in reversed(given.paid) if one.partner_id == payout.partner_id), None)
    if last is None or last.fingerprint == fingerprint:
        return None
    if {payout.partner_id, payout.partner_name} & set(given.checked):
        return None
    reason = (
        f"the bank account ({payee.shown}) is another than in {last.file}, sent on {last.sent_at[:10]} by "
        f"{last.sent_by}"
    )
    return reason, (
        "Ask the partner by a way that you know from before, then pass "
        f"--account-checked {payout.partner_id}."
    )


def _waits(bill: Bill, fingerprint: str, given: Paying) -> tuple[tuple[str, str] | None, bool]:
    """Why a payment waits for its prenote, and whether the prenote is still to be sent."""
    partner = bill.payout.partner_id
    mine = [one for one in given.paid if (one.partner_id, one.fingerprint) == (partner, fingerprint)]
    if not mine:
        return ("the account gets a prenote first", "Pay it when the prenote has not come back."), True
    free = dt.date.fromisoformat(mine[0].sent_at[:10]) + dt.timedelta(days=given.policy.prenote_days)
    if all(one.kind == "prenote" for one in mine) and given.today < free:
        return (f"its prenote was sent on {mine[0].sent_at[:10]}", f"Pay it from {free} on."), False
    return None, False


def _day(bill: Bill, given: Paying) -> dt.date:
    if given.on:
        return given.on
    return _working_day(max(bill.due - dt.timedelta(days=1), given.today), given)


def _working_day(after: dt.date, given: Paying) -> dt.date:
    """The first day after it that is no Saturday or Sunday."""
    day = max(after, given.today) + dt.timedelta(days=1)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day


def _text(bill: Bill) -> str:
    """What the payee reads: the period, the payout, the purchase order."""
    period = period_texts(bill.payout, "%Y-%m-%d", bill.days)["period"]
    order = bill.payout.po_number or ""
    if order and not order.upper().startswith("PO"):
        order = f"PO {order}"
    return bank_text(f"Commission {period} {bill.payout.id} {order}", 140)
