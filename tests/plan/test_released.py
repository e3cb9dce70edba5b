"""A release rests on the payout that the person saw: where that moved, a person decides again."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from builders import (
    GIVEN,
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
    without,
)

from reconcile.domain.decision import Choice, Preference
from reconcile.domain.fields import Value
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES
from reconcile.plan.model import Conflict, Plan
from reconcile.plan.sources import OwnWork

BASE = make_snapshot(
    make_payout("pay_1", "150 USD", stage="DRAFT"),
    make_line("cln_1", "100 USD"),
    make_line("cln_2", "50 USD"),
)
MIXED = make_snapshot(
    make_payout("pay_1", "150 USD", stage="DRAFT"),
    make_line("cln_1", "100 USD"),
    make_line("cln_2", "50 EUR"),
)
RAISED = changed(changed(BASE, "cln_1", amount=money("9100 USD")), "pay_1", amount=money("9150 USD"))
DECLINE: dict[str, Value] = {"action": "Decline", "decline_reason": "DUPLICATE"}


def released(live: Snapshot, stage: str = "PAID", base: Snapshot = BASE) -> Plan:
    return make_plan(base, {"pay_1": {"stage": stage}}, live)


def only(plan: Plan) -> Conflict:
    (conflict,) = plan.conflicts
    return conflict


MOVES = {
    "amount": RAISED,
    "a line's amount that the payout follows late": changed(BASE, "cln_1", amount=money("9100 USD")),
    "amount alone": changed(BASE, "pay_1", amount=money("151 USD")),
    "line gone": changed(without(BASE, "cln_2"), "pay_1", amount=money("100 USD")),
    "line declined": changed(BASE, "cln_2", status="VOIDED"),
    "line detached": changed(BASE, "cln_2", payout_id=None, status="PENDING"),
    "line added": make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), make_line("cln_9", "1 USD")),
    "lines that cancel out": changed(
        changed(BASE, "cln_1", amount=money("60 USD")), "cln_2", amount=money("90 USD")
    ),
    "currency of a line": changed(BASE, "cln_2", amount=money("50 EUR")),
}
UNMOVED = {
    "nothing": BASE,
    "digits": changed(BASE, "pay_1", amount=money("150.00 USD")),
    "description": changed(BASE, "cln_1", description="theirs"),
    "PO number": changed(BASE, "pay_1", po_number="theirs"),
    "a declined line": make_snapshot(
        *BASE.payouts.values(), *BASE.lines.values(), make_line("cln_9", "1 USD", status="VOIDED")
    ),
    "another payout": make_snapshot(
        *BASE.payouts.values(),
        *BASE.lines.values(),
        make_payout("pay_2"),
        make_line("cln_9", "1 USD", "pay_2"),
    ),
}


@pytest.mark.parametrize("stage", sorted(STAGES))
@pytest.mark.parametrize("move", sorted({**MOVES, **UNMOVED}))
def test_every_stage_that_partners_see_or_that_pays_is_held_where_the_payout_moved(
    stage: str, move: str
) -> None:
    plan = released({**MOVES, **UNMOVED}[move], stage)

    held = move in MOVES and (STAGES[stage].partner_visible or STAGES[stage].paying)
    assert len(plan.conflicts) == held
    assert len(plan.operations) == (not held and stage != "DRAFT")


def test_the_conflict_shows_what_moved_on_all_sides_and_nothing_else() -> None:
    conflict = only(released(RAISED))

    assert conflict.baseline == {"line cln_1": "100 USD on payout", "total": "150 USD", "stage": "DRAFT"}
    assert conflict.yours == {"stage": "PAID"}
    assert conflict.live == {"line cln_1": "9100 USD on payout", "total": "9150 USD", "stage": "DRAFT"}


@pytest.mark.parametrize(("choice", "sent"), [(Choice.MINE, ["pay_1"]), (Choice.LIVE, [])])
def test_a_person_decides_whether_it_may_go(choice: Choice, sent: list[str]) -> None:
    given = replace(GIVEN, preference=Preference(choice, ("pay_1",), (), (), "ops", "--prefer"))

    plan = make_plan(BASE, {"pay_1": {"stage": "PAID"}}, RAISED, given=given)

    assert [one.target.id for one in plan.operations] == sent
    assert plan.conflicts == ()
    assert len(plan.decided) == 1


def test_a_policy_may_loosen_it_to_a_warning() -> None:
    plan = make_plan(BASE, {"pay_1": {"stage": "PAID"}}, RAISED, policy=Policy(moved_releases="warn"))

    (finding,) = plan.findings
    assert (finding.rule, finding.severity.value) == ("release-moved", "warning")
    assert "150 USD" in finding.message
    assert "9150 USD" in finding.message
    assert len(plan.operations) == 1


@pytest.mark.parametrize("base", [BASE, MIXED], ids=["one currency", "two currencies"])
def test_what_an_earlier_run_of_the_workbook_did_is_no_move(base: Snapshot) -> None:
    """The run changed a line and stopped before the stage."""
    live = changed(
        changed(base, "cln_2", amount=replace(base.lines["cln_2"].amount, amount=money("70 USD").amount)),
        "pay_1",
        amount=money("170 USD"),
    )

    plan = make_plan(base, {"pay_1": {"stage": "PAID"}, "cln_2": {"amount": "70"}}, live)

    assert plan.conflicts == ()
    assert [one.target.id for one in plan.operations] == ["pay_1"]


def test_a_line_that_an_earlier_run_made_is_no_move() -> None:
    row = make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="5", currency="USD")
    book = make_workbook(BASE, {"pay_1": {"stage": "PAID"}}, [row])
    key = next(one.target.id for one in make_plan(BASE, book).operations if one.target.id != "pay_1")
    made = make_line("cln_9", "5 USD", description=None)
    live = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), made)
    live = changed(live, "pay_1", amount=money("155 USD"))

    plan = make_plan(BASE, book, live, own=OwnWork(created={key: "cln_9"}))

    assert plan.conflicts == ()
    assert [one.target.id for one in plan.operations] == ["pay_1"]


def test_what_somebody_moved_beside_an_earlier_run_is_a_move() -> None:
    live = changed(changed(BASE, "cln_2", amount=money("70 USD")), "pay_1", amount=money("190 USD"))

    plan = make_plan(BASE, {"pay_1": {"stage": "PAID"}, "cln_2": {"amount": "70"}}, live)

    assert only(plan).live == {"total": "190 USD", "stage": "DRAFT"}


def test_rows_that_a_workbook_of_an_unknown_export_lost_are_no_move() -> None:
    assert released(BASE, base=without(BASE, "cln_2")).conflicts == ()


# A decline of what became the last line.


@pytest.mark.parametrize(
    "live",
    [
        changed(BASE, "cln_2", status="VOIDED", payout_id=None),
        changed(BASE, "cln_2", payout_id=None, status="PENDING"),
        without(BASE, "cln_2"),
    ],
    ids=["declined", "detached", "gone"],
)
def test_a_decline_of_the_last_line_left_by_others_is_held(live: Snapshot) -> None:
    conflict = only(make_plan(BASE, {"cln_1": DECLINE}, live))

    assert conflict.target.id == "cln_1"
    assert "declines the payout" in conflict.reason
    assert conflict.baseline["line cln_2"] == "50 USD on payout"
    assert cast("dict[str, str | None]", conflict.live)["line cln_2"] is None


def test_no_stage_goes_onto_a_payout_that_two_people_empty() -> None:
    live = changed(BASE, "cln_2", status="VOIDED", payout_id=None)

    plan = make_plan(BASE, {"cln_1": DECLINE, "pay_1": {"stage": "PENDING_REVIEW"}}, live)

    assert plan.operations == ()
    assert sorted(one.target.id for one in plan.conflicts) == ["cln_1", "pay_1"]


def test_a_payout_whose_lines_the_workbook_itself_declines_is_emptied_as_meant() -> None:
    plan = make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE})

    assert plan.conflicts == ()
    assert plan.effects[0].auto_declined


def test_a_decline_that_an_earlier_run_did_is_no_surprise_for_the_next_one() -> None:
    live = changed(BASE, "cln_2", status="VOIDED", payout_id=None)

    plan = make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE}, live)

    assert plan.conflicts == ()
    assert [one.target.id for one in plan.operations] == ["cln_1"]


@pytest.mark.parametrize(
    "left",
    [
        {"payout_id": None, "status": "PENDING"},
        {"payout_id": None, "status": "VOIDED"},
        {"payout_id": "pay_2"},
    ],
    ids=["detached", "declined", "moved"],
)
def test_whoever_asked_for_another_amount_of_a_line_did_not_ask_for_it_to_leave(
    left: dict[str, str | None],
) -> None:
    base = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), make_payout("pay_2", "0 USD"))
    live = changed(changed(base, "cln_2", amount=money("33 USD"), **left), "pay_1", amount=money("100 USD"))

    plan = make_plan(base, {"cln_2": {"amount": "33"}, "pay_1": {"stage": "PAID"}}, live)

    assert ("pay_1", "release") in {(one.target.id, one.group) for one in plan.conflicts}
    assert plan.operations == ()


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (RAISED, [("cln_1", "already live")]),
        (changed(RAISED, "pay_1", amount=money("9151 USD")), [("cln_1", "already live"), ("pay_1", "moved")]),
        (
            changed(changed(RAISED, "cln_2", amount=money("51 USD")), "pay_1", amount=money("9151 USD")),
            [("cln_1", "already live"), ("cln_2", "moved"), ("pay_1", "moved")],
        ),
    ],
    ids=["by our edit alone", "by more than our edit", "by somebody's edit, too"],
)
def test_a_total_that_only_follows_our_own_edits_is_no_movement(
    live: Snapshot, told: list[tuple[str, str]]
) -> None:
    plan = make_plan(BASE, {"cln_1": {"amount": "9100"}}, live)

    assert sorted((one.target.id, one.what) for one in plan.drifts) == told
