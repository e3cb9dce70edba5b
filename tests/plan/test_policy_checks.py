"""What the rules find only with live and every workbook at hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    FILE,
    GIVEN,
    Edits,
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)

from reconcile.domain.decision import Choice, Preference
from reconcile.domain.fields import RecordKind, Value
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.build import build_plan
from reconcile.plan.model import Plan
from reconcile.plan.sources import Source

BASE = make_snapshot(make_payout(), make_line(), make_line("cln_2"))
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}
DETACH = {"action": "Detach"}
PO = {"po_number": "PO-1"}
PO_NEEDED = Policy(po_required_stages=("PAID",))


def rules(plan: Plan) -> list[tuple[str, str, str]]:
    return [(one.rule, one.record_id, one.sheet) for one in plan.findings]


def two(first: Edits, second: Edits, policy: Policy | None = None) -> Plan:
    sources = []
    for file, edits in (("ana.xlsx", first), ("ben.xlsx", second)):
        book = make_workbook(BASE, edits, file=file)
        book = replace(book, export=replace(book.export, workbook_id=file))
        sources.append(Source(BASE, book))
    return build_plan(tuple(sources), BASE, policy or Policy(), GIVEN)


EMPTIED = [("payout-emptied", "pay_1", "Payouts")]


def test_declines_in_two_workbooks_empty_a_payout_that_a_third_edit_is_on() -> None:
    plan = two({"cln_1": DECLINE, "pay_1": PO}, {"cln_2": DECLINE})

    assert rules(plan) == EMPTIED
    assert "pay_1" in {one.target.id for one in plan.held}


def test_a_line_that_is_declined_upstream_already_keeps_no_payout() -> None:
    live = changed(BASE, "cln_2", payout_id=None, status="VOIDED")

    assert rules(make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE, "pay_1": PO}, live)) == EMPTIED


def test_a_line_that_left_upstream_keeps_no_payout_once_a_person_decided_to_decline_the_last_one() -> None:
    live, edits = changed(BASE, "cln_2", payout_id=None), {"cln_1": DECLINE, "pay_1": PO}
    mine = replace(GIVEN, preference=Preference(Choice.MINE, (), ("cln_1",), (), "ops", "--prefer mine"))

    assert [one.target.id for one in make_plan(BASE, edits, live).conflicts] == ["cln_1"]
    assert rules(make_plan(BASE, edits, live, given=mine)) == EMPTIED


def test_a_payout_whose_lines_are_all_detached_is_not_edited() -> None:
    edits = {"cln_1": DETACH, "cln_2": DETACH, "pay_1": {"stage": "PAID"}}

    assert rules(make_plan(BASE, edits)) == EMPTIED


@pytest.mark.parametrize("action", [DETACH, DECLINE])
@pytest.mark.parametrize("edit", [PO, {"stage": "PAID"}])
def test_a_payout_whose_lines_left_as_asked_before_this_plan_is_not_edited(
    action: dict[str, Value], edit: dict[str, Value]
) -> None:
    gone = {"payout_id": None, "status": "VOIDED" if action is DECLINE else "PENDING"}
    live = changed(changed(BASE, "cln_1", **gone), "cln_2", **gone)
    edits = {"cln_1": action, "cln_2": action, "pay_1": edit}

    plan = make_plan(BASE, edits, live)

    assert rules(plan) == EMPTIED
    assert plan.operations == ()
    assert rules(make_plan(BASE, {**edits, "pay_1": {"stage": "DECLINED"}}, live)) == []


def test_a_payout_that_keeps_a_line_is_released_after_the_other_left_as_asked() -> None:
    live = changed(BASE, "cln_2", payout_id=None, status="PENDING")
    live = changed(live, "pay_1", amount=live.lines["cln_1"].amount)

    plan = make_plan(BASE, {"cln_2": DETACH, "pay_1": {"stage": "PAID"}}, live)

    assert rules(plan) == []
    assert [one.target.id for one in plan.operations] == ["pay_1"]


@pytest.mark.parametrize("edits", [{"stage": "DECLINED"}, {}])
def test_a_payout_that_may_go_may_be_emptied(edits: dict[str, Value]) -> None:
    assert rules(make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE, "pay_1": edits})) == []


def test_a_stage_beside_the_decline_of_the_last_line_is_a_conflict_and_no_finding_too() -> None:
    plan = make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE, "pay_1": {"stage": "PAID"}})

    assert rules(plan) == []
    assert [one.target.id for one in plan.conflicts] == ["pay_1"]


def test_a_line_that_joined_upstream_keeps_the_payout() -> None:
    live = replace(BASE, lines={**BASE.lines, "cln_9": make_line("cln_9")})

    assert rules(make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE, "pay_1": PO}, live)) == []


def test_a_new_line_keeps_the_payout() -> None:
    row = make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD")
    book = make_workbook(BASE, {"cln_1": DECLINE, "cln_2": DECLINE, "pay_1": PO}, [row])

    assert rules(make_plan(BASE, book)) == []


@pytest.mark.parametrize("edits", [PO, {"stage": "PAID"}])
def test_a_decline_in_error_leaves_its_line_on_the_payout(edits: dict[str, Value]) -> None:
    wrong = Finding(
        Severity.ERROR,
        "reason-needed",
        "It is wrong.",
        "",
        file=FILE,
        kind=RecordKind.LINE,
        record_id="cln_2",
    )
    plan = make_plan(
        BASE, {"cln_1": DECLINE, "cln_2": {"action": "Decline"}, "pay_1": edits}, findings=(wrong,)
    )

    assert rules(plan) == [("reason-needed", "cln_2", "")]
    assert plan.conflicts == ()


PAID = make_snapshot(make_payout(stage="PAID", po_number="PO-1"), make_line())


@pytest.mark.parametrize(
    ("edits", "live"),
    [
        ({"po_number": None}, PAID),
        ({"po_number": None}, changed(PAID, "pay_1", stage="PAID")),
        ({"stage": "PAID"}, changed(PAID, "pay_1", stage="APPROVED", po_number=None)),
    ],
)
def test_no_edit_leaves_a_payout_without_the_po_number_that_its_stage_needs(
    edits: dict[str, Value], live: Snapshot
) -> None:
    base = changed(PAID, "pay_1", stage="APPROVED") if "stage" in edits else PAID

    plan = make_plan(base, {"pay_1": edits}, live, policy=PO_NEEDED)

    assert rules(plan) == [("po-required", "pay_1", "Payouts")]
    assert plan.operations == ()


def test_a_stage_in_one_workbook_and_a_cleared_po_number_in_another_are_seen_together() -> None:
    base = make_snapshot(make_payout(po_number="PO-1"), make_line())
    books = []
    for file, edits in (("a.xlsx", {"stage": "PAID"}), ("b.xlsx", {"po_number": None})):
        book = make_workbook(base, {"pay_1": edits}, file=file)
        books.append(Source(base, replace(book, export=replace(book.export, workbook_id=file))))

    assert rules(build_plan(tuple(books), base, PO_NEEDED, GIVEN)) == [("po-required", "pay_1", "Payouts")]


def test_a_rule_that_is_off_finds_nothing() -> None:
    off = Policy(rules={"payout-emptied": None})

    assert rules(make_plan(BASE, {"cln_1": DECLINE, "cln_2": DECLINE, "pay_1": PO}, policy=off)) == []
