"""Layouts are files that a user may copy and change, so what is wrong in one is said where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.erp.bills.layout import load_layout
from reconcile.erp.bills.template_check import header_faults
from reconcile.errors import ConfigurationError
from reconcile.resources import template

SHIPPED = ("xero", "netsuite", "netsuite-pair", "quickbooks", "csv")
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
