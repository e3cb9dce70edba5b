"""What is held back, and what has to wait for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    FILE,
    changed,
    make_checked_plan,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_row,
    make_sheet,
    make_snapshot,
    make_workbook,
    without,
)

from reconcile.domain.edited import EditedRow
from reconcile.domain.fields import RecordKind, Value, line_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.stage import STAGES
from reconcile.plan.model import Action, Plan

BASE = make_snapshot(
    make_payout(),
    make_payout("pay_2"),
    make_line(),
    make_line("cln_2"),
    make_line("cln_3", payout_id="pay_2"),
)
ALONE = make_snapshot(make_payout(), make_line())
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}
RELEASED = {stage.value for stage in STAGES.values() if stage.released}
PAY = {"stage": "PENDING_PAYMENT"}
WARN = Policy(moved_releases="warn")


def held(plan: Plan) -> dict[str, str]:
    return {one.target.id: one.reason for one in plan.held}


def sent(plan: Plan) -> list[str]:
    return [operation.target.id for operation in plan.operations]


def error(kind: RecordKind, record_id: str, severity: Severity = Severity.ERROR, cell: str = "D2") -> Finding:
    return Finding(
        severity, "rule", "It is wrong.", "Mend it.", file=FILE, kind=kind, record_id=record_id, cell=cell
    )


def test_a_record_with_an_error_is_held_and_others_are_not() -> None:
    edits = {"cln_1": {"amount": "550"}, "cln_3": {"amount": "550"}, "pay_1": {"po_number": "PO-1"}}

    plan = make_plan(BASE, edits, findings=(error(RecordKind.LINE, "cln_1"),))

    assert held(plan) == {"cln_1": "error: It is wrong."}
    assert sent(plan) == ["pay_1", "cln_3"]
    assert plan.needs_decision


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_a_warning_holds_nothing(severity: Severity) -> None:
    plan = make_plan(
        BASE, {"cln_1": {"amount": "550"}}, findings=(error(RecordKind.LINE, "cln_1", severity),)
    )

    assert sent(plan) == ["cln_1"]
    assert not plan.needs_decision


def test_an_error_that_concerns_no_record_holds_none_but_needs_a_decision() -> None:
    finding = Finding(Severity.ERROR, "rule", "It is wrong.", "Mend it.")

    plan = make_plan(BASE, {"cln_1": {"amount": "550"}}, findings=(finding,))

    assert sent(plan) == ["cln_1"]
    assert plan.needs_decision


def test_an_error_in_an_untouched_row_holds_nothing() -> None:
    plan = make_plan(BASE, {}, findings=(error(RecordKind.LINE, "cln_1"),))

    assert held(plan) == {}


def test_of_several_errors_the_first_is_the_reason() -> None:
    findings = (error(RecordKind.LINE, "cln_1"), replace(error(RecordKind.LINE, "cln_1"), message="Worse."))

    assert held(make_plan(BASE, {"cln_1": {"amount": "550"}}, findings=findings)) == {
        "cln_1": "error: It is wrong."
    }


def test_an_id_is_held_in_its_own_kind_only() -> None:
    """Ids are opaque, so a line may have the id of a payout."""
    base = make_snapshot(make_payout("same"), make_line("same", payout_id="same"))
    book = make_workbook(base)
    row = make_row(RecordKind.LINE, 2, "same", line_values(base.lines["same"]), {"description": "x"})
    book = replace(book, lines=make_sheet(RecordKind.LINE, [row]))

    plan = make_plan(base, book, findings=(error(RecordKind.PAYOUT, "same"),))

    assert [operation.action for operation in plan.operations] == [Action.UPDATE_LINE]


def new_row(number: int, source: Value = None) -> EditedRow:
    return make_new_row(
        number, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD", source_amount=source
    )


def test_an_error_in_a_new_line_holds_the_row_it_stands_in() -> None:
    book = make_workbook(BASE, new=[new_row(2), new_row(3), new_row(12)])
    finding = error(RecordKind.NEW_LINE, "row 3", cell="AB3")

    plan = make_plan(BASE, book, findings=(finding,))

    assert [one.target.place for one in plan.held] == ["march.xlsx, New lines!3"]
    assert [one.target.place for one in plan.operations] == [
        "march.xlsx, New lines!2",
        "march.xlsx, New lines!12",
    ]


def test_an_error_without_a_cell_holds_no_new_line() -> None:
    book = make_workbook(BASE, new=[new_row(2)])

    plan = make_plan(BASE, book, findings=(error(RecordKind.NEW_LINE, "", cell=""),))

    assert len(plan.operations) == 1


def test_a_cleared_description_is_an_error_and_holds_its_line() -> None:
    plan = make_checked_plan(BASE, {"cln_1": {"description": None, "amount": "550"}})

    assert held(plan) == {"cln_1": "error: Description is blank."}
    assert plan.operations == ()


# A payout does not move on while edits of its lines wait.


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "DRAFT"])
def test_a_move_to_a_released_stage_waits_for_held_lines(stage: str) -> None:
    base = changed(BASE, "pay_1", stage="DRAFT")
    edits = {"pay_1": {"stage": stage, "po_number": "PO-1"}, "cln_1": {"amount": "550"}}

    plan = make_plan(base, edits, findings=(error(RecordKind.LINE, "cln_1"),))

    waits = {"pay_1": "waits: line cln_1 on it is held."} if stage in RELEASED else {}
    assert held(plan) == {"cln_1": "error: It is wrong.", **waits}
    assert sent(plan) == ([] if stage in RELEASED else ["pay_1"])


def test_a_move_waits_for_an_edit_that_could_not_be_read() -> None:
    """`1.250,00` gives no value and so no change, but the person did ask for one."""
    book = make_workbook(BASE, {"pay_1": PAY})
    row = book.lines.rows[0]
    unread = replace(row, values={name: value for name, value in row.values.items() if name != "amount"})
    book = replace(book, lines=make_sheet(RecordKind.LINE, [unread, *book.lines.rows[1:]]))

    plan = make_plan(BASE, book, findings=(error(RecordKind.LINE, "cln_1"),))

    assert held(plan) == {"pay_1": "waits: line cln_1 on it is held."}
    assert plan.operations == ()


def test_a_move_waits_for_a_line_in_conflict() -> None:
    live = changed(BASE, "cln_1", description="theirs")

    plan = make_plan(BASE, {"pay_1": PAY, "cln_1": {"description": "ours"}}, live)

    assert held(plan) == {"pay_1": "waits: line cln_1 on it is held."}


def test_a_move_waits_for_an_edited_line_that_is_gone() -> None:
    edits = {"pay_1": PAY, "cln_1": {"amount": "550"}}

    plan = make_plan(BASE, edits, without(BASE, "cln_1"), policy=WARN)

    assert held(plan) == {"pay_1": "waits: line cln_1 on it is held."}


def test_a_move_waits_for_rows_that_speak_for_the_same_line() -> None:
    book = make_workbook(BASE, {"pay_1": PAY})
    copy = make_row(RecordKind.LINE, 9, "cln_1", line_values(BASE.lines["cln_1"]), {"amount": "5"})
    book = replace(book, lines=make_sheet(RecordKind.LINE, [*book.lines.rows, copy]))

    assert held(make_checked_plan(BASE, book)) == {"pay_1": "waits: line cln_1 on it is held."}


def test_a_move_waits_for_a_held_new_line() -> None:
    book = make_workbook(BASE, {"pay_1": PAY}, [new_row(2, "x")])

    plan = make_checked_plan(BASE, book)

    assert held(plan)["pay_1"] == "waits: a new line on it is held."
    assert plan.operations == ()


def test_a_move_does_not_wait_for_lines_of_other_payouts_or_of_the_pool() -> None:
    base = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), make_line("cln_9", payout_id=None))
    edits = {"pay_1": PAY, "cln_3": {"amount": "0"}, "cln_9": {"amount": "0"}}

    assert sent(make_checked_plan(base, edits)) == ["pay_1"]


def test_both_the_payout_that_a_held_line_left_and_the_one_it_joined_wait() -> None:
    """The person edited it to be paid on the one, and it would be paid on the other."""
    live = changed(BASE, "cln_1", payout_id="pay_2")
    edits = {"pay_1": PAY, "pay_2": PAY, "cln_1": {"amount": "0"}}

    plan = make_checked_plan(BASE, edits, live, WARN)

    assert held(plan) == {
        "cln_1": "error: Amount is zero.",
        "pay_1": "waits: line cln_1 on it is held.",
        "pay_2": "waits: line cln_1 on it is held.",
    }
    assert plan.operations == ()


def test_a_payout_without_a_stage_edit_does_not_wait() -> None:
    plan = make_checked_plan(BASE, {"pay_1": {"po_number": "PO-1"}, "cln_1": {"amount": "0"}})

    assert sent(plan) == ["pay_1"]


# A decline that empties its payout declines the payout.


def test_a_decline_waits_when_the_new_line_that_keeps_its_payout_is_held() -> None:
    book = make_workbook(ALONE, {"cln_1": DECLINE}, [new_row(2, "x")])

    plan = make_checked_plan(ALONE, book)

    assert held(plan)["cln_1"] == "waits: it would decline payout pay_1, whose new line is held."
    assert plan.operations == ()


def test_a_decline_waits_while_the_stage_of_the_payout_it_empties_is_in_conflict() -> None:
    edits = {"pay_1": {"stage": "POSTPONED"}, "cln_1": DECLINE}

    plan = make_plan(ALONE, edits, changed(ALONE, "pay_1", stage="BLOCKED"))

    assert held(plan) == {"cln_1": "conflict: it would decline payout pay_1."}


def test_a_decline_goes_on_when_another_held_decline_keeps_the_payout() -> None:
    edits = {"cln_1": DECLINE, "cln_2": {"action": "Decline"}}

    plan = make_checked_plan(BASE, edits)

    assert held(plan) == {"cln_2": "error: A decline needs a reason."}
    assert sent(plan) == ["cln_1"]
    assert not plan.effects[0].auto_declined


def test_held_changes_are_still_shown_as_changes() -> None:
    plan = make_checked_plan(BASE, {"cln_1": {"amount": "0"}})

    assert [(one.target.id, one.field, one.before, one.after) for one in plan.changes] == [
        ("cln_1", "amount", "500", "0")
    ]
    assert (plan.operations, plan.effects) == ((), ())
