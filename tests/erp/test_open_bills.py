"""What the finance system holds already is not billed once more: by our number, or by partner, amount, period."""

from __future__ import annotations

from datetime import date

import pytest
from builders import make_line, make_payout, make_snapshot

from reconcile.erp.bills.bill_numbers import code_of
from reconcile.erp.bills.layout import Column, FileLayout, Layout
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.model import Billing
from reconcile.erp.bills.open_bills import open_bills_from, without_open
from reconcile.erp.bills.vendors import Vendor
from reconcile.errors import ConfigurationError

LAYOUT = Layout("test", "Test", (FileLayout("b-{number}.csv", (Column("Vendor", "{vendor}"),)),))
PAYOUT = "pay_xuv159epk31hnw8ggu1zgwsg"
HEADER = ["Contact", "Invoice Number", "Invoice Date", "Total", "Currency"]


def _billing(total: str = "1234.50 USD") -> Billing:
    """One payout of January to March, as a bill that is due on 30 April."""
    snapshot = make_snapshot(make_payout(PAYOUT, total), make_line("cln_1", total, PAYOUT))
    vendors = {"ptn_1": Vendor("ptn_1", "Acme Ltd.", "V1")}
    return make_bills(snapshot, LAYOUT, Circumstances(vendors, (), date(2026, 4, 8)))


def _held(*rows: list[str], header: list[str] = HEADER, anyway: tuple[str, ...] = ()) -> str:
    """Why the payout is held, or nothing."""
    found = without_open(_billing(), open_bills_from([header, *rows], "open.csv"), anyway)
    assert len(found.bills) + len(found.left_out) == 1
    return found.left_out[0].reason if found.left_out else ""


@pytest.mark.parametrize(
    "number", [PAYOUT, PAYOUT.upper().replace("_", "-"), f"Bill #{PAYOUT}", f"IN-{code_of(PAYOUT)}"]
)
def test_a_bill_under_our_number_is_held_whatever_else_it_says(number: str) -> None:
    assert _held(["Somebody", number, "1 Jan 2020", "1.00", "EUR"]) == (
        f"the finance system has it as {number} (open.csv, row 2)"
    )


@pytest.mark.parametrize("vendor", ["Acme Ltd.", "ACME LTD", "V1", "Acme"])
@pytest.mark.parametrize("day", ["31 Mar 2026", "2026-04-02", "31/03/2026", "03/31/2026", "46112", ""])
@pytest.mark.parametrize("total", ["1234.50", "1,234.50", "1.234,50", "-1234.5", "1 234,50 USD"])
def test_the_same_partner_amount_and_period_is_held(vendor: str, day: str, total: str) -> None:
    assert "the same partner, amount and period as 77" in _held([vendor, "77", day, total, "USD"])


@pytest.mark.parametrize(
    "row",
    [
        ["Bolt", "77", "31 Mar 2026", "1234.50", "USD"],
        ["Acme Ltd.", "77", "31 Mar 2026", "1234.51", "USD"],
        ["Acme Ltd.", "77", "31 Mar 2026", "1234.50", "EUR"],
        ["Acme Ltd.", "77", "31 Dec 2025", "1234.50", "USD"],
        ["Acme Ltd.", "77", "1 May 2026", "1234.50", "USD"],
        ["", "Total", "", "1234.50", ""],
    ],
)
def test_another_bill_holds_nothing(row: list[str]) -> None:
    assert _held(row) == ""


def test_a_person_can_bill_it_all_the_same() -> None:
    row = ["Acme Ltd.", "77", "31 Mar 2026", "1234.50", "USD"]

    assert _held(row)
    assert _held(row, anyway=(PAYOUT,)) == ""


@pytest.mark.parametrize(
    "header",
    [
        ["Name", "Document Number", "Date", "Amount (Foreign Currency)", "Currency"],
        ["Supplier", "Bill no.", "Bill date", "Open balance", "Currency code"],
        ["VENDOR_ID", "BILL_NO", "CREATED_DATE", "TOTAL_DUE", "CURRENCY"],
        ["Vendor Name*", "Invoice #*", "Invoice Date", "Amount Due", "Currency"],
        ["Buy-from Vendor No.", "Vendor Invoice No.", "Posting Date", "Remaining Amount", "Currency Code"],
    ],
)
def test_the_headers_of_each_system_are_known(header: list[str]) -> None:
    assert _held(["V1", "77", "2026-03-31", "1234.50", "USD"], header=header)


def test_rows_above_the_header_are_left_alone() -> None:
    table = [["Bills awaiting payment"], ["Vendor Inc."], HEADER, ["", PAYOUT, "", "1", ""]]

    assert [one.number for one in open_bills_from(table, "open.csv")] == [PAYOUT]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([["a", "b"], ["1", "2"]], "open.csv is no list of open bills"),
        ([HEADER, ["Acme", "77", "", "lots", ""]], "'lots' is no amount"),
    ],
)
def test_what_is_no_list_of_open_bills_is_refused(table: list[list[str]], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        open_bills_from(table, "open.csv")
