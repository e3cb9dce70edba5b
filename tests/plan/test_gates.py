"""The gates: each trips just beyond its limit, names it, and lets an honest month pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    Edits,
    make_checked_plan,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)

from reconcile.domain.fields import Value
from reconcile.domain.policy.names_and_limits import Limits, Policy
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.plan.model import Gate, Plan

WIDE = Limits(
    max_changes=10**9,
    max_changed_share=Decimal(10**9),
    max_decline_share=Decimal(10**9),
    max_cleared=10**9,
    max_money_share=Decimal(10**9),
    max_partner_money_share=Decimal(10**9),
    max_visible_share=Decimal(10**9),
    share_from=0,
    max_cleared_share=Decimal(10**9),
    max_jumps=10**9,
)
"""No gate trips; each test narrows one limit."""

DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}


def month(payouts: int, lines: int = 0) -> Snapshot:
    """A month of payouts and of lines of 100 USD on the first payout."""
    return make_snapshot(
        *(make_payout(f"pay_{number:02}", po_number="PO") for number in range(payouts)),
        *(make_line(f"cln_{number:02}", "100 USD", "pay_00") for number in range(lines)),
    )


def all_of(base: Snapshot, prefix: str, count: int, edits: Mapping[str, Value]) -> Edits:
    return dict.fromkeys(
        [key for key in (*base.payouts, *base.lines) if key.startswith(prefix)][:count], edits
    )


def plan_with(base: Snapshot, edits: Edits, limits: Limits, new: str = "") -> Plan:
    rows = [make_new_row(2, partner_id="ptn_1", currency="USD", amount=new)] if new else []
    return make_plan(base, make_workbook(base, edits, rows), policy=Policy(limits=limits))


def only(plan: Plan) -> Gate:
    (gate,) = plan.gates
    return gate


def names_everything(gate: Gate) -> bool:
    """The rule for every gate message: value, limit, setting, override."""
    parts = (gate.value, gate.limit, f"(limits.{gate.setting})", f"pass --allow {gate.name}.")
    return all(part in gate.message for part in parts)


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
