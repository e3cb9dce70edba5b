"""Everything that is booked ties to the sub-ledger, month by month, in both methods.

The books here are kept apart: accounts are debited and credited from the events of a made-up company and from
the journals that a close writes, and share no code with it. What a month's end must show is then compared.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from builders import make_line, make_payout
from double_entry import (
    BANK,
    EXPENSE,
    LIABILITY,
    MONTHS,
    PAYABLE,
    PREPAID,
    RECEIVABLE,
    Company,
    Method,
    check_accounts,
    end_of,
    exported,
)

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen
from reconcile.close.late import late_entries, true_up
from reconcile.close.rollforward import Entry, Movement


def _faults(close: Close) -> list[object]:
    """What does not tie. Before the journal of the close is booked, that alone is missing."""
    assert any(one.to_book for one in close.ties)
    return [one for one in close.ties if one.rest]


@pytest.mark.parametrize("method", ["reversing", "clearing"])
@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_bills_payments_edits_and_late_entries_ties_in_every_account(
    seed: int, method: Method
) -> None:
    company = Company(Random(seed), method)
    before: Frozen | None = None
    trued_up: tuple[Entry, ...] = ()
    for month in MONTHS:
        company.earn(month)
        company.live_through(month)
        company.change()
        frozen = company.frozen(month, trued_up)
        close = make_close(frozen, before)
        assert _faults(make_close(replace(frozen, gl=exported(company, month)), before)) == []
        company.books.journal(close.journal)
        check_accounts(company, close)
        booked = replace(frozen, gl=exported(company, month), gl_booked=True)
        assert [one for one in make_close(booked, before).ties if one.rest] == []
        # What moves before the next close is booked late, once; the next close knows of it.
        company.change()
        first = late_entries(frozen, company.frozen(month).facts)
        company.books.journal(true_up(first.booked, frozen, 1))
        company.change()
        second = late_entries(frozen, company.frozen(month).facts, first.booked)
        company.books.journal(true_up(second.booked, frozen, 2))
        for currency in ("USD", "EUR"):
            end = frozen.period.end
            assert company.books.balance(end, EXPENSE, currency) == company.earned(currency, end)
        trued_up, before = (*first.booked, *second.booked), frozen

    for account in (EXPENSE, LIABILITY, PAYABLE, BANK):
        assert any(account == name for _, name, _, _, _ in company.books.postings), account


@pytest.mark.parametrize("method", ["reversing", "clearing"])
def test_when_all_is_billed_and_paid_every_account_of_the_balance_sheet_is_zero(method: Method) -> None:
    company = Company(Random(1), method)
    company.earn(1)
    first = company.frozen(1)
    company.books.journal(make_close(first, None).journal)
    for payout_id in company.payouts:
        company.bill(payout_id, date(2026, 2, 1))
        company.pay(payout_id, date(2026, 2, 10), company.total(payout_id))
    company.lines = {key: one for key, one in company.lines.items() if one.payout_id}
    close = make_close(company.frozen(2), first)
    company.books.journal(close.journal)
    check_accounts(company, close)
    day = date(2026, 2, 28)

    assert all(not roll.sums[Movement.CLOSING] for roll in close.rolls)
    for currency in ("USD", "EUR"):
        for account in (LIABILITY, PAYABLE, RECEIVABLE, PREPAID):
            assert company.books.balance(day, account, currency) == 0
    assert company.books.balance(day + timedelta(days=1), BANK, "USD") == -company.earned("USD", day)


@pytest.mark.parametrize(("dated", "expense"), [(31, 1000), (None, 1000)])
def test_what_is_billed_by_the_end_is_not_accrued_again(dated: int | None, expense: int) -> None:
    company = Company(Random(0), "reversing")
    company.payouts["pay_1"] = make_payout("pay_1", period_end=end_of(3))
    company.lines["cln_1"] = make_line(total="1000 USD", period_end=end_of(3))
    if dated:
        company.bill("pay_1", date(2026, 3, dated))
    close = make_close(company.frozen(3), None)
    company.books.journal(close.journal)

    assert company.books.balance(date(2026, 3, 31), EXPENSE, "USD") == expense
    assert bool(close.journal) is (dated is None)
