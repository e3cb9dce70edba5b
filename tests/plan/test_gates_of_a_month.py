"""What the gates say to an honest month and to slips of the hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    Edits,
    make_checked_plan,
    make_line,
    make_payout,
    make_snapshot,
)
from plan.gate_cases import DECLINE, WIDE, all_of, month, names_everything, only, plan_with

from reconcile.domain.fields import Value
from reconcile.domain.policy.names_and_limits import Limits, Policy
from reconcile.domain.snapshot import Scope

SHARES = replace(
    Limits(),
    max_changed_share=Decimal(0),
    max_decline_share=Decimal(0),
    max_visible_share=Decimal(0),
    visible_from=10,
    max_money_share=Decimal(0),
)


@pytest.mark.parametrize(
    ("prefix", "edits", "names"),
    [
        ("pay", {"stage": "PENDING_PAYMENT"}, ["changed-share", "visible-stages"]),
        ("cln", DECLINE, ["changed-share", "declines"]),
        ("cln", {"amount": "101"}, ["changed-share", "money"]),
    ],
)
def test_shares_count_from_a_number_of_changes_on(
    prefix: str, edits: Mapping[str, Value], names: list[str]
) -> None:
    base = month(10, 11)

    assert plan_with(base, all_of(base, prefix, 9, edits), SHARES).gates == ()
    assert names == [gate.name for gate in plan_with(base, all_of(base, prefix, 10, edits), SHARES).gates]


def test_what_is_held_trips_no_gate() -> None:
    base = month(1, 4)
    limits = replace(WIDE, max_changes=0, max_cleared=0)

    plan = make_checked_plan(
        base, {"cln_00": {"amount": "0", "source_amount": None}}, policy=Policy(limits=limits)
    )

    assert (len(plan.held), plan.gates) == (1, ())


def test_an_honest_month_passes_all_gates() -> None:
    """Every payout of the month moves on to payment but a fifth, some lines are corrected, one is declined."""
    base = month(50, 100)
    edits = {
        **all_of(base, "pay", 40, {"stage": "PENDING_PAYMENT", "po_number": "PO-1"}),
        **all_of(base, "cln", 15, {"amount": "110"}),
        "cln_99": DECLINE,
    }

    assert plan_with(base, edits, Limits()).gates == ()


def test_a_slip_of_the_hand_trips_one() -> None:
    """A column pasted one row down, a missing decimal point, an emptied column."""
    base = month(50, 100)
    slips: list[Edits] = [
        {key: {"amount": str(101 + number)} for number, key in enumerate(base.lines)},
        {"cln_00": {"amount": "10000000"}},
        all_of(base, "pay", 50, {"po_number": None}),
        all_of(base, "cln", 60, DECLINE),
    ]

    tripped = [[gate.name for gate in plan_with(base, edits, Limits()).gates] for edits in slips]

    assert tripped == [["money"], ["partner-money", "jumps"], ["cleared"], ["declines"]]


def test_gates_need_a_decision() -> None:
    base = month(1)

    assert plan_with(base, {"pay_00": {"po_number": None}}, replace(WIDE, max_cleared=0)).needs_decision


def test_every_value_of_a_field_cleared_in_a_small_workbook() -> None:
    base, limits = month(4), replace(WIDE, max_cleared_share=Decimal("0.5"))
    clear: dict[str, Value] = {"po_number": None}

    assert plan_with(base, all_of(base, "pay", 2, clear), limits).gates == ()
    gate = only(plan_with(base, all_of(base, "pay", 3, clear), limits))
    assert (gate.name, gate.value, gate.limit, gate.setting) == ("cleared", "75%", "50%", "max_cleared_share")
    assert gate.message.startswith("3 of 4 values of PO number are cleared (75%), more than 50% ")
    assert names_everything(gate)


def test_few_cleared_values_are_no_slip() -> None:
    base, limits = month(2), replace(WIDE, max_cleared_share=Decimal("0.5"))

    assert plan_with(base, all_of(base, "pay", 2, {"po_number": None}), limits).gates == ()


@pytest.mark.parametrize(
    ("amount", "is_tripped"), [("4999.99", False), ("5000", True), ("-10000", True), ("1", False)]
)
def test_an_amount_with_a_lost_decimal_point(amount: str, *, is_tripped: bool) -> None:
    base, limits = month(1, 4), replace(WIDE, max_jumps=0)

    plan = plan_with(base, {"cln_00": {"amount": amount}}, limits)

    assert is_tripped == bool(plan.gates)
    if plan.gates:
        gate = only(plan)
        assert (gate.name, gate.value, gate.limit, gate.setting) == ("jumps", "1", "0", "max_jumps")
        assert "cln_00: 100.00 USD to " in gate.message
        assert names_everything(gate)


def test_all_payouts_of_a_filtered_workbook_to_paid_trip_by_default() -> None:
    base = month(3)

    assert only(plan_with(base, all_of(base, "pay", 3, {"stage": "PAID"}), Limits())).name == "visible-stages"
    assert plan_with(base, all_of(base, "pay", 2, {"stage": "PAID"}), Limits()).gates == ()


@pytest.mark.parametrize(
    ("before", "after", "is_tripped"),
    [
        ("APPROVED", "PENDING_PAYMENT", False),
        ("APPROVED", "PENDING_INVOICE", False),
        ("SCHEDULED", "PAID", False),
        ("APPROVED", "PAID", True),
        ("DRAFT", "PENDING_PAYMENT", True),
        ("APPROVED", "DECLINED", True),
        ("PAID", "FAILED", True),
    ],
)
def test_payouts_picked_by_their_stage_may_all_take_the_next_step(
    before: str, after: str, *, is_tripped: bool
) -> None:
    payouts = [make_payout(f"pay_{number}", stage=before, po_number="PO") for number in range(4)]
    picked = replace(make_snapshot(*payouts), scope=Scope(stages=(before,)))
    names = [
        gate.name for gate in plan_with(picked, all_of(picked, "pay", 4, {"stage": after}), Limits()).gates
    ]

    assert names == (["visible-stages"] if is_tripped else [])


def test_many_partners_trip_one_gate_that_names_the_one_with_the_most_money() -> None:
    payouts = [make_payout(f"pay_{number}", partner_id=f"ptn_{number}") for number in range(4)]
    lines = [
        make_line(f"cln_{number}", "1000 USD", f"pay_{number}", partner_id=f"ptn_{number}")
        for number in range(4)
    ]
    base, limits = make_snapshot(*payouts, *lines), replace(WIDE, max_partner_money_share=Decimal(2))
    grown: Edits = {f"cln_{number}": {"amount": str(20_000 + number)} for number in range(4)}

    gate = only(plan_with(base, grown, limits))

    assert gate.value == "19,003.00 USD"
    assert "of 1,000.00 USD, and of 3 more partners, more than 200%" in gate.message
    assert names_everything(gate)
