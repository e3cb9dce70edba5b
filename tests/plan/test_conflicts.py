"""Conflicts that one record alone does not show: payouts that move on, and payouts that are emptied."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import (
    changed,
    make_checked_plan,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    without,
)

from reconcile.domain.fields import Value
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES
from reconcile.plan.model import Plan

BASE = make_snapshot(
    make_payout(),
    make_payout("pay_2", "0 USD", stage="PAID"),
    make_line(),
    make_line("cln_2"),
    make_line("cln_3", payout_id=None),
)
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}
DETACH = {"action": "Detach"}
SETTLED = ["PENDING_PAYMENT", "SCHEDULED", "PAID", "DECLINED", "IN_FLIGHT"]


def reasons(plan: Plan) -> list[tuple[str, str, str]]:
    return [(one.target.id, one.group, one.reason) for one in plan.conflicts]


@pytest.mark.parametrize("stage", [*STAGES, "IN_FLIGHT"])
def test_an_amount_edit_conflicts_with_a_move_to_a_paying_or_final_stage(stage: str) -> None:
    plan = make_plan(BASE, {"cln_1": {"amount": "550"}}, changed(BASE, "pay_1", stage=stage))

    reason = f"Its payout moved to {stage} upstream, so its money can no longer change."
    assert reasons(plan) == ([("cln_1", "amount", reason)] if stage in SETTLED else [])
    assert len(plan.operations) == (stage not in SETTLED)


@pytest.mark.parametrize(
    ("edits", "group"),
    [
        ({"amount": "550"}, "amount"),
        ({"currency": "EUR"}, "amount"),
        ({"source_amount": "5000"}, "amount"),
        (DECLINE, "action"),
        (DETACH, "action"),
        ({"description": "Renamed"}, None),
        ({"internal_note": "note"}, None),
    ],
)
def test_only_edits_of_money_conflict_with_a_payout_that_is_paid(
    edits: dict[str, Value], group: str | None
) -> None:
    plan = make_plan(BASE, {"cln_1": edits}, changed(BASE, "pay_1", stage="PAID"))

    assert [conflict.group for conflict in plan.conflicts] == ([group] if group else [])
    assert len(plan.operations) == (group is None)


def test_edits_of_one_group_make_one_conflict_with_all_of_them() -> None:
    edits = {"cln_1": {"amount": "550", "currency": "EUR", "source_amount": "5500", **DECLINE}}

    plan = make_plan(BASE, edits, changed(BASE, "pay_1", stage="PAID"))

    assert [(conflict.group, conflict.yours) for conflict in plan.conflicts] == [
        ("action", {"action": "Decline"}),
        ("amount", {"amount": "550", "currency": "EUR", "source_amount": "5500"}),
    ]
    assert [held.target.id for held in plan.held] == ["cln_1"]


def test_a_stage_that_was_final_at_the_export_was_seen_and_is_only_warned_of() -> None:
    base = changed(BASE, "pay_1", stage="PAID")

    plan = make_checked_plan(base, {"cln_1": {"amount": "550"}})

    assert plan.conflicts == ()
    assert [finding.rule for finding in plan.findings] == ["payout-over"]
    assert len(plan.operations) == 1


def test_a_move_from_one_paying_stage_to_another_is_a_move() -> None:
    base = changed(BASE, "pay_1", stage="PENDING_PAYMENT")

    assert make_plan(base, {"cln_1": {"amount": "550"}}).conflicts == ()
    assert (
        len(make_plan(base, {"cln_1": {"amount": "550"}}, changed(base, "pay_1", stage="PAID")).conflicts)
        == 1
    )


def test_a_line_that_was_put_on_a_paid_payout_meanwhile_is_in_conflict() -> None:
    """The payout was paid at the export already, but the line was not on it."""
    plan = make_plan(BASE, {"cln_1": {"amount": "550"}}, changed(BASE, "cln_1", payout_id="pay_2"))

    reason = "It was moved to payout pay_2 upstream, which is PAID: its money is settled."
    assert reasons(plan) == [("cln_1", "amount", reason)]


def test_a_pool_line_that_a_paying_batch_picked_up_is_in_conflict() -> None:
    live = make_snapshot(
        *BASE.payouts.values(), make_payout("pay_9", stage="PENDING_PAYMENT"), *BASE.lines.values()
    )

    plan = make_plan(BASE, {"cln_3": {"amount": "550"}}, changed(live, "cln_3", payout_id="pay_9"))

    assert [reason[:2] for reason in reasons(plan)] == [("cln_3", "amount")]


def test_a_pool_line_that_a_draft_picked_up_is_edited_there() -> None:
    live = make_snapshot(*BASE.payouts.values(), make_payout("pay_9", stage="DRAFT"), *BASE.lines.values())

    plan = make_plan(BASE, {"cln_3": {"amount": "550"}}, changed(live, "cln_3", payout_id="pay_9"))

    assert [operation.target.payout_id for operation in plan.operations] == ["pay_9"]


def test_an_edit_of_a_line_whose_payout_cannot_be_seen_is_held() -> None:
    plan = make_plan(BASE, {"cln_1": {"amount": "550"}}, without(BASE, "pay_1"))

    assert reasons(plan) == [("cln_1", "amount", "Its payout pay_1 cannot be seen upstream any more.")]
    assert plan.operations == ()


def new_line_on(payout_id: str, live: Snapshot) -> Plan:
    row = make_new_row(2, partner_id="ptn_1", payout_id=payout_id, amount="75", currency="USD")
    return make_plan(BASE, make_workbook(BASE, new=[row]), live)


def test_a_new_line_on_a_payout_that_moved_on_is_in_conflict() -> None:
    plan = new_line_on("pay_1", changed(BASE, "pay_1", stage="SCHEDULED"))

    assert [(one.group, {"amount": one.yours["amount"]}) for one in plan.conflicts] == [
        ("new", {"amount": "75"})
    ]
    assert plan.operations == ()
    assert len(plan.held) == 1


def test_a_new_line_on_a_payout_that_is_gone_is_in_conflict() -> None:
    plan = new_line_on("pay_1", without(BASE, "pay_1"))

    assert [one.reason for one in plan.conflicts] == ["Its payout pay_1 cannot be seen upstream any more."]


def test_a_new_line_on_a_payout_that_left_the_scope_is_made() -> None:
    """Live holds every payout of the baseline, wherever it is now."""
    plan = new_line_on("pay_1", changed(BASE, "pay_1", stage="DRAFT", period_end=None))

    assert [operation.target.payout_id for operation in plan.operations] == ["pay_1"]


# Declines that empty a payout.

ALONE = make_snapshot(make_payout(total="500 USD"), make_line())


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in ("APPROVED", "DECLINED")])
def test_a_stage_edit_conflicts_with_the_decline_of_the_last_line(stage: str) -> None:
    plan = make_plan(ALONE, {"pay_1": {"stage": stage}, "cln_1": DECLINE})

    reason = f"You decline its last line, which declines the payout, and set its stage to {stage}."
    assert reasons(plan) == [("pay_1", "stage", reason)]
    assert plan.operations == ()
    assert {
        "pay_1": f"conflict: {reason}",
        "cln_1": "conflict: it would decline payout pay_1.",
    } == {held.target.id: held.reason for held in plan.held}


@pytest.mark.parametrize("edits", [{}, {"stage": "DECLINED"}])
def test_a_payout_that_is_to_be_declined_does_not_conflict_with_it(edits: dict[str, Value]) -> None:
    plan = make_plan(ALONE, {"pay_1": edits, "cln_1": DECLINE})

    assert plan.conflicts == ()
    assert len(plan.operations) == 1 + bool(edits)
    assert plan.effects[0].auto_declined


def test_a_decline_that_leaves_a_line_does_not_conflict() -> None:
    plan = make_plan(BASE, {"pay_1": {"stage": "DRAFT"}, "cln_1": DECLINE})

    assert plan.conflicts == ()
    assert not plan.effects[0].auto_declined


def test_declines_and_detaches_empty_a_payout_together() -> None:
    both = make_plan(BASE, {"pay_1": {"stage": "DRAFT"}, "cln_1": DECLINE, "cln_2": DETACH})
    detached = make_plan(BASE, {"pay_1": {"stage": "DRAFT"}, "cln_1": DETACH, "cln_2": DETACH})

    assert [conflict.target.id for conflict in both.conflicts] == ["pay_1"]
    assert [operation.target.id for operation in both.operations] == ["cln_2"]
    assert detached.conflicts == ()
    assert not detached.effects[0].auto_declined


def test_a_new_line_keeps_the_payout() -> None:
    row = make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD")
    edits = {"pay_1": {"stage": "DRAFT"}, "cln_1": DECLINE}

    plan = make_plan(ALONE, make_workbook(ALONE, edits, [row]))

    assert plan.conflicts == ()
    assert len(plan.operations) == 3
    assert (False, Decimal(75), "DRAFT") == (
        plan.effects[0].auto_declined,
        plan.effects[0].amount_after,
        plan.effects[0].stage_after,
    )


def test_what_is_left_is_counted_live_and_not_at_the_export() -> None:
    """Upstream, the other line left the payout, and a line joined the other payout."""
    left = changed(BASE, "cln_2", payout_id=None, status="PENDING")
    joined = make_snapshot(*ALONE.payouts.values(), *ALONE.lines.values(), make_line("cln_9"))

    emptied = make_plan(BASE, {"pay_1": {"stage": "DRAFT"}, "cln_1": DECLINE}, left)
    kept = make_plan(ALONE, {"pay_1": {"stage": "DRAFT"}, "cln_1": DECLINE}, joined)

    assert [conflict.target.id for conflict in emptied.conflicts] == ["pay_1", "cln_1"]
    assert kept.conflicts == ()


def test_declined_lines_do_not_keep_a_payout() -> None:
    base = make_snapshot(make_payout(), make_line(), make_line("cln_0", "5 USD", status="VOIDED"))

    plan = make_plan(base, {"cln_1": DECLINE})

    assert plan.effects[0].auto_declined
