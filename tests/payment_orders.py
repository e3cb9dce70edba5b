"""What the tests of payment files share: payers, payees, and orders made in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from builders import make_line, make_payout, make_snapshot

from reconcile.domain.bill import IssuedBill
from reconcile.domain.policy.bank import BankPolicy, PayingAccount
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Environment, Scope
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.manifest import Issue
from reconcile.erp.bills.vendors import Vendor
from reconcile.erp.orders.make_orders import Orders, Paying, bills_to_pay, make_orders
from reconcile.erp.orders.model import OrderFile
from reconcile.erp.orders.order_files import order_files

TODAY = date(2026, 4, 8)
AT = datetime(2026, 4, 8, 9, 30, tzinfo=UTC)
EURO = PayingAccount("Vendor & Söhne GmbH", "EUR", iban="DE89370400440532013000", bic="COBADEFFXXX")
DOLLAR = PayingAccount(
    "Vendor Inc.",
    "USD",
    routing_number="021000021",
    account_number="000111222333",
    company_id="1123456789",
    bank_name="First Bank",
)
POLICY = BankPolicy((EURO, DOLLAR))
GERMAN = Vendor("ptn_1", "Müller & Łoś GmbH", iban="DE75512108001245126199", bic="SOGEDEFF")
AMERICAN = Vendor("ptn_1", "Acme LLC", routing_number="122105155", account_number="0012345678")
OVERSEAS = Vendor(
    "ptn_1", "Ōsaka 会社", account_number="7654321", bic="BOTKJPJT", town="Ōsaka", country="JP", street="1_2"
)


def payout(payout_id: str = "pay_1", total: str = "1000 EUR", **given: object) -> Payout:
    """An approved payout."""
    return make_payout(payout_id, total, **given)


def orders(
    form: str,
    *payouts: Payout,
    vendor: Vendor = GERMAN,
    issued: Sequence[IssuedBill] = (),
    **given: object,
) -> Orders:
    """The orders for payouts of one partner, each with one line of its amount."""
    lines = [
        make_line(f"cln_{one.id}", f"{one.amount.amount} {one.amount.currency}", one.id) for one in payouts
    ]
    policy = given.pop("policy", POLICY)
    circumstances = Circumstances({"ptn_1": vendor}, issued, TODAY, pays=True)
    assert isinstance(policy, BankPolicy)
    bills = make_bills(make_snapshot(*payouts, *lines), bills_to_pay(form, policy), circumstances)
    return make_orders(bills, Paying(form, policy, TODAY, **given))  # type: ignore[arg-type]


def files(form: str, made: Orders, issued: Sequence[IssuedBill] = ()) -> tuple[OrderFile, ...]:
    """The files of orders, made by ana."""
    issue = Issue(Environment("https://api.example.test", "acme"), Scope(), form, AT, "ana")
    return order_files(made, issue, issued)
