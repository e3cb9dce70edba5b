"""The rules about amounts, stages and new lines: what they find, what they leave, what the policy changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    Edits,
    make_line,
    make_new_row,
    make_payout,
    make_row,
    make_sheet,
    make_snapshot,
    make_workbook,
)
from check.rule_cases import BASE, DECLINE, NEW, POLICY, findings, found

from reconcile.check.review import review
from reconcile.check.row_context import RowContexts
from reconcile.check.rules import rule_findings
from reconcile.domain.fields import RecordKind, Value, line_values
from reconcile.domain.finding import Severity
from reconcile.domain.stage import STAGES


@pytest.mark.parametrize(
    ("edits", "column"),
    [
        ({"amount": "550"}, "D"),
        ({"currency": "EUR"}, "E"),
        ({"source_amount": "5"}, "F"),
        (DECLINE, "A"),
        ({"description": "x"}, None),
        ({"internal_note": "x"}, None),
    ],
)
def test_money_on_a_payout_that_is_over_is_warned_of(edits: dict[str, Value], column: str | None) -> None:
    over = [one for one in found({"cln_2": edits}) if one[0] == "payout-over"]

    assert over == ([("payout-over", f"{column}3")] if column else [])


@pytest.mark.parametrize("stage", [*STAGES, "UNKNOWN"])
def test_a_payout_is_over_when_its_stage_is_final_or_unknown(stage: str) -> None:
    base = make_snapshot(make_payout(stage=stage), make_line())

    is_over = bool(found({"cln_1": {"amount": "550"}}, base))

    assert is_over == (stage in ("PAID", "DECLINED", "UNKNOWN"))


@pytest.mark.parametrize(
    ("edits", "cells"),
    [
        ({"amount": "550.12"}, []),
        ({"amount": "550.10000"}, []),
        ({"currency": "KWD", "amount": "550.125"}, []),
        ({"currency": "JPY"}, []),
        ({"currency": "JPY", "amount": "550.5", "source_amount": "0.1"}, ["D2", "F2"]),
        ({"currency": "ZZZ", "amount": "550.12345"}, []),
        ({"source_amount": "1.001"}, ["F2"]),
    ],
)
def test_an_amount_has_no_more_decimals_than_its_currency(edits: dict[str, Value], cells: list[str]) -> None:
    assert cells == [cell for rule, cell in found({"cln_1": edits}) if rule == "amount-decimals"]


def test_a_new_currency_is_held_against_amounts_that_stay() -> None:
    base = make_snapshot(make_payout(), make_line(total="12.50 USD", source_amount=Decimal("125.5")))

    assert found({"cln_1": {"currency": "JPY"}}, base) == [
        ("amount-decimals", "D2"),
        ("amount-decimals", "F2"),
        ("currency-changed", "E2"),
    ]


@pytest.mark.parametrize(
    ("amount", "is_found"),
    [
        ("5000", False),
        ("5000.01", True),
        ("50", False),
        ("49.99", True),
        ("-500", False),
        ("-5001", True),
        ("0", False),
    ],
)
def test_an_amount_that_changes_by_more_than_the_factor_is_warned_of(amount: str, *, is_found: bool) -> None:
    rules = [rule for rule, _ in found({"cln_1": {"amount": amount}})]

    assert is_found == ("amount-factor" in rules)


def test_the_factor_comes_from_the_policy() -> None:
    policy = replace(POLICY, max_amount_factor=Decimal("1.1"))

    assert findings({"cln_1": {"amount": "550"}}, policy) == []
    assert [one.rule for one in findings({"cln_1": {"amount": "551"}}, policy)] == ["amount-factor"]


def test_an_amount_that_was_zero_has_no_factor() -> None:
    assert found({"cln_1": {"amount": "5000"}}, make_snapshot(make_payout(), make_line(total="0 USD"))) == []


@pytest.mark.parametrize(
    "new",
    [
        NEW,
        {name: value for name, value in NEW.items() if name != "payout_id"},
        {**NEW, "partner_id": "ptn_2", "payout_id": "pay_3"},
        {**NEW, "amount": "9999999", "description": "x"},
    ],
)
def test_a_right_new_line_has_no_finding(new: dict[str, str]) -> None:
    base = make_snapshot(*BASE.payouts.values(), make_payout("pay_3", partner_id="ptn_2"))

    assert found({}, base, new) == []


def test_a_partner_is_known_by_its_payouts_too() -> None:
    base = replace(make_snapshot(make_payout(partner_id="ptn_7")), partners={})

    assert found({}, base, {**NEW, "partner_id": "ptn_7"}) == []


def test_a_new_line_without_a_partner_is_left_to_the_blank_cell() -> None:
    assert found({}, new={name: value for name, value in NEW.items() if name != "partner_id"}) == []


def test_rows_of_unknown_records_are_left_to_their_id() -> None:
    row = make_row(RecordKind.LINE, 2, "cln_x", line_values(make_line("cln_x")), {"action": "Decline"})
    book = replace(make_workbook(BASE), lines=make_sheet(RecordKind.LINE, [row, replace(row, id=None)]))

    assert list(rule_findings(RowContexts(book, BASE), POLICY)) == []


def test_a_row_that_breaks_several_rules_has_all_findings() -> None:
    edits = {"cln_2": {"action": "Decline", "amount": "1.005"}}

    assert found(edits) == [
        ("reason-needed", "B3"),
        ("payout-over", "D3"),
        ("amount-decimals", "D3"),
        ("amount-factor", "D3"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "is_found"),
    [
        ("DRAFT", "PENDING_REVIEW", False),
        ("DRAFT", "APPROVED", False),
        ("DRAFT", "PAID", True),
        ("APPROVED", "PAID", False),
        ("PAID", "APPROVED", True),
        ("DECLINED", "DRAFT", True),
        ("APPROVED", "POSTPONED", False),
        ("BLOCKED", "PAID", False),
    ],
)
def test_stages_go_forward_and_leave_out_no_gate(before: str, after: str, *, is_found: bool) -> None:
    base = make_snapshot(make_payout(stage=before, po_number="PO-1"))

    assert is_found == bool(found({"pay_1": {"stage": after}}, base))


def test_the_order_and_the_gates_of_stages_come_from_the_policy() -> None:
    policy = replace(POLICY, stage_order=("PAID", "SCHEDULED", "APPROVED"), stage_gates=("SCHEDULED",))
    base = make_snapshot(make_payout(stage="APPROVED"), make_payout("pay_2", stage="SCHEDULED"))

    (finding,) = findings({"pay_1": {"stage": "SCHEDULED"}}, policy, base)

    assert (finding.rule, finding.record_id) == ("stage-order", "pay_1")
    assert findings({"pay_2": {"stage": "APPROVED"}}, policy, base) == []


@pytest.mark.parametrize(
    ("edits", "new"),
    [
        ({"cln_1": DECLINE}, None),
        ({"pay_1": {"stage": "DECLINED"}, "cln_1": DECLINE}, None),
        ({"pay_1": {"statement_note": "x"}, "cln_1": DECLINE}, NEW),
        ({"pay_1": {"statement_note": "x"}, "cln_1": {"amount": "550"}}, None),
    ],
)
def test_a_payout_that_keeps_a_line_or_is_meant_to_go_may_be_edited(
    edits: Edits, new: dict[str, str] | None
) -> None:
    assert found(edits, new=new) == []


def test_new_lines_that_say_the_same_are_found_from_the_second_on() -> None:
    other = {**NEW, "description": "one more"}
    rows = [make_new_row(2, **NEW), make_new_row(3, **other), make_new_row(4, **NEW), make_new_row(6, **NEW)]

    again = list(rule_findings(RowContexts(make_workbook(BASE, {}, rows), BASE), POLICY))

    assert [(one.rule, one.severity, one.cell) for one in again] == [
        ("line-repeated", Severity.WARNING, "C4"),
        ("line-repeated", Severity.WARNING, "C6"),
    ]
    assert again[0].message == "This new line says the same as the one in row 2."


def test_what_a_program_spoilt_is_judged_by_no_rule() -> None:
    base = make_snapshot(make_payout(po_number="000123"), make_line(total="0.3 USD"))
    edits: Edits = {"pay_1": {"po_number": "123"}, "cln_1": {"amount": "0.30000000000000004"}}

    reviewed = review(make_workbook(base, edits), base, POLICY)

    assert [(one.rule, one.severity, one.place) for one in reviewed] == [
        ("damaged", Severity.WARNING, "march.xlsx, Payouts!B2"),
        ("damaged", Severity.WARNING, "march.xlsx, Lines!D2"),
    ]
    assert "'000123' at export: leading zeros were lost" in reviewed[0].message


def test_clearing_the_po_number_where_a_payout_stands_at_such_a_stage_is_found() -> None:
    base = make_snapshot(make_payout("pay_2", stage="PAID", po_number="PO-1"))

    assert found({"pay_2": {"po_number": None}}, base) == [("po-required", "B2")]


@pytest.mark.parametrize("wrong", [{"action": "Decline"}, {"action": "Decline", "decline_reason": "CUSTOM"}])
def test_a_decline_in_error_empties_no_payout(wrong: dict[str, Value]) -> None:
    rules = [rule for rule, _ in found({"pay_1": {"po_number": "PO-1"}, "cln_1": wrong})]

    assert "payout-emptied" not in rules
    assert {"reason-needed", "detail-needed"} & set(rules)
