"""What people decide about conflicts: it counts for the state it was made on, and never by guessing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    GIVEN,
    POLICY,
    Edits,
    changed,
    make_line,
    make_payout,
    make_snapshot,
    make_workbook,
    without,
)

from reconcile.domain.decision import Choice, Decision, Preference
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import RecordKind
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.build import build_plan
from reconcile.plan.decide import seen_from
from reconcile.plan.model import Plan
from reconcile.plan.sources import Source

BASE = make_snapshot(make_payout(), make_payout("pay_2"), make_line(), make_line("cln_2"))
MINE: Edits = {"pay_1": {"po_number": "PO-MINE"}}
THEIRS = changed(BASE, "pay_1", po_number="PO-THEIRS")
MOVED_AGAIN = changed(BASE, "pay_1", po_number="PO-LATER")
PAID = changed(BASE, "pay_1", stage="PAID")


def book(edits: Edits, file: str = "ana.xlsx") -> EditedWorkbook:
    plain = make_workbook(BASE, edits, file=file)
    return replace(plain, export=replace(plain.export, workbook_id=f"wb_{file}"))


def plan_of(*books: EditedWorkbook, live: Snapshot = THEIRS, preference: Preference | None = None) -> Plan:
    sources = tuple(Source(BASE, one) for one in books)
    return build_plan(sources, live, POLICY, replace(GIVEN, preference=preference))


def decided(edited: EditedWorkbook, plan: Plan, choice: Choice, cell: str = "I2") -> EditedWorkbook:
    """The workbook with a decision on the one conflict of a plan."""
    (conflict,) = plan.conflicts
    target = conflict.target
    decision = Decision(
        target.kind, target.id, conflict.group, choice, seen_from(conflict, edited.file), "Conflicts", cell
    )
    return replace(edited, decisions=(*edited.decisions, decision))


def prefer(choice: Choice, **filters: tuple[str, ...]) -> Preference:
    given = {"payouts": (), "lines": (), "fields": (), **filters}
    return Preference(choice, **given, who="ops", words=f"--prefer {choice}")


def sent(plan: Plan) -> list[tuple[str, dict[str, str | None]]]:
    return [(one.target.id, dict(one.body or {})) for one in plan.operations]


def rules(plan: Plan) -> list[tuple[str, str]]:
    return [(one.severity.value, one.rule) for one in plan.findings]


def test_keep_mine_is_sent_and_relies_on_the_live_value_decided_upon() -> None:
    edited = decided(book(MINE), plan_of(book(MINE)), Choice.MINE)

    plan = plan_of(edited)

    assert sent(plan) == [("pay_1", {"poNumber": "PO-MINE"})]
    assert plan.operations[0].relies_on == {"po_number": "PO-THEIRS"}
    assert [(one.before, one.after) for one in plan.changes] == [("PO-THEIRS", "PO-MINE")]
    assert [(one.choice, one.by) for one in plan.decided] == [(Choice.MINE, "ana.xlsx, Conflicts!I2")]
    assert not plan.needs_decision


def test_take_live_sends_nothing_and_is_settled() -> None:
    plan = plan_of(decided(book(MINE), plan_of(book(MINE)), Choice.LIVE))

    assert plan.operations == plan.conflicts == plan.changes == ()
    assert [(one.choice, one.kept) for one in plan.decided] == [(Choice.LIVE, None)]
    assert not plan.needs_decision


@pytest.mark.parametrize("choice", list(Choice))
def test_a_decision_falls_when_live_has_moved_again(choice: Choice) -> None:
    plan = plan_of(decided(book(MINE), plan_of(book(MINE)), choice), live=MOVED_AGAIN)

    assert plan.operations == plan.decided == ()
    assert len(plan.conflicts) == 1
    assert rules(plan) == [("warning", "decision-fallen")]
    assert plan.findings[0].place == "ana.xlsx, Conflicts!I2"
    assert "live was PO number PO-THEIRS then and is PO number PO-LATER now" in plan.findings[0].message


@pytest.mark.parametrize("live", [BASE, changed(BASE, "pay_1", po_number="PO-MINE")])
def test_a_decision_on_a_conflict_that_is_no_more_is_told_and_does_no_harm(live: Snapshot) -> None:
    edited = decided(book(MINE), plan_of(book(MINE)), Choice.LIVE)

    plan = plan_of(edited, live=live)

    assert rules(plan) == [("info", "decision-idle")]
    assert sent(plan) == sent(plan_of(book(MINE), live=live))


def test_two_decisions_that_contradict_each_other_count_for_nothing() -> None:
    first = plan_of(book(MINE))
    edited = decided(decided(book(MINE), first, Choice.MINE), first, Choice.LIVE, "I3")

    plan = plan_of(edited)

    assert rules(plan) == [("error", "decision-contradiction")]
    assert "Conflicts!I2 (keep mine) and ana.xlsx, Conflicts!I3 (take live)" in plan.findings[0].message
    assert plan.operations == plan.decided == ()


def test_a_decision_made_twice_in_the_same_way_counts_once() -> None:
    first = plan_of(book(MINE))

    plan = plan_of(decided(decided(book(MINE), first, Choice.MINE), first, Choice.MINE, "I3"))

    assert [one.by for one in plan.decided] == ["ana.xlsx, Conflicts!I2, ana.xlsx, Conflicts!I3"]
    assert len(plan.operations) == 1


def test_keep_mine_sets_all_of_a_field_group_as_the_person_saw_it() -> None:
    edits: Edits = {"cln_1": {"amount": "550"}}
    live = changed(BASE, "cln_1", source_amount=BASE.lines["cln_1"].amount.amount)

    plan = plan_of(decided(book(edits), plan_of(book(edits), live=live), Choice.MINE), live=live)

    assert sent(plan) == [("cln_1", {"amount": "550.00", "sourceAmount": None})]


@pytest.mark.parametrize("choice", list(Choice))
def test_a_record_that_is_gone_can_only_be_left_as_it_is(choice: Choice) -> None:
    live = without(BASE, "cln_1")
    edits: Edits = {"cln_1": {"amount": "550"}}

    plan = plan_of(decided(book(edits), plan_of(book(edits), live=live), choice), live=live)

    assert plan.operations == ()
    assert bool(plan.conflicts) is (choice is Choice.MINE)
    assert rules(plan) == ([("error", "decision-impossible")] if choice is Choice.MINE else [])


@pytest.mark.parametrize("choice", list(Choice))
def test_an_edit_on_a_payout_that_was_paid_meanwhile_is_decided_for_that_stage(choice: Choice) -> None:
    edits: Edits = {"cln_1": {"amount": "550"}}
    edited = decided(book(edits), plan_of(book(edits), live=PAID), choice)

    plan = plan_of(edited, live=PAID)
    later = plan_of(edited, live=changed(BASE, "pay_1", stage="SCHEDULED"))

    assert sent(plan) == ([("cln_1", {"amount": "550.00"})] if choice is Choice.MINE else [])
    assert all(one.relies_on["payout_stage"] == "PAID" for one in plan.operations)
    assert not plan.conflicts
    assert len(later.conflicts) == 1
    assert rules(later) == [("warning", "decision-fallen")]


def test_a_stage_edit_that_contradicts_ones_own_declines_can_be_dropped() -> None:
    decline = {"action": "Decline", "decline_reason": "DUPLICATE"}
    edits: Edits = {"cln_1": decline, "cln_2": decline, "pay_1": {"stage": "SCHEDULED"}}
    first = plan_of(book(edits), live=BASE)

    plan = plan_of(decided(book(edits), first, Choice.LIVE), live=BASE)

    assert [one.target.id for one in plan.operations] == ["cln_1", "cln_2"]


ANA = book({"pay_1": {"po_number": "PO-ANA"}}, "ana.xlsx")
BEN = book({"pay_1": {"po_number": "PO-BEN"}}, "ben.xlsx")


@pytest.mark.parametrize(
    ("ana", "ben", "number"),
    [
        (Choice.MINE, None, "PO-ANA"),
        (None, Choice.MINE, "PO-BEN"),
        (Choice.LIVE, None, None),
        (Choice.LIVE, Choice.LIVE, None),
    ],
)
def test_a_conflict_between_workbooks_is_decided_in_either_of_them(
    ana: Choice | None, ben: Choice | None, number: str | None
) -> None:
    first = plan_of(ANA, BEN, live=BASE)
    books = [decided(one, first, choice) if choice else one for one, choice in ((ANA, ana), (BEN, ben))]

    plan = plan_of(*books, live=BASE)

    assert sent(plan) == ([("pay_1", {"poNumber": number})] if number else [])
    assert not plan.needs_decision


@pytest.mark.parametrize(("ana", "ben"), [(Choice.MINE, Choice.MINE), (Choice.MINE, Choice.LIVE)])
def test_two_people_who_decide_apart_are_told(ana: Choice, ben: Choice) -> None:
    first = plan_of(ANA, BEN, live=BASE)

    plan = plan_of(decided(ANA, first, ana), decided(BEN, first, ben), live=BASE)

    assert rules(plan) == [("error", "decision-contradiction")]
    assert plan.operations == ()


def test_a_decision_falls_when_the_other_workbook_wants_something_else_by_now() -> None:
    edited = decided(ANA, plan_of(ANA, BEN, live=BASE), Choice.MINE)

    plan = plan_of(edited, book({"pay_1": {"po_number": "PO-NEW"}}, "ben.xlsx"), live=BASE)

    assert rules(plan) == [("warning", "decision-fallen")]
    assert "another workbook wants something else now" in plan.findings[0].message


def test_of_a_line_that_one_declines_and_one_edits_all_of_the_kept_side_is_sent() -> None:
    ana = book({"cln_1": {"action": "Decline", "decline_reason": "DUPLICATE"}}, "ana.xlsx")
    ben = book({"cln_1": {"amount": "550", "description": "Renamed"}}, "ben.xlsx")
    first = plan_of(ana, ben, live=BASE)

    plan = plan_of(ana, decided(ben, first, Choice.MINE), live=BASE)

    assert sent(plan) == [("cln_1", {"amount": "550.00", "description": "Renamed"})]


@pytest.mark.parametrize(
    ("filters", "hit"),
    [
        ({"payouts": ("pay_1",)}, True),
        ({"payouts": ("pay_2",)}, False),
        ({"fields": ("po_number",)}, True),
        ({"fields": ("stage",)}, False),
        ({"lines": ("pay_1",)}, False),
        ({"payouts": ("pay_1",), "fields": ("stage",)}, False),
        ({"payouts": ("pay_1", "pay_2"), "fields": ("stage", "po_number")}, True),
    ],
)
def test_a_preference_decides_what_all_its_filters_let_through(
    filters: dict[str, tuple[str, ...]], *, hit: bool
) -> None:
    plan = plan_of(book(MINE), preference=prefer(Choice.MINE, **filters))

    assert sent(plan) == ([("pay_1", {"poNumber": "PO-MINE"})] if hit else [])
    assert [one.by for one in plan.decided] == (["ops, --prefer mine"] if hit else [])
    assert rules(plan) == ([] if hit else [("warning", "decision-idle")])


def test_a_preference_for_a_payout_decides_about_its_lines_too() -> None:
    live = changed(BASE, "cln_1", description="Theirs")

    plan = plan_of(
        book({"cln_1": {"description": "Mine"}}),
        live=live,
        preference=prefer(Choice.MINE, payouts=("pay_1",)),
    )

    assert sent(plan) == [("cln_1", {"description": "Mine"})]


def test_a_preference_for_mine_does_not_say_which_of_two_workbooks() -> None:
    mine = plan_of(ANA, BEN, live=BASE, preference=prefer(Choice.MINE, payouts=("pay_1",)))
    live = plan_of(ANA, BEN, live=BASE, preference=prefer(Choice.LIVE, payouts=("pay_1",)))

    assert rules(mine) == [("error", "decision-unclear")]
    assert mine.operations == ()
    assert (live.operations, live.conflicts) == ((), ())


def test_a_decision_for_another_group_of_the_record_does_not_count() -> None:
    edited = book(MINE)
    other = Decision(RecordKind.PAYOUT, "pay_1", "stage", Choice.MINE, "{}", "Conflicts", "I2")

    plan = plan_of(replace(edited, decisions=(other,)))

    assert len(plan.conflicts) == 1
    assert rules(plan) == [("info", "decision-idle")]
