"""The rows of the table that are about whole records: missing, gone, new, unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    changed,
    make_checked_plan,
    make_line,
    make_payout,
    make_plan,
    make_row,
    make_sheet,
    make_snapshot,
    make_workbook,
    money,
    without,
)
from plan.record_cases import BASE, told

from reconcile.domain.edited import EditedRow
from reconcile.domain.fields import UNREAD, RecordKind, Value, line_values
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Plan


def test_an_untouched_workbook_makes_an_empty_plan() -> None:
    plan = make_checked_plan(BASE, {})

    assert told(plan) == {}
    assert (plan.operations, plan.held, plan.findings, plan.gates, plan.effects) == ((), (), (), (), ())
    assert not plan.needs_decision
    assert (plan.cost.calls, plan.cost.seconds) == (0, 0)


def test_an_untouched_workbook_makes_no_operation_whatever_moved_upstream() -> None:
    live = changed(BASE, "pay_1", stage="PAID", po_number="theirs", amount=money("1 USD"))
    live = changed(without(live, "cln_2"), "cln_1", amount=money("1 USD"), description="Renamed")
    live = make_snapshot(*live.payouts.values(), *live.lines.values(), make_line("cln_9"))

    plan = make_plan(BASE, {}, live)

    assert plan.operations == ()
    assert not plan.needs_decision
    assert told(plan) == {
        "pay_1": ["moved", "moved", "moved"],
        "cln_1": ["moved", "moved"],
        "cln_2": ["gone upstream"],
        "cln_9": ["new upstream"],
    }


@pytest.mark.parametrize("record", ["pay_1", "cln_1"])
@pytest.mark.parametrize("live", [BASE, without(BASE, "pay_1", "cln_1")], ids=["there", "gone too"])
def test_a_missing_row_is_not_an_instruction(record: str, live: Snapshot) -> None:
    plan = make_plan(BASE, make_workbook(BASE, missing=[record]), live)

    assert plan.operations == ()
    assert told(plan)[record] == ["missing"]
    assert not plan.needs_decision


def test_all_rows_missing_is_not_an_instruction_either() -> None:
    every = [*BASE.payouts, *BASE.lines]

    plan = make_plan(BASE, make_workbook(BASE, missing=every))

    assert plan.operations == ()
    assert sorted(every) == sorted(target.id for target in plan.missing)


@pytest.mark.parametrize("name", ["pay_2", "cln_2"])
def test_an_untouched_record_that_is_gone_upstream_is_drift(name: str) -> None:
    plan = make_plan(BASE, {}, without(BASE, name))

    assert told(plan) == {name: ["gone upstream"]}


@pytest.mark.parametrize(
    ("name", "edits"),
    [("pay_2", {"po_number": "PO-1"}), ("cln_2", {"amount": "5"}), ("cln_2", {"internal_note": "note"})],
)
def test_an_edited_record_that_is_gone_upstream_is_a_conflict(name: str, edits: dict[str, Value]) -> None:
    plan = make_plan(BASE, {name: edits}, without(BASE, name))

    assert told(plan) == {name: ["conflict"]}
    assert plan.operations == ()
    assert plan.conflicts[0].live is None
    assert edits == plan.conflicts[0].yours


def test_what_is_new_upstream_is_drift() -> None:
    live = make_snapshot(
        *BASE.payouts.values(),
        *BASE.lines.values(),
        make_payout("pay_9", "70 EUR"),
        make_line("cln_9", "70 EUR", "pay_9"),
    )

    plan = make_plan(BASE, {}, live)

    assert told(plan) == {"pay_9": ["new upstream"], "cln_9": ["new upstream"]}
    assert [drift.live for drift in plan.drifts] == [
        {"stage": "APPROVED", "total": "70.00 EUR"},
        {"amount": "70.00 EUR"},
    ]


def test_a_new_line_that_is_declined_already_is_nothing() -> None:
    live = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), make_line("cln_9", status="VOIDED"))

    assert told(make_plan(BASE, {}, live)) == {}


def test_a_moved_total_is_drift_and_the_same_total_in_another_spelling_is_not() -> None:
    moved = make_plan(BASE, {}, changed(BASE, "pay_1", amount=money("1000.01 USD")))
    same = make_plan(BASE, {}, changed(BASE, "pay_1", amount=money("1000.000 USD")))

    assert [(drift.baseline, drift.live) for drift in moved.drifts] == [
        ({"total": "1,000.00 USD"}, {"total": "1,000.01 USD"})
    ]
    assert told(same) == {}


def with_rows(*rows: EditedRow) -> Plan:
    book = make_workbook(BASE)
    return make_checked_plan(
        BASE, replace(book, lines=make_sheet(RecordKind.LINE, (*book.lines.rows, *rows)))
    )


def test_a_row_with_an_unknown_id_is_an_error_and_asks_for_nothing() -> None:
    values = line_values(make_line("cln_x"))

    plan = with_rows(make_row(RecordKind.LINE, 9, "cln_x", values, {"amount": "5"}))

    assert plan.operations == ()
    assert [finding.rule for finding in plan.errors] == ["id-unknown"]
    assert plan.needs_decision


def test_a_copied_row_speaks_for_nobody_and_is_not_missing() -> None:
    values = line_values(BASE.lines["cln_1"])

    plan = with_rows(make_row(RecordKind.LINE, 9, "cln_1", values, {"amount": "5"}))

    assert plan.operations == ()
    assert told(plan) == {}
    assert [finding.rule for finding in plan.errors] == ["id-repeated", "id-repeated"]


def test_a_row_whose_id_was_deleted_is_an_error_and_its_record_missing() -> None:
    book = make_workbook(BASE, missing=["cln_1"])
    blank = EditedRow(9, None, {"amount": "5"}, None, None, {})
    book = replace(book, lines=make_sheet(RecordKind.LINE, (*book.lines.rows, blank)))

    plan = make_checked_plan(BASE, book)

    assert plan.operations == ()
    assert [finding.rule for finding in plan.errors] == ["id-blank"]
    assert told(plan) == {"cln_1": ["missing"]}


def test_what_the_workbook_could_not_show_is_left_alone() -> None:
    """No cell holds 40,000 characters: the row says unread where the baseline knows the text."""
    base = make_snapshot(make_payout(po_number="<r>x</r>"), make_line(description="x" * 40_000))
    edits: dict[str, dict[str, Value]] = {"pay_1": {"po_number": UNREAD}, "cln_1": {"description": UNREAD}}

    plan = make_plan(base, make_workbook(base, edits))

    assert told(plan) == {}
    assert plan.operations == ()


def test_a_missing_row_of_a_line_that_was_declined_upstream_is_missing() -> None:
    book = make_workbook(BASE, missing=["cln_1"])

    plan = make_plan(BASE, book, changed(BASE, "cln_1", payout_id=None, status="VOIDED"))

    assert told(plan) == {"cln_1": ["missing"]}
