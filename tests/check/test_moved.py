"""A column that was sorted alone is found; what people do with single values is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import Edits, make_line, make_payout, make_snapshot, make_workbook

from reconcile.check.moved import moved_findings
from reconcile.check.review import review
from reconcile.check.row_context import RowContexts
from reconcile.domain.finding import Severity
from reconcile.domain.policy.names_and_limits import Policy

BASE = make_snapshot(
    *(
        make_payout(f"pay_{n}", po_number=f"PO-{n}" if n < 4 else None, stage=stage)
        for n, stage in enumerate(("DRAFT", "APPROVED", "PAID", "FAILED", "BLOCKED"))
    ),
    *(make_line(f"cln_{n}", total=f"{(n + 1) * 100} USD", payout_id="pay_0") for n in range(5)),
)


def cells(edits: Edits) -> list[str]:
    return found("values-moved", edits)


def found(rule: str, edits: Edits) -> list[str]:
    findings = moved_findings(RowContexts(make_workbook(BASE, edits), BASE))
    return [f"{one.sheet}!{one.cell}" for one in findings if one.rule == rule]


def amounts(*values: int) -> Edits:
    return {f"cln_{n}": {"amount": str(value)} for n, value in enumerate(values)}


def test_amounts_that_were_sorted_without_their_rows_are_errors_at_their_cells() -> None:
    found = list(moved_findings(RowContexts(make_workbook(BASE, amounts(500, 400, 300, 200, 100)), BASE)))

    assert [one.cell for one in found] == ["D2", "D3", "D5", "D6"]
    assert {(one.rule, one.severity) for one in found} == {("values-moved", Severity.ERROR)}
    assert found[0].message.startswith("Amount was 100 at export, and the value here was in another row")


def test_one_edit_among_the_sorted_values_hides_nothing() -> None:
    assert cells(amounts(500, 100, 200, 300, 401)) == [
        "Lines!D2",
        "Lines!D3",
        "Lines!D4",
        "Lines!D5",
        "Lines!D6",
    ]


def test_blank_cells_move_along() -> None:
    moved: Edits = {
        "pay_0": {"po_number": None},
        "pay_1": {"po_number": "PO-0"},
        "pay_2": {"po_number": "PO-1"},
        "pay_3": {"po_number": "PO-2"},
        "pay_4": {"po_number": "PO-3"},
    }

    assert cells(moved) == [f"Payouts!B{number}" for number in range(2, 7)]


@pytest.mark.parametrize(
    "edits",
    [
        amounts(200, 100),
        amounts(200, 200, 200, 200),
        amounts(110, 210, 310, 410, 510),
        {"pay_0": {"stage": "APPROVED"}, "pay_1": {"stage": "PAID"}, "pay_2": {"stage": "FAILED"}},
    ],
    ids=["two swapped", "all alike", "all raised", "passed on"],
)
def test_ordinary_edits_are_none_of_it(edits: Edits) -> None:
    assert cells(edits) == []


def test_stages_that_changed_places_are_found() -> None:
    edits: Edits = {"pay_0": {"stage": "PAID"}, "pay_1": {"stage": "DRAFT"}, "pay_2": {"stage": "APPROVED"}}

    assert cells(edits) == ["Payouts!A2", "Payouts!A3", "Payouts!A4"]


def test_a_policy_may_let_moved_values_pass_with_a_warning() -> None:
    policy = Policy(rules={"values-moved": Severity.WARNING}, max_amount_factor=Decimal(100))

    found = review(make_workbook(BASE, amounts(500, 400, 300, 200, 100)), BASE, policy)

    assert {(one.rule, one.severity) for one in found} == {("values-moved", Severity.WARNING)}


@pytest.mark.parametrize(
    ("edits", "places"),
    [
        (amounts(200, 100), ["Lines!D2", "Lines!D3"]),
        (amounts(200, 100, 301, 402, 503), ["Lines!D2", "Lines!D3"]),
        (amounts(200, 100, 200, 301), ["Lines!D2", "Lines!D3"]),
        ({"pay_0": {"po_number": "PO-1"}, "pay_1": {"po_number": "PO-0"}}, ["Payouts!B2", "Payouts!B3"]),
        ({"pay_0": {"po_number": None}, "pay_4": {"po_number": "PO-0"}}, ["Payouts!B2", "Payouts!B6"]),
        ({"pay_0": {"stage": "APPROVED"}, "pay_1": {"stage": "DRAFT"}}, ["Payouts!A2", "Payouts!A3"]),
    ],
    ids=["amounts", "among other edits", "beside a copy", "PO numbers", "a PO number and a blank", "stages"],
)
def test_values_that_changed_places_are_warned_of_at_their_cells(edits: Edits, places: list[str]) -> None:
    assert found("values-swapped", edits) == places
    assert found("values-moved", edits) == []


def test_a_swap_names_the_cell_that_the_value_was_in() -> None:
    first, second = moved_findings(RowContexts(make_workbook(BASE, amounts(200, 100)), BASE))

    assert first.severity is Severity.WARNING
    assert "Amount was 100 at export, and what is here now was in D3" in first.message
    assert "Amount was 200 at export, and what is here now was in D2" in second.message


@pytest.mark.parametrize(
    "edits",
    [
        amounts(200, 300, 301),
        amounts(110, 210),
        {"pay_0": {"stage": "APPROVED"}, "pay_1": {"stage": "PAID"}},
        {"pay_0": {"po_number": "PO-1"}},
    ],
    ids=["handed on", "raised", "stages passed on", "a copy"],
)
def test_values_that_only_went_one_way_changed_no_places(edits: Edits) -> None:
    assert found("values-swapped", edits) == []


def test_a_column_that_was_sorted_is_one_error_and_no_swap_beside_it() -> None:
    assert found("values-swapped", amounts(500, 400, 300, 200, 100)) == []
