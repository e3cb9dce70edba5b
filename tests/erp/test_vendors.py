"""The vendor mapping is a table that finance keeps; what is ambiguous in it is refused."""

from __future__ import annotations

import pytest

from reconcile.erp.bills.vendors import Vendor, vendors_from
from reconcile.errors import ConfigurationError


def test_headers_are_read_in_any_case_and_order_beside_columns_of_ones_own() -> None:
    table = [["Vendor", "Notes", "Partner ID"], [" Acme Ltd ", "x", "ptn_1"], ["", "only a note", ""]]

    assert vendors_from(table, "v.csv") == {"ptn_1": Vendor("ptn_1", "Acme Ltd")}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "v.csv is no vendor mapping"),
        ([["partner_id", "name"]], "It names: partner_id, name"),
        ([["partner_id", "vendor"], ["", "Acme"]], "v.csv, row 2: Acme has no partner_id"),
        ([["partner_id", "vendor"], ["p", "A"], ["p", "B"]], "row 3: the partner p is there twice"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_said(table: list[list[str]], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        vendors_from(table, "v.csv")


def test_the_same_row_twice_is_one() -> None:
    assert len(vendors_from([["partner_id", "vendor"], ["p", "A"], ["p", "A"]], "v.csv")) == 1
