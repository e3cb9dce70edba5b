"""The whole loop: bills out, a finance system pays them in its own way, payments in, and exactly that applied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli_session import CliSession

from reconcile.resources import sample

VENDORS = sample("2026-03/vendors.csv")


@dataclass(frozen=True)
class Bill:
    """A bill as the finance system knows it."""

    number: str
    payout: str
    vendor: str
    amount: Decimal


def _bills(cli: CliSession, system: str) -> list[Bill]:
    """Bills of the approved payouts in USD, from the manifest, by payout id."""
    folder = cli.folder / "bills"
    code, out, err = cli.run("bills", "--to", system, "--vendors", VENDORS, "-o", folder)
    assert code in (0, 1), out + err
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    bills = [
        Bill(one["number"], one["payout_id"], one["vendor"], Decimal(one["amount"]))
        for one in manifest["bills"]
    ]
    return sorted((bill for bill in bills if bill.amount > 0), key=lambda bill: bill.payout)


def _xero(rows: list[tuple[str, str, Decimal]]) -> str:
    """A report of payments: bill number, vendor, amount."""
    head = "Bill Payments\nVendor Inc.\n\nPayment Date,Contact,Invoice Number,Payment,Currency\n"
    body = "".join(f'20 Apr 2026,"{vendor}",{number},{amount},USD\n' for number, vendor, amount in rows)
    return head + body + f"Total,,,{sum(amount for _, _, amount in rows)},\n"


def _netsuite(rows: list[tuple[str, str, Decimal]]) -> str:
    """A saved search of bill payments, each with the bill that it was applied to."""
    head = "Internal ID,Date,Name,Amount,Currency,Status,Applied To Transaction,Applied To Link Amount\n"
    return head + "".join(
        f'{line},2026-04-20,"{vendor}",{amount},USD,Approved,Bill #{number},{amount}\n'
        for line, (number, vendor, amount) in enumerate(rows, start=1)
    )


def _quickbooks(rows: list[tuple[str, str, Decimal]]) -> str:
    """A list of bill payments."""
    head = "Date,Transaction type,Bill no.,Vendor,Amount,Currency,Txn ID\n"
    return head + "".join(
        f'04/20/2026,Bill Payment (Check),{number},"{vendor}",{amount},USD,{line}\n'
        for line, (number, vendor, amount) in enumerate(rows, start=1)
    )


SYSTEMS = {"xero": _xero, "netsuite": _netsuite, "quickbooks": _quickbooks}


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_a_finance_system_did_with_our_bills_becomes_exactly_that_plan(
    cli: CliSession, system: str
) -> None:
    plain, twice, one, two, short, back, unpaid, *_ = _bills(cli, system)
    exported = cli.folder / "payments.csv"
    rows = [
        (plain.number, plain.vendor, plain.amount),
        (twice.number, twice.vendor, twice.amount),
        (twice.number, twice.vendor, twice.amount),
        (f"{one.number} {two.number}", one.vendor, one.amount + two.amount),
        (short.number, short.vendor, short.amount - 10),
        (back.number, back.vendor, back.amount),
    ]
    exported.write_text(SYSTEMS[system](rows), encoding="utf-8")
    returned = cli.folder / "returns.csv"
    returned.write_text(
        f"Date,Payee,Amount,Currency,Reference,Status,Reason\n2026-04-22,x,{back.amount},USD,{back.number},returned,AC04\n",
        encoding="utf-8",
    )
    workbook = cli.folder / "paid.xlsx"
    code, out, err = cli.run("payments", exported, returned, "-o", workbook, "--json")
    assert code == 0, out + err
    said = json.loads(out)

    assert [row["why"].split(" is ")[-1][:12] for row in said["strays"]] == ["paid already"]
    assert [match["payouts"] for match in said["differing"]] == [[short.payout]]
    assert [total["amount"] for total in said["tie_out"] if total["part"] == "Residual"] == ["0", "0"]
    # It names the bills of two partners and was paid to one of them: a person must say whether it is for both.
    assert [match["payouts"] for match in said["suggestions"]] == [[one.payout, two.payout]]
    assert _stages(cli, workbook) == {plain.payout: "PAID", twice.payout: "PAID", back.payout: "FAILED"}
    code, out, err = cli.run("apply", workbook, "--yes")
    assert code == 0, out + err
    state = cli.state()
    assert {state[bill.payout]["stage"] for bill in (plain, twice)} == {"PAID"}
    assert state[back.payout]["stage"] == "FAILED"
    assert {state[bill.payout]["stage"] for bill in (one, two, short, unpaid)} == {"APPROVED"}


def _stages(cli: CliSession, workbook: Path) -> dict[str, str]:
    code, out, err = cli.run("diff", workbook, "--json")
    assert code == 0, out + err
    changes = json.loads(out)["changes"]
    return {one["target"]["id"]: one["after"] for one in changes if one["field"] == "stage"}
