"""Journals and bills are booked under the entities, classes, departments and locations of the settings."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from builders import make_line, make_payout, make_snapshot
from closing import APRIL, close_of, frozen_of

from reconcile.close.close import Close, make_close
from reconcile.domain.books.general_ledger import GeneralLedger, Posting
from reconcile.domain.policy.close import AccountRule, ClosePolicy
from reconcile.domain.policy.dimensions import Dimension, DimensionRule, unknown_names, without_value
from reconcile.domain.records import CommissionLine
from reconcile.erp.bills.import_files import as_csv, lay_out
from reconcile.erp.bills.layout import load_layout, with_dimensions
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.vendors import Vendor
from reconcile.jobs.closes.close_files import journal_of
from reconcile.jobs.closes.journal_notes import dimension_notes
from reconcile.resources import template

RULES: dict[Dimension, DimensionRule] = {
    "entity": DimensionRule("Acme Inc", by_currency={"EUR": "Acme GmbH"}, by_partner={"ptn_2": "Acme Ltd"}),
    "class": DimensionRule(by_plan={"Referral": "Partners", "Renewals": "Success"}),
    "department": DimensionRule("Sales", by_partner={"ptn_2": "Alliances"}, by_plan={"Renewals": "Success"}),
    "location": DimensionRule(by_currency={"USD": "New York", "EUR": "Berlin"}),
}
LINES = (
    make_line("cln_1", "100 USD", None, plan_name="Referral"),
    make_line("cln_2", "40.50 USD", None, plan_name="Renewals"),
    make_line("cln_3", "-10 USD", None, plan_name="Renewals"),
    make_line("cln_4", "70 USD", None, plan_name="Renewals", partner_id="ptn_2"),
    make_line("cln_5", "900 EUR", None, plan_name="Referral"),
    make_line("cln_6", "5 USD", None, plan_name="Bonus"),
)


def _close(method: str = "reversing", **dimensions: DimensionRule) -> Close:
    expense = AccountRule("6200", by_plan={"Renewals": "6210"})
    policy = ClosePolicy(method=method, expense=expense, dimensions=dimensions or RULES)  # type: ignore[arg-type]
    return close_of(None, *LINES, policy=policy)


def _rows(close: Close, layout: str) -> list[dict[str, str]]:
    files = journal_of(close.journal, layout, None)
    texts = (content.decode("utf-8-sig") for _, content in sorted(files.items()))
    return [row for text in texts for row in csv.DictReader(io.StringIO(text))]


def _by_hand(line: CommissionLine) -> tuple[str, str, str, str]:
    """Entity, class, department and location of a line, told from the settings above."""
    partner, plan, currency = line.partner_id, line.plan_name, line.amount.currency
    entity = "Acme Ltd" if partner == "ptn_2" else "Acme GmbH" if currency == "EUR" else "Acme Inc"
    class_ = {"Referral": "Partners", "Renewals": "Success"}.get(plan or "", "")
    department = "Alliances" if partner == "ptn_2" else "Success" if plan == "Renewals" else "Sales"
    return entity, class_, department, {"USD": "New York", "EUR": "Berlin"}[currency]


@pytest.mark.parametrize("method", ["reversing", "clearing"])
def test_every_amount_stands_under_the_dimensions_of_its_lines(method: str) -> None:
    expected: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in LINES:
        account = "6210" if line.plan_name == "Renewals" else "6200"
        expected[account, *_by_hand(line)] += line.amount.amount
        expected["2100", *_by_hand(line)] -= line.amount.amount
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in _rows(_close(method), "csv"):
        key = (row["Account"], row["Entity"], row["Class"], row["Department"], row["Location"])
        if not row["Journal"].split("/")[0].endswith("-R"):
            found[key] += Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0)

    assert found == expected


@pytest.mark.parametrize("layout", ["csv", "quickbooks", "netsuite-2", "xero-2"])
def test_a_journal_has_one_entity_and_balances(layout: str) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    entities: dict[str, set[str]] = defaultdict(set)
    rows = _rows(_close(), layout)
    for row in rows:
        journal = row.get("Journal") or row.get("Journal No.") or row.get("External ID") or row["*Narration"]
        debit, credit = row.get("Debit", row.get("Debits")), row.get("Credit", row.get("Credits"))
        sums[journal] += (
            Decimal(row["*Amount"]) if "*Amount" in row else Decimal(debit or 0) - Decimal(credit or 0)
        )
        entities[journal].add(row.get("Entity") or row.get("Subsidiary") or "")
    names = [
        row.get("Journal") or row.get("Journal No.") or row.get("External ID") or row["*Narration"]
        for row in rows
    ]

    assert set(sums.values()) == {Decimal(0)}
    assert all(len(some) == 1 for some in entities.values())
    assert {"ACC-2026-03-USD/1", "ACC-2026-03-USD/2", "ACC-2026-03-EUR"} <= sums.keys()
    # The rows of a journal stand together: a file is never cut within one.
    assert len(sums) == 1 + sum(one != other for one, other in pairwise(names))


def test_each_system_gets_them_in_its_own_columns() -> None:
    close = _close()
    (netsuite,) = [one for one in _rows(close, "netsuite-2") if one["Currency"] == "EUR" and one["Debit"]]
    (quickbooks,) = [
        one
        for one in _rows(close, "quickbooks")
        if one["Debits"] == "900.00" and "-R" not in one["Journal No."]
    ]
    (xero,) = [
        one for one in _rows(close, "xero-2") if one["*Amount"] == "900.00" and "-R" not in one["*Narration"]
    ]

    assert [netsuite[one] for one in ("Subsidiary", "Class", "Department", "Location")] == [
        "Acme GmbH",
        "Partners",
        "Sales",
        "Berlin",
    ]
    assert (quickbooks["Class"], quickbooks["Location"]) == ("Partners", "Berlin")
    assert [xero[f"Tracking{one}"] for one in ("Name1", "Option1", "Name2", "Option2")] == [
        "Department",
        "Sales",
        "Location",
        "Berlin",
    ]


def test_the_reversal_takes_back_every_share() -> None:
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in _rows(_close(), "csv"):
        key = tuple(row[one] for one in ("Account", "Currency", "Entity", "Class", "Department", "Location"))
        found[key] += Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0)

    assert set(found.values()) == {Decimal(0)}


def test_the_numbers_of_the_pack_do_not_depend_on_dimensions() -> None:
    plain = make_close(replace(_close().frozen, policy=replace(_close().frozen.policy, dimensions={})), None)

    assert [(one.account, one.amount, one.lines) for one in plain.journal] == [
        (one.account, one.amount, one.lines) for one in _close().journal
    ]
    assert all(one.shares == () for one in plain.journal)


@pytest.mark.parametrize("layout", ["csv", "quickbooks", "netsuite-2", "xero-2"])
def test_without_dimensions_no_column_is_added(layout: str) -> None:
    plain = close_of(None, *LINES, policy=ClosePolicy())
    header = journal_of(plain.journal, layout, None)
    texts = "".join(content.decode("utf-8-sig").splitlines()[0] for content in header.values())

    assert "Department" not in texts
    assert "Class" not in texts


@pytest.mark.parametrize("system", ["netsuite", "quickbooks", "xero", "bill", "intacct", "netsuite-flat"])
def test_bills_hold_them_in_every_layout_that_has_columns_for_them(system: str) -> None:
    layout = with_dimensions(load_layout(system, template(f"erp/bills-{system}.toml", None)), RULES)
    snapshot = make_snapshot(
        make_payout(total="140.50 USD"),
        make_line("cln_1", "100 USD", plan_name="Referral"),
        make_line("cln_2", "40.50 USD", plan_name="Renewals"),
    )
    given = Circumstances({"ptn_1": Vendor("ptn_1", "Acme", "V1")}, (), date(2026, 4, 8), dimensions=RULES)
    _, files = lay_out(make_bills(snapshot, layout, given), layout)
    texts = "".join(as_csv(file).decode("utf-8-sig") for file in files)

    assert "New York" in texts or system == "intacct"
    assert "Success" in texts
    assert ("Acme Inc" in texts) is (system in ("netsuite", "netsuite-flat", "intacct"))


@pytest.mark.parametrize(
    ("system", "vendor", "held"),
    [
        ("netsuite", Vendor("ptn_1", "Acme", "V1"), True),
        ("netsuite", Vendor("ptn_1", "Acme", "V1", entity="Acme Inc"), False),
        ("xero", Vendor("ptn_1", "Acme", "V1"), False),
    ],
    ids=["several", "the vendor mapping names one", "the layout tells none"],
)
def test_a_bill_whose_lines_are_of_several_entities_is_held(
    system: str, vendor: Vendor, *, held: bool
) -> None:
    rules: dict[Dimension, DimensionRule] = {
        "entity": DimensionRule(by_plan={"Referral": "Acme Inc", "Renewals": "Acme Ltd"})
    }
    layout = with_dimensions(load_layout(system, template(f"erp/bills-{system}.toml", None)), rules)
    snapshot = make_snapshot(
        make_payout(total="140.50 USD"),
        make_line("cln_1", "100 USD", plan_name="Referral"),
        make_line("cln_2", "40.50 USD", plan_name="Renewals"),
    )
    given = Circumstances({"ptn_1": vendor}, (), date(2026, 4, 8), dimensions=rules)
    billing = make_bills(snapshot, layout, given)

    said = "its lines are of several entities (Acme Inc, Acme Ltd), and a bill is of one"
    assert [one.reason for one in billing.left_out] == ([said] if held else [])
    assert len(billing.bills) == (0 if held else 1)


def test_the_settings_are_told_of_partners_and_plans_that_are_not_there() -> None:
    rules: dict[Dimension, DimensionRule] = {
        "class": DimensionRule(by_plan={"Referal": "Partners"}, by_partner={"ptn_9": "Partners"})
    }

    assert list(unknown_names(rules, ["ptn_1"], ["Referral", "Bonus"])) == [
        "close.dimensions.class names the partner 'ptn_9', which is not in Introw.",
        "close.dimensions.class names the plan 'Referal', which no line has. Did you mean Referral?",
    ]


def test_the_settings_are_told_of_lines_without_a_value() -> None:
    (sentence,) = without_value(
        RULES, [(one.partner_id, one.plan_name or "", one.amount.currency) for one in LINES]
    )

    assert sentence == (
        "1 line without class (plans: Bonus). Name it in close.dimensions.class, or set its default."
    )


def test_a_dimension_that_a_layout_cannot_hold_is_told() -> None:
    frozen = replace(_close().frozen, journals=("csv", "quickbooks", "netsuite-2", "xero-2"))
    told = [one for one in dimension_notes(frozen, None) if "has no column" in one]

    assert told == [
        f"The journal layout {name} has no column for {one}, so its files do not hold it."
        for name, one in [
            ("quickbooks", "entity"),
            ("quickbooks", "department"),
            ("xero-2", "entity"),
            ("xero-2", "class"),
        ]
    ]
    assert list(dimension_notes(frozen_of(period=APRIL), None)) == []


@pytest.mark.parametrize("method", ["reversing", "clearing"])
def test_the_general_ledger_ties_when_every_share_is_a_posting_of_its_own(method: str) -> None:
    close = _close(method)
    postings = tuple(
        Posting(
            row["Account"],
            date.fromisoformat(row["Date"]),
            row["Currency"],
            Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0),
            row["Journal"],
            f"line {number}",
        )
        for number, row in enumerate(_rows(close, "csv"), 1)
        if row["Date"] <= "2026-03-31"
    )
    ledger = GeneralLedger("gl.csv", "0" * 64, "transactions", postings=postings)
    tied = make_close(replace(close.frozen, gl=ledger, gl_booked=True), None)

    assert {one.account for one in tied.ties} == {"2100", "6200, 6210"}
    assert [(one.account, one.rest) for one in tied.ties if not one.is_tied] == []
    assert [one.items for one in tied.ties if one.items] == []
