"""Layouts are files that a user may copy and change, so what is wrong in one is said where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from builders import make_line, make_payout, make_snapshot

from reconcile.domain.records import CommissionLine
from reconcile.erp.bills.import_files import as_csv, lay_out
from reconcile.erp.bills.layout import Column, FileLayout, Layout, load_layout
from reconcile.erp.bills.make_bills import Circumstances, make_bills
from reconcile.erp.bills.model import Billing
from reconcile.erp.bills.template_check import header_faults
from reconcile.erp.bills.vendors import Vendor
from reconcile.errors import ConfigurationError
from reconcile.resources import template

SHIPPED = (
    *(
        "xero",
        "netsuite",
        "netsuite-flat",
        "quickbooks",
        "csv",
        "intacct",
        "business-central",
        "bill",
        "ramp",
    ),
    *("wise", "airwallex"),
)
TODAY = date(2026, 4, 8)
# What the public pages of these systems say about the first row of their templates.
PUBLIC = {
    "wise": (
        *("recipientId", "name", "account", "sourceCurrency", "targetCurrency", "amountCurrency", "amount"),
        "paymentReference",
    ),
    "bill": ("Vendor Name*", "Vendor Id", "Invoice #*", "Invoice Date*", "Due Date*"),
    "intacct": ("BILL_NO", "PO_NO", "VENDOR_ID"),
}
GOOD = """
title = "Mine"
[[files]]
name = "mine-{currency}-{number}.csv"
columns = [{ header = "Bill", value = "{number}" }]
"""


def _load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "bills-mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_layout("mine", path)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_layout_is_whole(name: str) -> None:
    assert load_layout(name, template(f"erp/bills-{name}.toml")).files


@pytest.mark.parametrize("name", PUBLIC)
def test_a_layout_has_the_columns_of_the_public_template(name: str) -> None:
    layout = load_layout(name, template(f"erp/bills-{name}.toml"))
    ours = [column.header for column in layout.files[0].columns]

    assert [header for header in ours if header in PUBLIC[name]] == list(PUBLIC[name])


def _laid_out(
    name: str, total: str, vendor: str = "=Equals Consulting"
) -> tuple[Billing, list[list[list[str]]]]:
    """A payout of two lines in the files of a layout: the billing, and the rows of each file as texts."""
    layout = load_layout(name, template(f"erp/bills-{name}.toml"))
    half = str(Decimal(total.split(maxsplit=1)[0]) / 2) + " " + total.split()[1]
    records = (
        make_payout("pay_7", total, po_number="000123"),
        make_line("cln_1", half),
        make_line("cln_2", half),
    )
    lines = [replace(one, payout_id="pay_7") if isinstance(one, CommissionLine) else one for one in records]
    vendors = {"ptn_1": Vendor("ptn_1", vendor, "V1", entity="Vendor Inc.")}
    billing, files = lay_out(
        make_bills(make_snapshot(*lines), layout, Circumstances(vendors, (), TODAY)), layout
    )
    return billing, [[[str(cell) for cell in row] for row in file.rows] for file in files]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_layout_writes_the_whole_payout(name: str) -> None:
    billing, files = _laid_out(name, "1000 USD")
    layout = load_layout(name, template(f"erp/bills-{name}.toml"))
    places = [
        [place for place, column in enumerate(file.columns) if column.value == "{amount}"]
        for file in layout.files
        if "bill" in file.kinds
    ]
    sums = [sum(Decimal(row[at[0]]) for row in rows) for rows, at in zip(files, places, strict=True) if at]

    assert billing.left_out == ()
    assert sums == [Decimal(1000)]


@pytest.mark.parametrize(
    ("name", "files", "held"),
    [("netsuite", 2, ""), ("bill", 1, ""), ("business-central", 2, "")]
    + [(name, 0, "takes no negative bills") for name in ("intacct", "ramp", "wise", "airwallex", "xero")],
)
def test_a_credit_has_files_of_its_own_or_is_held(name: str, files: int, held: str) -> None:
    billing, written = _laid_out(name, "-1000 USD")

    assert len(written) == files
    assert held in "".join(left.reason for left in billing.left_out)
    assert bool(held) == bool(billing.left_out)


def test_the_two_files_of_netsuite_are_linked_by_the_external_id() -> None:
    _, (headers, expenses) = _laid_out("netsuite", "1000 USD")

    assert [row[0] for row in headers] == ["pay_7"]
    assert [row[0] for row in expenses] == ["pay_7", "pay_7"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_key_is_never_changed_by_the_guard_against_formulas(name: str) -> None:
    layout = load_layout(name, template(f"erp/bills-{name}.toml"))
    billing, _ = _laid_out(name, "1000 USD")
    _, files = lay_out(billing, layout)
    texts = [as_csv(file).decode(file.layout.encoding) for file in files if file.layout.format == "csv"]

    assert "'=Equals Consulting" not in "".join(texts)


def test_a_key_that_a_spreadsheet_would_run_holds_its_bill_where_people_open_the_file() -> None:
    file = FileLayout("b-{number}.csv", (Column("Vendor", "{vendor}"), Column("Note", "{description}")))
    layout = Layout("mine", "Mine", (file,))
    vendors = {"ptn_1": Vendor("ptn_1", "=Equals Consulting")}
    records = (make_payout("pay_1"), make_line(total="1000 USD"))
    made = make_bills(make_snapshot(*records), layout, Circumstances(vendors, (), TODAY))
    held, nothing = lay_out(made, layout)
    kept, (written,) = lay_out(made, replace(layout, files=(replace(file, formula_keys="kept"),)))

    assert nothing == ()
    assert "which a spreadsheet program runs" in held.left_out[0].reason
    assert len(kept.bills) == 1
    assert as_csv(written).decode().splitlines()[1].startswith("=Equals Consulting,")


@pytest.mark.parametrize("name", ["wise", "airwallex"])
def test_a_layout_that_pays_says_so(name: str) -> None:
    assert load_layout(name, template(f"erp/bills-{name}.toml")).pays


def test_the_currency_of_the_books_is_left_empty_where_the_system_wants_that() -> None:
    _, (local, _) = _laid_out("business-central", "1000 USD")
    _, (foreign, _) = _laid_out("business-central", "1000 EUR")

    assert (local[0][7], foreign[0][7]) == ("", "EUR")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "Mine"', 'title = "Mine"\nnumbre = "x"', "numbre"),
        ("{number}.csv", "{amount}.csv", "files.name names {amount}"),
        ('value = "{number}"', 'value = "{number.__class__}"', "names {number.__class__}"),
        ('value = "{number}"', 'value = "{number:{vendor}}"', "names {number}"),
        ('value = "{number}"', 'value = "{"', "not well-formed"),
        ('title = "Mine"', 'title = "Mine"\nnumber = "{period}"', "must contain {payout_id}"),
        ('title = "Mine"', 'title = "Mine"\nper = "line"', "must contain {line_id}"),
        ('name = "mine', 'name = "../mine', "must be a file name"),
        ('name = "mine', 'name = "c:mine', "must be a file name"),
        ('name = "mine-{currency}', 'name = "mine-{currency:>99999999999}', "wider than 999"),
        (".csv", ".txt", "must be a file name"),
        ("[{ header", '[{ header = "Bill" }, { header', "the column 'Bill' is there twice"),
        ("[[files]]", "[files]", "files"),
        ('title = "Mine"', "title =", "cannot be read"),
    ],
)
def test_a_fault_in_a_layout_is_named_with_its_file(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        _load(tmp_path, GOOD.replace(before, after, 1))

    assert "bills-mine.toml" in str(refused.value)
    assert said in str(refused.value)


def test_the_header_of_the_users_own_template_is_compared() -> None:
    layout = load_layout("quickbooks", template("erp/bills-quickbooks.toml"))
    ours = [column.header for column in layout.files[0].columns]

    assert header_faults(layout, ours, "t.csv") == ()
    assert header_faults(layout, [*ours[1:], ours[0]], "t.csv") == (
        "Column 1 is 'Vendor' in t.csv and 'Bill no.' in the layout: another order.",
    )
    assert header_faults(layout, ["Supplier", *ours[:1], *ours[2:], "*Must"], "t.csv") == (
        "t.csv has no column 'Vendor', which the layout writes.",
        "t.csv has the column 'Supplier', which the layout does not write.",
        "t.csv has the column '*Must' and it is a required one (*), which the layout does not write.",
    )
