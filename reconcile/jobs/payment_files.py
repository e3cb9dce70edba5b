"""Makes the files by which a bank pays: the part of `bills` that is for payment files alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.erp.bills.manifest import Issue, Sealed, seal
from reconcile.erp.bills.model import Billing
from reconcile.erp.orders.make_orders import Paying, make_orders
from reconcile.erp.orders.order_files import order_files, paid_accounts
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.store.store import Store


def check_options(
    pay_on: str | None, checked: Collection[str], header: Path | None, form: str | None, today: dt.date
) -> None:
    """Raises ConfigurationError for a day that is none or past, and for an option of another kind of file."""
    if form and header:
        raise ConfigurationError(f"--header compares the columns of a layout, and {form} has none.")
    if form is None and (pay_on or checked):
        option = "--pay-on" if pay_on else "--account-checked"
        raise ConfigurationError(f"{option} is for payment files: --to pain.001 or --to nacha.")
    if pay_on and _day(pay_on) < today:
        raise ConfigurationError(f"--pay-on {pay_on} is past. Name today or a later day.")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--pay-on {text!r} is no date. Write it as 2026-04-30.") from error


def paying_of(
    session: Session, store: Store, form: str, pay_on: str | None, checked: Collection[str]
) -> Paying:
    """What the orders depend on. pay_on: the day on which all is paid; None for the due dates.

    checked: the partners whose new bank account a person has checked.
    """
    return Paying(
        form,
        session.settings.bank,
        session.days.of(session.clock()),
        store.paid_accounts(session.environment),
        frozenset(checked),
        _day(pay_on) if pay_on else None,
    )


def payment_files(
    billing: Billing, paying: Paying, issue: Issue, issued: Sequence[IssuedBill]
) -> tuple[Billing, tuple[Sealed, ...], tuple[PaidAccount, ...]]:
    """The files, the billing that they pay, and the accounts that the state store is to remember."""
    orders = make_orders(billing, paying)
    sealed = seal(order_files(orders, issue, issued), lambda file: file.content)
    return orders.billing, sealed, paid_accounts(sealed, orders, issue)
