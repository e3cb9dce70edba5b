"""The whole plan: where it came from, what it costs, and who must decide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    FILE,
    GIVEN,
    MADE,
    WORKBOOK,
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
)

from reconcile.domain.fields import UNREAD, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Names
from reconcile.plan.model import PLAN_VERSION, Action, Cost
from reconcile.plan.outcome import Difference, OperationOutcome, Outcome, RunTotal, Verification, record_of
from reconcile.plan.visible_state import ABSENT, differences, observe

BASE = make_snapshot(make_payout(), make_line(), make_line("cln_9", payout_id=None))
NAMES = Names()


def test_a_plan_says_where_it_came_from() -> None:
    live = changed(BASE, "pay_1", po_number="theirs")

    plan = make_plan(BASE, {}, live)

    assert (plan.version, plan.made_at, plan.made_by, plan.files) == (PLAN_VERSION, MADE, "ops", FILE)
    (export,) = (one.export for one in plan.workbooks)
    assert (WORKBOOK, BASE.fingerprint) == (export.workbook_id, export.fingerprint)
    assert (live.environment, live.fingerprint) == (plan.environment, plan.live_fingerprint)


@pytest.mark.parametrize(
    ("writes", "rate", "cost"),
    [
        (1, 120, Cost(1, 2, 2)),
        (2, 120, Cost(2, 4, 3)),
        (2, 60, Cost(2, 4, 6)),
        (0, 120, Cost(0, 0, 0)),
    ],
)
def test_the_cost_counts_the_re_read_the_writes_and_the_read_back(writes: int, rate: int, cost: Cost) -> None:
    edits = dict(list({"pay_1": {"po_number": "x"}, "cln_1": {"description": "x"}}.items())[:writes])

    plan = make_plan(BASE, make_workbook(BASE, edits), given=replace(GIVEN, rate=rate))

    assert cost == plan.cost
    assert cost.writes + cost.reads == plan.cost.calls


def test_the_time_of_a_plan_with_new_lines_allows_for_one_whose_answer_is_lost() -> None:
    given = replace(GIVEN, rate=60, absence_wait=29.5)
    row = {"partner_id": "ptn_1", "payout_id": "pay_1", "currency": "USD"}
    new = [make_new_row(2, **row, amount="75"), make_new_row(3, **row, amount="80")]
    edited = make_workbook(BASE, {"cln_1": {"description": "x"}})

    with_new = make_plan(BASE, make_workbook(BASE, new=new), given=given)
    without = make_plan(BASE, edited, given=given)

    assert (with_new.cost.seconds, without.cost.seconds) == (2 + 4 + 30, 1 + 4)


def test_findings_are_carried_along_and_only_errors_need_a_decision() -> None:
    findings = tuple(Finding(severity, "rule", "What.", "Do.") for severity in Severity)

    plan = make_plan(BASE, {}, findings=findings)

    assert findings == plan.findings
    assert [finding.severity for finding in plan.errors] == [Severity.ERROR]
    assert plan.needs_decision
    assert not make_plan(BASE, {}, findings=findings[1:]).needs_decision


def test_the_arguments_are_not_changed() -> None:
    book = make_workbook(BASE, {"cln_1": {"amount": "5"}, "pay_1": {"po_number": "x"}})
    copies = (repr(BASE), repr(book))

    make_plan(BASE, book)

    assert copies == (repr(BASE), repr(book))


def test_two_plans_of_the_same_objects_are_equal() -> None:
    book = make_workbook(BASE, {"cln_1": {"amount": "5"}})

    assert make_plan(BASE, book) == make_plan(BASE, book)


# What can be seen of a record.


@pytest.mark.parametrize(
    ("kind", "record", "part"),
    [
        (RecordKind.PAYOUT, "pay_1", {"state": "there", "stage": "APPROVED", "po_number": None}),
        (RecordKind.LINE, "cln_1", {"state": "on payout", "payout_id": "pay_1", "payout_stage": "APPROVED"}),
        (RecordKind.LINE, "cln_1", {"amount": "500", "internal_note": UNREAD}),
        (RecordKind.LINE, "cln_9", {"state": "pool", "payout_id": None, "payout_stage": None}),
        (RecordKind.PAYOUT, "pay_9", {"state": ABSENT}),
        (RecordKind.LINE, "pay_1", {"state": ABSENT}),
    ],
)
def test_a_record_is_seen_with_its_place(kind: RecordKind, record: str, part: dict[str, object]) -> None:
    seen = observe(BASE, kind, record, NAMES)

    assert part == {name: seen[name] for name in part}


@pytest.mark.parametrize(
    ("payout_id", "status", "state"),
    [
        ("pay_1", "IN_PAYOUT", "on payout"),
        ("pay_1", "ANYTHING", "on payout"),
        ("pay_1", "VOIDED", "declined"),
        (None, "DECLINED", "declined"),
        (None, "PENDING", "pool"),
        (
            None,
            "EXPECTED",
            "unclear: status EXPECTED is in neither pending_statuses nor voided_statuses of [names]",
        ),
    ],
)
def test_an_unknown_status_off_a_payout_is_not_guessed(
    payout_id: str | None, status: str, state: str
) -> None:
    snapshot = make_snapshot(make_payout(), make_line(payout_id=payout_id, status=status))

    assert state == observe(snapshot, RecordKind.LINE, "cln_1", NAMES)["state"]


def test_differences_leave_out_what_cannot_be_seen() -> None:
    wanted = {"stage": "PAID", "po_number": None, "statement_note": "x", "gone": "y", "nothing": None}
    seen = {"stage": "DRAFT", "po_number": None, "statement_note": UNREAD}

    assert differences(wanted, seen) == {"stage": ("PAID", "DRAFT"), "gone": ("y", None)}


# What became of a plan.


def test_an_operation_is_done_when_live_shows_what_it_wanted() -> None:
    done = {Outcome.APPLIED, Outcome.ALREADY_APPLIED, Outcome.APPLIED_DIFFERENTLY}

    assert done == {outcome for outcome in Outcome if outcome.done}


def test_a_verification_ties_without_differences_and_residuals() -> None:
    total = RunTotal("USD", money("1 USD").amount, money("2 USD").amount, money("2 USD").amount)
    off = replace(total, seen=money("2.01 USD").amount)

    assert Verification((), (total,)).ties
    assert not Verification((), (total, off)).ties
    assert not Verification((Difference("op-0001", "cln_1", "amount", "1", "2"),), (total,)).ties


def test_the_record_of_a_creation_is_known_once_the_server_named_it() -> None:
    (update,) = make_plan(BASE, {"cln_1": {"amount": "5"}}).operations
    create = replace(update, action=Action.CREATE_LINE)
    known = {update.id: OperationOutcome(update.id, Outcome.APPLIED, result_id="cln_new")}

    assert (record_of(update, known), record_of(create, {}), record_of(create, known)) == (
        "cln_1",
        "",
        "cln_new",
    )
