"""Balances in other currencies stand at the rate of the end, month by month, in both methods.

The ledger in the currency of the books is kept apart, from the standards: see `functional_books`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from double_entry import BANK, EXPENSE, LIABILITY, PAYABLE, PREPAID, RECEIVABLE, Company, Method, end_of
from functional_books import BOOKS, GAIN, ZERO, FunctionalBooks, at, rates_of

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen
from reconcile.domain.money import Money
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.remeasurement import RemeasurementPolicy

POLICY = ClosePolicy(remeasurement=RemeasurementPolicy(BOOKS, GAIN))
PARTNERS = {"ptn_1": "USD", "ptn_3": "EUR", "ptn_4": "EUR", "ptn_5": "EUR"}
ACCOUNTS = (LIABILITY, PAYABLE, RECEIVABLE, PREPAID)


def _company(seed: int, method: Method) -> Company:
    return Company(Random(seed), method, partners=PARTNERS, policy=POLICY)


def _frozen(company: Company, month: int) -> Frozen:
    return replace(company.frozen(month), rates=rates_of(end_of(month).date()))


def _recoin(company: Company) -> None:
    """A line of the pool is paid in another currency from now on; none of these comes on a payout."""
    pool = sorted(one.id for one in company.lines.values() if one.payout_id is None)
    if pool:
        line = company.lines[company.random.choice(pool)]
        other = "EUR" if line.amount.currency == "USD" else "USD"
        company.lines[line.id] = replace(line, amount=Money(line.amount.amount, other))
    for line in list(company.lines.values()):
        if line.amount.currency != PARTNERS[line.partner_id]:
            company.lines[line.id] = replace(line, payout_id=None)


def _check(company: Company, books: FunctionalBooks, close: Close) -> None:
    end = close.frozen.period.end
    for account in ACCOUNTS:
        foreign = company.books.balance(end, account, "EUR")
        assert books.balance(end, account, "EUR") == at(foreign, "EUR", end), (account, foreign)
    found = close.further.remeasurement
    assert found
    for one in found.balances:
        assert one.opening + one.moved == one.closing


def _months(company: Company, books: FunctionalBooks, months: range) -> list[Close]:
    """Lives through months, and checks the ledger at the end of each."""
    closes: list[Close] = []
    before: Frozen | None = None
    expense, seen = ZERO, dict[tuple[str, str], Decimal]()
    for month in months:
        company.earn(month)
        company.live_through(month)
        company.change()
        _recoin(company)
        frozen = _frozen(company, month)
        close = make_close(frozen, before)
        books.events()
        company.books.journal(close.journal)
        books.journal(close.journal)
        books.taken = len(company.books.postings)
        books.remeasure(close.further.gain_journal)
        _check(company, books, close)
        end = frozen.period.end
        now = {
            (one.id, one.amount.currency): one.amount.amount
            for one in company.lines.values()
            if one.status != "VOIDED"
        }
        # Everything is earned on the last day of a month, and changed by the next one.
        for key in seen.keys() | now.keys():
            expense += at(now.get(key, ZERO) - seen.get(key, ZERO), key[1], end)
        assert books.balance(end, EXPENSE) == expense
        seen, before = now, frozen
        closes.append(close)
    return closes


@pytest.mark.parametrize("method", ["reversing", "clearing"])
@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_bills_payments_edits_and_rates_ties_in_every_account(seed: int, method: Method) -> None:
    company = _company(seed, method)
    books = FunctionalBooks(company)
    closes = _months(company, books, range(1, 13))
    found = [one.further.remeasurement for one in closes]

    assert books.balance(closes[-1].frozen.period.end, GAIN) != 0
    assert any(balance.realised for one in found if one for balance in one.balances)
    assert {kind for one in found if one for kind in (each.kind for each in one.balances)} == {
        "accruals",
        "payables",
    }


@pytest.mark.parametrize("method", ["reversing", "clearing"])
def test_when_all_is_paid_nothing_is_left_and_what_was_paid_is_expense_and_loss(method: Method) -> None:
    company = _company(5, method)
    books = FunctionalBooks(company)
    _months(company, books, range(1, 4))
    company.lines = {key: one for key, one in company.lines.items() if one.payout_id}
    owed = [one for one in company.payouts if company.total(one)]
    for payout_id in owed:
        company.bill(payout_id, date(2026, 4, 7))
        rest = company.total(payout_id) - sum((one.amount.amount for one in company.paid[payout_id]), ZERO)
        if rest:
            company.pay(payout_id, date(2026, 4, 21), rest)
