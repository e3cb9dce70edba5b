"""The order of operations, and what each of them waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
)
from plan.operation_cases import BASE, CUSTOM, PLACED, only

from reconcile.domain.fields import Value
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Action
from reconcile.plan.order import ordered

# Order.


def operations(base: Snapshot, book: object, live: Snapshot | None = None) -> list[tuple[str, str]]:
    plan = make_plan(base, book, live)  # type: ignore[arg-type]
    return [(one.action.value, one.target.id) for one in plan.operations]


def test_within_a_payout_lines_come_first_and_the_payout_last() -> None:
    base = make_snapshot(make_payout(), *(make_line(f"cln_{n}") for n in range(1, 6)))
    edits = {
        "pay_1": {"stage": "PAID", "po_number": "x"},
        "cln_1": CUSTOM,
        "cln_2": {"action": "Detach"},
        "cln_3": {"amount": "5"},
        "cln_4": {**CUSTOM, "amount": "6"},
    }
    rows = [
        make_new_row(number, partner_id="ptn_1", payout_id="pay_1", amount=str(number), currency="USD")
        for number in (2, 3, 10)
    ]

    plan = make_plan(base, make_workbook(base, edits, rows))

    assert [
        (one.action.value, one.expected["amount"] if one.action is Action.CREATE_LINE else one.target.id)
        for one in plan.operations
    ] == [
        ("create line", "2"),
        ("create line", "3"),
        ("create line", "10"),
        ("update line", "cln_3"),
        ("update line", "cln_4"),
        ("detach line", "cln_2"),
        ("decline line", "cln_1"),
        ("decline line", "cln_4"),
        ("update payout", "pay_1"),
    ]
    assert [f"op-{number:04}" for number in range(1, 10)] == [one.id for one in plan.operations]


def test_the_payout_waits_for_everything_on_it_and_a_decline_for_the_edit_of_its_line() -> None:
    base = make_snapshot(
        make_payout(), make_payout("pay_2", "1 USD"), make_line(), make_line("cln_2"), make_line("cln_3")
    )
    edits = {
        "pay_1": {"stage": "DRAFT"},
        "cln_1": {**CUSTOM, "amount": "6"},
        "cln_2": {"amount": "5"},
        "pay_2": {"stage": "DRAFT"},
    }

    plan = make_plan(base, edits)

    assert [(one.id, one.target.id, one.waits_for) for one in plan.operations] == [
        ("op-0001", "cln_1", ()),
        ("op-0002", "cln_2", ()),
        ("op-0003", "cln_1", ("op-0001",)),
        ("op-0004", "pay_1", ("op-0001", "op-0002", "op-0003")),
        ("op-0005", "pay_2", ()),
    ]


def test_payouts_with_the_most_money_come_first_and_the_pool_last() -> None:
    base = make_snapshot(
        make_payout("pay_1", "10 USD"),
        make_payout("pay_2", "-5000 USD"),
        make_payout("pay_3", "300 USD"),
        make_payout("pay_4", "300 USD"),
        make_line("cln_9", payout_id=None),
    )
    edits: dict[str, dict[str, Value]] = {f"pay_{n}": {"po_number": "x"} for n in range(1, 5)}

    found = operations(base, {**edits, "cln_9": {"amount": "5"}})

    assert [one for _, one in found] == ["pay_2", "pay_3", "pay_4", "pay_1", "cln_9"]


def test_of_payouts_with_the_same_money_the_ids_decide() -> None:
    base = make_snapshot(
        make_payout("pay_1"),
        make_payout("pay_2"),
        make_line("cln_1", payout_id="pay_2"),
        make_line("cln_2", payout_id="pay_1"),
    )

    found = operations(base, {"cln_1": {"amount": "5"}, "cln_2": {"amount": "5"}})

    assert [one for _, one in found] == ["cln_2", "cln_1"]


def test_the_money_that_counts_is_what_is_live() -> None:
    base = make_snapshot(make_payout("pay_1", "10 USD"), make_payout("pay_2", "20 USD"))
    edits: dict[str, dict[str, Value]] = {"pay_1": {"po_number": "x"}, "pay_2": {"po_number": "x"}}

    found = operations(base, edits, changed(base, "pay_1", amount=money("30 USD")))

    assert [one for _, one in found] == ["pay_1", "pay_2"]


@pytest.mark.parametrize("place", [CUSTOM, {"action": "Detach"}])
def test_what_follows_on_the_same_line_relies_on_what_went_before(place: dict[str, Value]) -> None:
    edits = {"cln_1": {**place, "amount": "512.5", "currency": "EUR", "description": "x"}}

    update, then = make_plan(BASE, edits).operations

    assert (update.relies_on["amount"], update.relies_on["currency"]) == ("500", "USD")
    left = {"lines_left": "1"} if place is CUSTOM else {}
    assert then.relies_on == {**PLACED, "amount": "512.5", "currency": "EUR", **left}
    assert (update.after, then.before) == (money("512.5 EUR"), money("512.5 EUR"))
    assert then.after == (None if place is CUSTOM else money("512.5 EUR"))


def test_ids_grow_with_the_number_of_operations_and_sort_as_text() -> None:
    one = only(make_plan(BASE, {"cln_3": {"amount": "5"}}))
    many = [replace(one, target=replace(one.target, id=f"cln_{number}")) for number in range(10_001)]

    ids = [operation.id for operation in ordered(many, BASE)]

    assert (ids[0], ids[-1]) == ("op-00001", "op-10001")
    assert sorted(ids) == ids


def test_an_operation_on_a_moved_line_belongs_to_its_payout_of_now() -> None:
    base = make_snapshot(
        make_payout("pay_1"), make_payout("pay_2", stage="DRAFT"), make_line(), make_line("cln_2")
    )
    live = changed(base, "cln_1", payout_id="pay_2")
    edits: dict[str, dict[str, Value]] = {
        "cln_1": {"amount": "5"},
        "pay_1": {"po_number": "x"},
        "pay_2": {"po_number": "x"},
    }

    plan = make_plan(base, edits, live)

    waits = {one.target.id: one.waits_for for one in plan.operations}
    assert waits == {"pay_1": (), "cln_1": (), "pay_2": ("op-0002",)}


def test_partner_names_fall_back_to_ids_in_new_lines() -> None:
    base = replace(BASE, partners={})
    row = make_new_row(2, partner_id="ptn_1", amount="75", currency="USD")

    assert only(make_plan(base, make_workbook(base, new=[row]))).target.partner_name == "ptn_1"


def test_an_amount_of_zero_is_an_amount() -> None:
    plan = make_plan(BASE, {"cln_1": {"amount": "0"}})

    assert only(plan).body == {"amount": "0.00"}
    assert not any(tie.residual for tie in plan.tie_out)
