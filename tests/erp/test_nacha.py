"""NACHA: records of 94 characters in blocks of ten, balanced, with hashes and totals that agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import achkit
import pytest
from builders import END
from hypothesis import given, settings
from hypothesis import strategies as st
from payment_orders import AMERICAN, AT, DOLLAR, EURO, POLICY, files, orders, payout

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.domain.money import Money
from reconcile.domain.policy.bank import BankPolicy
from reconcile.erp.bills.vendors import Vendor
from reconcile.erp.orders.bank_account import account_of
from reconcile.erp.orders.model import OrderFile
from reconcile.erp.orders.nacha import Batching, nacha
from reconcile.errors import ConfigurationError

PRENOTE = BankPolicy((DOLLAR,), prenote=True)


def _records(file: OrderFile) -> list[str]:
    text = file.content.decode("ascii")
    assert achkit.validate(text) == {"ok": True, "errors": []}
    records = text.split("\r\n")
    assert records.pop() == ""
    assert {len(record) for record in records} == {94}
    assert len(records) % 10 == 0
    return records


def _check(records: list[str]) -> tuple[int, int]:
    """Reads the file by the places of the NACHA rules, and compares what it says of itself.

    Answers the cents that go out and the cents that the own account gives.
    """
    entries = [record for record in records if record[0] == "6"]
    addenda = [record for record in records if record[0] == "7"]
    controls = [record for record in records if record[0] == "8"]
    control = next(record for record in records if record[0] == "9" and record[1:7] != "999999")
    credit = sum(int(one[29:39]) for one in entries if one[1:3] in ("22", "32"))
    debit = sum(int(one[29:39]) for one in entries if one[1:3] == "27")
    hashed = sum(int(one[3:11]) for one in entries) % 10**10
    assert control[1:7] == f"{len(controls):06}"
    assert control[7:13] == f"{len(records) // 10:06}"
    assert control[13:21] == f"{len(entries) + len(addenda):08}"
    assert control[21:31] == f"{hashed:010}"
    assert (int(control[31:43]), int(control[43:55])) == (debit, credit)
    assert sum(int(one[10:20]) for one in controls) % 10**10 == hashed
    assert [int(one[20:32]) for one in controls] == [int(one[32:44]) for one in controls]
    traces = [one[79:94] for one in entries]
    assert traces == sorted(set(traces))
    return credit, debit


def test_a_company_is_paid_by_ccd_with_its_payout_in_the_addenda() -> None:
    (file,) = files("nacha", orders("nacha", payout("pay_7", "1234.50 USD"), vendor=AMERICAN))
    records = _records(file)

    assert _check(records) == (123450, 123450)
    assert records[0][:23] == "101 0210000211123456789"
    assert (records[0][33], records[0][34:40]) == ("A", "094101")
    assert records[1][50:53] == "CCD"
    assert records[2][:39] == "622122105155" + "0012345678".ljust(17) + "0000123450"
    assert "pay-7" in records[3]
    assert file.bills[0].number in records[2]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.decimals("0.01", "99999.99", places=2), st.booleans(), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_any_file_is_balanced_and_counts_itself(owed: list[tuple[Decimal, bool, bool]]) -> None:
    payouts = [payout(f"pay_{number}", f"{amount} USD") for number, (amount, _, _) in enumerate(owed)]
    made = orders("nacha", *payouts, vendor=AMERICAN)
    rows = [
        replace(row, payee=replace(row.payee, person=person, savings=savings))
        for row, (_, person, savings) in zip(made.orders, owed, strict=True)
    ]
    made = replace(made, orders=tuple(rows))
    (file,) = files("nacha", made)
    records = _records(file)

    total = sum(row.bill.amount.amount for row in rows)

    assert _check(records) == (total * 100,) * 2
    assert {one[50:53] for one in records if one[0] == "5"} == {"PPD" if one[1] else "CCD" for one in owed}


def test_a_second_file_of_a_day_has_another_letter_and_name() -> None:
    made = orders("nacha", payout(total="1 USD"), vendor=AMERICAN)
    (first,) = files("nacha", made)
    before = IssuedBill(
        "1", "pay_0", "", "ptn_1", Money(Decimal(1), "USD"), "nacha", first.name, "", "2026-04-08", "ana"
    )
    (second,) = files("nacha", made, [before])

    assert [_records(one)[0][33] for one in (first, second)] == ["A", "B"]
    assert first.name != second.name


def _sent(on: str, kind: str) -> PaidAccount:
    print_ = account_of(AMERICAN, "Acme").fingerprint("ptn_1")
    return PaidAccount("ptn_1", print_, kind, "nacha-1.ach", f"{on}T09:00:00+00:00", "ana")


@pytest.mark.parametrize(
    ("paid", "orders_made", "prenotes", "said"),
    [
        ((), 0, 1, "the account gets a prenote first"),
        ((_sent("2026-04-06", "prenote"),), 0, 0, "its prenote was sent on 2026-04-06"),
        ((_sent("2026-04-01", "prenote"),), 1, 0, ""),
        ((_sent("2026-04-07", "payment"),), 1, 0, ""),
    ],
)
def test_a_new_account_is_tested_by_a_prenote_before_it_is_paid(
    paid: tuple[PaidAccount, ...], orders_made: int, prenotes: int, said: str
) -> None:
    made = orders("nacha", payout(total="10 USD"), vendor=AMERICAN, policy=PRENOTE, paid=paid)

    assert (len(made.orders), len(made.prenotes)) == (orders_made, prenotes)
    assert [left.reason for left in made.billing.left_out] == ([said] if said else [])


def test_the_independent_reader_notices_a_cent_that_is_missing() -> None:
    (file,) = files("nacha", orders("nacha", payout(total="10 USD"), vendor=AMERICAN))
    text = file.content.decode("ascii").replace("0000001000IN-", "0000000999IN-")

    assert not achkit.validate(text)["ok"]


def test_a_prenote_is_an_entry_of_zero_without_an_offset() -> None:
    (file,) = files("nacha", orders("nacha", payout(total="10 USD"), vendor=AMERICAN, policy=PRENOTE))
    entries = [one for one in _records(file) if one[0] == "6"]

    assert [(one[1:3], one[29:39]) for one in entries] == [("23", "0000000000")]
    assert file.bills == ()


@pytest.mark.parametrize(
    ("vendor", "total", "said"),
    [
        (AMERICAN, "10 EUR", "NACHA pays US dollars only"),
        (AMERICAN, "100000000 USD", "at most 99,999,999.99"),
        (replace(AMERICAN, account_number="1" * 18), "10 USD", "longer than 17"),
        (replace(AMERICAN, routing_number="122105156"), "10 USD", "routing number that ends in 5156"),
        (replace(AMERICAN, routing_number=""), "10 USD", "no routing number"),
    ],
)
def test_what_nacha_cannot_pay_is_held(vendor: Vendor, total: str, said: str) -> None:
    made = orders("nacha", payout(total=total), vendor=vendor, policy=POLICY)

    assert made.orders == ()
    assert said in made.billing.left_out[0].reason


@pytest.mark.parametrize("lacking", ["routing_number", "account_number", "company_id", "bank_name"])
def test_an_own_account_that_is_not_complete_pays_nothing(lacking: str) -> None:
    policy = BankPolicy((replace(DOLLAR, **{lacking: ""}), EURO))
    made = orders("nacha", payout(total="1 USD"), vendor=AMERICAN, policy=policy)

    assert made.orders == ()
    assert f"NACHA needs {lacking}" in made.billing.left_out[0].reason


def test_a_37th_file_of_a_day_is_refused() -> None:
    made = orders("nacha", payout(total="1 USD"), vendor=AMERICAN)

    with pytest.raises(ConfigurationError, match="at most 36 NACHA files"):
        nacha(made.orders, Batching(AT, 36))


def test_a_weekend_is_no_day_to_pay_on() -> None:
    owed = payout(total="1 USD", period_end=END.replace(month=4, day=16))
    made = orders("nacha", owed, vendor=AMERICAN)

    assert made.orders[0].execute_on == date(2026, 5, 18)  # due on Saturday 16
