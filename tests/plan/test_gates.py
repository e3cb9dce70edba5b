"""The gates: each trips just beyond its limit, names it, and is let pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    Edits,
    make_line,
    make_payout,
    make_snapshot,
)
from plan.gate_cases import DECLINE, WIDE, all_of, month, names_everything, only, plan_with

from reconcile.domain.fields import Value


def test_the_number_of_operations() -> None:
    base, limits = month(4), replace(WIDE, max_changes=3)
    stages: dict[str, Value] = {"stage": "BLOCKED"}

    assert plan_with(base, all_of(base, "pay", 3, stages), limits).gates == ()
    gate = only(plan_with(base, all_of(base, "pay", 4, stages), limits))
    assert (gate.name, gate.value, gate.limit, gate.setting) == ("changes", "4", "3", "max_changes")
    assert gate.message == (
        "4 operations are more than 3 (limits.max_changes). "
        "Check the workbook; if it is meant, pass --allow changes."
    )


def test_the_share_of_changed_records() -> None:
    base, limits = month(6, 4), replace(WIDE, max_changed_share=Decimal("0.4"))
    stages: dict[str, Value] = {"stage": "BLOCKED"}

    assert plan_with(base, all_of(base, "pay", 4, stages), limits).gates == ()
    gate = only(plan_with(base, all_of(base, "pay", 5, stages), limits))
    assert (gate.name, gate.value, gate.limit, gate.setting) == (
        "changed-share",
        "50%",
        "40%",
        "max_changed_share",
    )
    assert gate.message.startswith("5 of 10 records are changed (50%), more than 40% ")
    assert names_everything(gate)


def test_several_operations_on_one_record_and_new_lines_count_it_once_or_not() -> None:
    base, limits = month(1, 4), replace(WIDE, max_changed_share=Decimal("0.4"))
    twice: dict[str, Value] = {**DECLINE, "amount": "5"}

    plan = plan_with(base, all_of(base, "cln", 2, twice), limits, "5")

    assert (len(plan.operations), plan.gates) == (5, ())


def test_the_share_of_declined_lines() -> None:
    base, limits = month(1, 10), replace(WIDE, max_decline_share=Decimal("0.2"))

    assert plan_with(base, all_of(base, "cln", 2, DECLINE), limits).gates == ()
    gate = only(plan_with(base, all_of(base, "cln", 3, DECLINE), limits))
    assert (gate.name, gate.value, gate.limit, gate.setting) == (
        "declines",
        "30%",
        "20%",
        "max_decline_share",
    )
    assert gate.message.startswith("3 of 10 lines are declined (30%), more than 20% ")
    assert names_everything(gate)


def test_a_detach_is_no_decline() -> None:
    base, limits = month(1, 4), replace(WIDE, max_decline_share=Decimal(0))

    assert plan_with(base, all_of(base, "cln", 4, {"action": "Detach"}), limits).gates == ()


def test_the_number_of_cleared_values() -> None:
    base, limits = month(4), replace(WIDE, max_cleared=2)
    clear: dict[str, Value] = {"po_number": None}

    assert plan_with(base, all_of(base, "pay", 2, clear), limits).gates == ()
    gate = only(plan_with(base, all_of(base, "pay", 3, clear), limits))
    assert (gate.name, gate.value, gate.limit, gate.setting) == ("cleared", "3", "2", "max_cleared")
    assert gate.message.startswith("3 values are cleared, more than 2 ")
    assert names_everything(gate)


def test_the_share_of_payouts_that_partners_will_see() -> None:
    base, limits = month(4), replace(WIDE, max_visible_share=Decimal("0.5"))
    pay: dict[str, Value] = {"stage": "PENDING_PAYMENT"}
    hide: dict[str, Value] = {"stage": "BLOCKED"}

    assert plan_with(base, all_of(base, "pay", 2, pay), limits).gates == ()
    assert plan_with(base, all_of(base, "pay", 4, hide), limits).gates == ()
    gate = only(plan_with(base, all_of(base, "pay", 3, pay), limits))
    assert (gate.name, gate.value, gate.limit, gate.setting) == (
        "visible-stages",
        "75%",
        "50%",
        "max_visible_share",
    )
    assert gate.message.startswith(
        "3 of 4 payouts are moved to a stage that partners see (75%), more than 50% "
    )
    assert names_everything(gate)


@pytest.mark.parametrize(
    ("amount", "is_tripped"),
    [("120", False), ("125", False), ("125.01", True), ("75", False), ("74.99", True), ("-100", True)],
)
def test_the_money_that_moves(amount: str, *, is_tripped: bool) -> None:
    """Of 400 USD, 100 may move, up or down."""
    base, limits = month(1, 4), replace(WIDE, max_money_share=Decimal("0.25"))

    plan = plan_with(base, all_of(base, "cln", 4, {"amount": amount}), limits)

    assert is_tripped == bool(plan.gates)


def test_the_money_gate_names_what_moves() -> None:
    base, limits = month(1, 4), replace(WIDE, max_money_share=Decimal("0.25"))

    gate = only(plan_with(base, all_of(base, "cln", 1, {"amount": "1000"}), limits))

    assert (gate.name, gate.value, gate.limit, gate.setting) == (
        "money",
        "900.00 USD",
        "25%",
        "max_money_share",
    )
    assert gate.message.startswith("amounts move by 900.00 USD of 400.00 USD, more than 25% ")
    assert names_everything(gate)


def test_movements_up_and_down_do_not_cancel_out() -> None:
    base, limits = month(1, 4), replace(WIDE, max_money_share=Decimal("0.25"))
    edits: Edits = {"cln_00": {"amount": "160"}, "cln_01": {"amount": "40"}}

    assert only(plan_with(base, edits, limits)).value == "120.00 USD"


def test_new_lines_move_money_and_declines_and_detaches_do_not() -> None:
    base, limits = month(1, 4), replace(WIDE, max_money_share=Decimal("0.25"))
    places = {**all_of(base, "cln", 1, DECLINE), "cln_01": {"action": "Detach"}}

    assert plan_with(base, places, limits).gates == ()
    assert only(plan_with(base, {}, limits, "101")).value == "101.00 USD"


def test_a_currency_edit_moves_the_whole_amount_into_its_currency() -> None:
    base, limits = month(1, 4), replace(WIDE, max_money_share=Decimal("0.25"))

    gate = only(plan_with(base, {"cln_00": {"currency": "EUR"}}, limits))

    assert gate.message.startswith("amounts move by 100.00 EUR of 0.00 EUR, more than 25% ")


def test_money_is_judged_per_currency() -> None:
    base = make_snapshot(make_payout(), make_line(total="10000 USD"), make_line("cln_2", "10 EUR"))

    plan = plan_with(base, {"cln_2": {"amount": "15"}}, replace(WIDE, max_money_share=Decimal("0.25")))

    assert [gate.value for gate in plan.gates] == ["5.00 EUR"]


@pytest.mark.parametrize(
    ("amount", "is_tripped"), [("21000", False), ("30000", False), ("30001", True), ("-10001", True)]
)
def test_the_money_of_one_partner(amount: str, *, is_tripped: bool) -> None:
    base = make_snapshot(
        make_payout(), make_line(total="10000 USD"), make_line("cln_2", "9e9 USD", None, partner_id="ptn_2")
    )
    limits = replace(WIDE, max_partner_money_share=Decimal(2), partner_money_from=Decimal(10_000))

    plan = plan_with(base, {"cln_1": {"amount": amount}}, limits)

    assert is_tripped == bool(plan.gates)


def test_the_gate_of_one_partner_names_it() -> None:
    limits = replace(WIDE, max_partner_money_share=Decimal(2), partner_money_from=Decimal(10_000))

    gate = only(plan_with(month(1, 4), {"cln_00": {"amount": "100000"}}, limits))

    assert (
        gate.name,
        gate.value,
        gate.limit,
        gate.setting,
    ) == ("partner-money", "99,900.00 USD", "200%", "max_partner_money_share")
    assert gate.message.startswith("amounts of Acme move by 99,900.00 USD of 400.00 USD, more than 200% ")
    assert names_everything(gate)


def test_small_sums_of_a_partner_count_from_a_floor_on() -> None:
    limits = replace(WIDE, max_partner_money_share=Decimal(0), partner_money_from=Decimal(10_000))

    assert plan_with(month(1, 4), {"cln_00": {"amount": "10099.99"}}, limits).gates == ()
    assert len(plan_with(month(1, 4), {"cln_00": {"amount": "10100"}}, limits).gates) == 1
