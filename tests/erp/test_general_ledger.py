"""Exports of the general ledger, as Xero, QuickBooks and NetSuite write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reconcile.domain.books.account_names import account_of
from reconcile.domain.books.general_ledger import GeneralLedger
from reconcile.erp.general_ledger.read_ledger import LedgerHints, day_of_title, read_ledger
from reconcile.erp.payments.model import Source
from reconcile.errors import ConfigurationError, PaymentFileError

HINTS = LedgerHints({"2100": True, "6200": False, "Accrued Commissions": True}, currency="USD")

XERO_BALANCE = """Trial Balance
Acme Inc
As at 31 March 2026

Account Code,Account,Account Type,Debit - Year to date,Credit - Year to date
1000,Bank,Asset,"12,000.00",
2100,Accrued commissions,Liability,,"1,250.50"
6200,Commissions,Expense,900.00,
,Total,,"12,900.00","12,900.00"
"""
XERO_TRANSACTIONS = """Account Transactions
Acme Inc
For the period 1 March 2026 to 31 March 2026
Date,Source,Description,Reference,Currency,Debit (USD),Credit (USD),Running Balance (USD),Account Code,Account
Accrued commissions,,,,,,,,,
Opening Balance,,,,,,"1,000.00",,2100,Accrued commissions
01 Mar 2026,Manual Journal,ACC-2026-02-USD-R,,USD,"1,000.00",,,2100,Accrued commissions
31 Mar 2026,Manual Journal,ACC-2026-03-USD,,USD,,"1,250.50",,2100,Accrued commissions
Total Accrued commissions,,,,,"1,000.00","1,250.50",,,
Bank,,,,,,,,,
05 Mar 2026,Spend Money,Rent,,USD,,77.00,,1000,Bank
"""
XERO_SOURCE = """Date,Source,Description,Currency,Debit (Source),Credit (Source),Debit (USD),Credit (USD),Account Code
31 Mar 2026,Manual Journal,ACC-2026-03-EUR,EUR,,100.00,,108.00,2100
"""
QUICKBOOKS_LEDGER = """General Ledger
Acme Inc
"March 1-31, 2026"

,Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance
2100 Accrued commissions,,,,,,,,
Beginning Balance,,,,,,,,"1,000.00"
,03/01/2026,Journal Entry,ACC-2026-02-USD-R,,Reversal,-Split-,"-1,000.00",0.00
,03/31/2026,Journal Entry,ACC-2026-03-USD,,Accrued,-Split-,"1,250.50","1,250.50"
Total for 2100 Accrued commissions,,,,,,,250.50,
1000 Bank,,,,,,,,
,03/05/2026,Expense,17,Landlord,Rent,Rent,-77.00,-77.00
"""
QUICKBOOKS_BALANCE = """Trial Balance,,
Acme Inc,,
"As of March 31, 2026",,
,Debit,Credit
1000 Bank,"12,000.00",
Liabilities:Accrued Commissions,,"1,250.50"
TOTAL,"12,000.00","12,000.00"
"""
NETSUITE_TRANSACTIONS = """Account;Date;Type;Document Number;Name;Memo;Currency;Debit (Foreign Currency);Credit (Foreign Currency)
2100 - Accrued commissions;31.03.2026;Journal;JE118;;Commissions accrued 2026-03;EUR;;1.250,50
6200 Commissions : Partners;31.03.2026;Journal;JE118;;Commissions accrued 2026-03;EUR;1.250,50;
1000 Bank;30.03.2026;Check;8;;;EUR;;3,00
"""


def _read(text: str, hints: LedgerHints = HINTS) -> GeneralLedger:
    return read_ledger(Source("gl.csv", text.encode()), hints)


def test_a_trial_balance_of_xero_gives_the_balances_of_our_accounts() -> None:
    found = _read(XERO_BALANCE)

    assert (found.kind, found.as_of) == ("trial balance", date(2026, 3, 31))
    assert {one.account: one.amount for one in found.closings} == {"2100": Decimal("-1250.50"), "6200": 900}


def test_transactions_of_xero_give_opening_and_postings_of_our_accounts_only() -> None:
    found = _read(XERO_TRANSACTIONS)

    assert found.kind == "transactions"
    assert [(one.account, one.amount) for one in found.openings] == [("2100", -1000)]
    assert [(one.day, one.amount, one.text) for one in found.postings] == [
        (date(2026, 3, 1), 1000, "Manual Journal ACC-2026-02-USD-R"),
        (date(2026, 3, 31), Decimal("-1250.50"), "Manual Journal ACC-2026-03-USD"),
    ]
    assert found.postings[0].place == "gl.csv, line 7"


def test_amounts_of_the_transaction_come_before_those_of_the_organisation() -> None:
    assert [(one.currency, one.amount) for one in _read(XERO_SOURCE).postings] == [("EUR", -100)]


def test_quickbooks_groups_by_account_and_shows_liabilities_above_zero() -> None:
    found = _read(QUICKBOOKS_LEDGER)

    assert [(one.account, one.amount) for one in found.openings] == [("2100", -1000)]
    assert [one.amount for one in found.postings] == [1000, Decimal("-1250.50")]


def test_an_account_of_quickbooks_is_known_by_its_name() -> None:
    found = _read(QUICKBOOKS_BALANCE, LedgerHints({"Liabilities:Accrued Commissions": True}, currency="USD"))

    assert [one.amount for one in found.closings] == [Decimal("-1250.50")]
    assert found.as_of == date(2026, 3, 31)


def test_netsuite_with_semicolons_and_a_decimal_comma_is_read() -> None:
    found = _read(NETSUITE_TRANSACTIONS)

    assert [(one.account, one.currency, one.amount) for one in found.postings] == [
        ("2100", "EUR", Decimal("-1250.50")),
        ("6200", "EUR", Decimal("1250.50")),
    ]


def test_an_amount_without_a_side_can_be_set_to_mean_a_debit() -> None:
    found = _read(QUICKBOOKS_LEDGER, LedgerHints({"2100": True}, currency="USD", natural=False))

    assert [one.amount for one in found.postings] == [-1000, Decimal("1250.50")]


def test_an_account_of_one_currency_needs_no_column_for_it() -> None:
    found = _read(XERO_BALANCE, LedgerHints({"2100": True}, {"2100": "GBP"}))

    assert [one.currency for one in found.closings] == ["GBP"]


def test_an_unknown_currency_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"line 7.*\[close.gl\]"):
        _read(XERO_BALANCE, LedgerHints({"2100": True}))


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "Name,Amount paid\nAcme,3\n", XERO_BALANCE.replace("Debit", "D")]
)
def test_what_is_no_general_ledger_is_refused(text: str) -> None:
    with pytest.raises(PaymentFileError, match="is no export of a general ledger"):
        _read(text)


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("2100", "2100"),
        ("2100 Accrued commissions", "2100"),
        ("2100 - Accrued", "2100"),
        ("2100 \u00b7 Accrued", "2100"),
        ("Accrued commissions (2100)", "2100"),
        ("Liabilities:2100 Accrued", "2100"),
        ("accrued  commissions", "Accrued Commissions"),
        ("21001 Other", ""),
        ("Accrual of 2100", ""),
        ("Accrued Commissions Other", ""),
        ("", ""),
    ],
)
def test_an_account_is_known_by_its_number_or_its_whole_name(text: str, account: str) -> None:
    assert account_of([text], ["2100", "Accrued Commissions", ""]) == account


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("Trial Balance As at 31 March 2026", date(2026, 3, 31)),
        ("As of March 31, 2026", date(2026, 3, 31)),
        ("Acme Inc. End of Feb 2026", date(2026, 2, 28)),
        ("as of 2026-03-30", date(2026, 3, 30)),
        ("Printed 4 April 2026", None),
        ("As of 31 Foo 2026", None),
    ],
)
def test_the_day_of_a_trial_balance_is_read_from_its_title(title: str, day: date | None) -> None:
    assert day_of_title(title) == day
