"""Which pending lines go onto a new payout, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from builders import (
    FILE,
    GIVEN,
    changed,
    make_checked_plan,
    make_line,
    make_payout,
    make_plan,
    make_sheet,
    make_snapshot,
    make_workbook,
)

from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook
from reconcile.domain.fields import FIELDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.across.narrowing import Narrowing, first_payouts
from reconcile.plan.codec import from_json, to_json
from reconcile.plan.model import Plan
from reconcile.plan.proof import prove

KIND = RecordKind.NEW_PAYOUT
APRIL = datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC)
PERIOD = "2026-Q2"


def pool(line_id: str, total: str = "500 USD", **given: object) -> CommissionLine:
    return make_line(line_id, total, None, **given)


def row(number: int = 2, **values: str) -> EditedRow:
    blank = dict.fromkeys(field.name for field in FIELDS[KIND])
    return EditedRow(
        number, None, {**blank, "partner_id": "ptn_1", **values}, None, f"payout-{number:03}", {}
    )


def workbook(baseline: Snapshot, marked: Iterable[str], *rows: EditedRow) -> EditedWorkbook:
    """The workbook with these lines marked Batch, and these rows of New payouts."""
    book = make_workbook(baseline, {line: {"action": "Batch"} for line in marked})
    sheet: EditedSheet = replace(make_sheet(RecordKind.NEW_LINE, rows), kind=KIND, name="New payouts")
    return replace(book, new_payouts=sheet)


def plan_of(
    baseline: Snapshot, marked: Iterable[str], *rows: EditedRow, live: Snapshot | None = None
) -> Plan:
    return make_checked_plan(baseline, workbook(baseline, marked, *rows), live)


MONTH = make_snapshot(make_payout(), make_line(), pool("cln_2"), pool("cln_3", "20.50 USD"))


def test_one_call_makes_the_payout_with_all_marked_lines() -> None:
    plan = plan_of(MONTH, ["cln_2", "cln_3"], row(period=PERIOD, statement_note="Thanks"))

    (operation,) = plan.operations
    assert (operation.method, operation.path) == ("POST", "/payouts")
    assert operation.body == {
        "partnerId": "ptn_1",
        "periodStart": "2026-04-01T00:00:00.000Z",
        "periodEnd": "2026-06-30T23:59:59.000Z",
        "metadata": "Thanks",
        "attachPendingLines": True,
    }
    assert operation.expected["lines"] == "cln_2, cln_3"


def test_the_money_of_the_lines_is_forecast_for_the_stage_of_the_payout() -> None:
    plan = plan_of(MONTH, ["cln_2", "cln_3"], row(period=PERIOD))

    (draft,) = (one for one in plan.stages if one.key == "DRAFT")
    assert draft.delta == Decimal("520.50")
    assert all(one.residual == 0 for one in plan.tie_out)


def test_a_plan_with_a_batch_survives_its_file_and_proves_itself() -> None:
    plan = plan_of(MONTH, ["cln_2", "cln_3"], row(period=PERIOD))
    again = from_json(to_json(plan), "plan.json")

    prove(again, Policy(), "plan.json")
    assert again == plan


def test_an_edit_of_a_line_comes_before_its_batch_and_its_new_amount_is_relied_on() -> None:
    book = workbook(MONTH, ["cln_2", "cln_3"], row(period=PERIOD))
    lines = tuple(
        replace(one, values={**one.values, "amount": "510"}) if one.id == "cln_2" else one
        for one in book.lines.rows
    )
    plan = make_plan(MONTH, replace(book, lines=replace(book.lines, rows=lines)))

    first, second = plan.operations
    assert second.waits_for == (first.id,)
    assert second.relies_on["line cln_2"] == "510 USD"


@pytest.mark.parametrize(
    ("records", "marked", "rows", "rule"),
    [
        ([pool("cln_2"), pool("cln_3")], ["cln_2"], [row(period=PERIOD)], "batch-others"),
        ([pool("cln_2", period_end=APRIL)], ["cln_2"], [row(period="2026-03")], "batch-later"),
        (
            [pool("cln_2"), pool("cln_3", "1 EUR")],
            ["cln_2", "cln_3"],
            [row(period=PERIOD)],
            "batch-currencies",
        ),
        ([pool("cln_2")], ["cln_2"], [row(period=PERIOD), row(3, period="2026-07")], "batch-unclear"),
        ([pool("cln_2")], ["cln_2"], [], "batch-without-payout"),
        ([pool("cln_2", partner_id="ptn_2")], ["cln_2"], [row(period=PERIOD)], "batch-without-payout"),
        ([make_line("cln_2")], ["cln_2"], [row(period=PERIOD)], "batch-on-payout"),
    ],
)
def test_what_cannot_be_batched_is_an_error_and_nothing_of_it_is_sent(
    records: list[CommissionLine], marked: list[str], rows: list[EditedRow], rule: str
) -> None:
    plan = plan_of(make_snapshot(make_payout(), *records), marked, *rows)

    assert rule in {one.rule for one in plan.errors}
    assert not [one for one in plan.operations if one.expected.get("lines")]


@pytest.mark.parametrize("damage", ["an action that is none", "an id that is none"])
def test_a_new_payout_waits_for_a_mark_that_cannot_be_read(damage: str) -> None:
    baseline = make_snapshot(make_payout(), make_line(), pool("cln_2"))
    book = workbook(baseline, ["cln_2"], row(period=PERIOD))
    number = next(one.number for one in book.lines.rows if one.id == "cln_2")
    action = damage == "an action that is none"
    rows = [
        replace(
            one,
            id=one.id if action else None,
            values={**one.values, "action": None if action else "Batch"},
            fixed={**one.fixed, "partner_id": "ptn_1"},
        )
        if one.number == number
        else one
        for one in book.lines.rows
    ]
    book = replace(book, lines=replace(book.lines, rows=tuple(rows)))
    cell = book.lines.cell("action" if action else "id", number)
    unread = Finding(
        Severity.ERROR,
        "cell-choice",
        "Btach is no action.",
        "Choose one.",
        file=book.file,
        sheet=book.lines.name,
        cell=cell,
        kind=RecordKind.LINE,
        record_id="cln_2" if action else "",
    )

    plan = make_plan(baseline, book, findings=(unread,))

    assert plan.operations == ()
    assert "batch-unread" in {one.rule for one in plan.errors}
    assert "error: Whether lines of this partner" in " ".join(one.reason for one in plan.held)


def test_an_action_of_another_partner_that_cannot_be_read_holds_no_payout() -> None:
    baseline = make_snapshot(make_payout(), pool("cln_2", partner_id="ptn_2"))
    book = workbook(baseline, [], row(period=PERIOD))
    number = next(one.number for one in book.lines.rows if one.id == "cln_2")
    cell = book.lines.cell("action", number)
    unread = Finding(
        Severity.ERROR, "cell-choice", "None.", "", book.file, "Lines", cell, kind=RecordKind.LINE
    )

    assert len(make_plan(baseline, book, findings=(unread,)).operations) == 1


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"period": "March"}, "payout-period"),
        ({}, "payout-period"),
        ({"batch_id": "pbt_9"}, "batch-unknown"),
        ({"batch_id": "pbt_1", "period": "2026-04", "partner_id": "ptn_2"}, "batch-period"),
        ({"period": PERIOD, "partner_id": "ptn_9"}, "partner-unknown"),
    ],
)
def test_a_row_that_names_no_payout_is_an_error(values: dict[str, str], rule: str) -> None:
    plan = plan_of(make_snapshot(make_payout()), [], row(**values))

    assert rule in {one.rule for one in plan.errors}
    assert plan.operations == ()


def test_a_batch_gives_its_period() -> None:
    plan = plan_of(make_snapshot(make_payout()), [], row(batch_id="pbt_1", partner_id="ptn_2"))

    (operation,) = plan.operations
    assert operation.body is not None
    assert (operation.body["batchId"], operation.body["periodEnd"]) == ("pbt_1", "2026-03-31T23:59:59.000Z")


def test_a_payout_of_the_period_is_a_question_and_on_the_same_batch_no_second_one_can_be_made() -> None:
    one_more = plan_of(make_snapshot(make_payout()), [], row(period="2026-Q1"))
    on_batch = plan_of(make_snapshot(make_payout()), [], row(batch_id="pbt_1"))

    assert [one.keepable for one in one_more.conflicts] == [True]
    assert {one.group for one in (*one_more.conflicts, *on_batch.conflicts)} == {"same payout"}
    assert [one.keepable for one in on_batch.conflicts] == [False]
    assert one_more.operations == on_batch.operations == ()


def test_a_marked_line_that_left_the_pool_holds_the_others_and_the_payout() -> None:
    live = make_snapshot(
        make_payout(), make_line(), make_line("cln_2", "500 USD", "pay_1"), pool("cln_3", "20.50 USD")
    )
    plan = plan_of(MONTH, ["cln_2", "cln_3"], row(period=PERIOD), live=live)

    assert plan.operations == ()
    assert {one.target.id for one in plan.held if one.target.kind is RecordKind.LINE} == {"cln_3"}
    assert [one.target.file for one in plan.conflicts] == [FILE]


def test_the_estimate_counts_the_looks_at_payouts_and_at_the_pool() -> None:
    empty = plan_of(make_snapshot(make_payout()), [], row(period=PERIOD)).cost
    filled = plan_of(MONTH, ["cln_2", "cln_3"], row(period=PERIOD)).cost

    # The partner's payouts before the run; afterwards the payout and its lines. With lines, the pool as well.
    assert (empty.writes, empty.reads) == (1, 3)
    assert (filled.writes, filled.reads) == (1, 4)


TWO_PARTNERS = make_snapshot(
    make_payout(),
    make_line(),
    pool("cln_2"),
    pool("cln_3", "20.50 USD"),
    pool("cln_4", partner_id="ptn_2"),
)
TWO_BATCHES = workbook(
    TWO_PARTNERS, ["cln_2", "cln_3", "cln_4"], row(period=PERIOD), row(3, period=PERIOD, partner_id="ptn_2")
)


def narrowed(narrowing: Narrowing, book: EditedWorkbook = TWO_BATCHES, live: Snapshot | None = None) -> Plan:
    return make_plan(TWO_PARTNERS, book, live, given=replace(GIVEN, narrowing=narrowing))


def batches_of(plan: Plan) -> list[str | None]:
    return [one.expected.get("lines") for one in plan.operations]


@pytest.mark.parametrize(
    ("named", "lines"),
    [
        ("cln_2", ["cln_2, cln_3"]),
        ("ptn_1", ["cln_2, cln_3"]),
        ("cln_4", ["cln_4"]),
        ("ptn_2", ["cln_4"]),
        ("pay_1", []),
    ],
)
def test_a_narrowed_plan_takes_a_new_payout_and_its_lines_together(named: str, lines: list[str]) -> None:
    plan = narrowed(Narrowing(frozenset({named}), f"--only {named}"))

    assert batches_of(plan) == lines
    assert (plan.held, plan.errors) == ((), ())


def test_the_first_new_payout_is_made_with_its_lines_and_the_other_is_left_with_its_own() -> None:
    whole = narrowed(Narrowing())
    first = narrowed(first_payouts(whole.operations, 1, Narrowing()))

    assert sorted(map(str, batches_of(whole))) == ["cln_2, cln_3", "cln_4"]
    assert batches_of(first) == batches_of(whole)[:1]
    assert (first.held, first.errors) == ((), ())
    assert [one.rule for one in first.findings] == ["left-out"]


def test_the_first_edit_of_a_marked_line_takes_the_new_payout_along() -> None:
    lines = tuple(
        replace(one, values={**one.values, "amount": "510"}) if one.id == "cln_3" else one
        for one in TWO_BATCHES.lines.rows
    )
    book = replace(TWO_BATCHES, lines=replace(TWO_BATCHES.lines, rows=lines))
    whole = narrowed(Narrowing(), book)
    first = narrowed(Narrowing(frozenset({"cln_3"}), "--first 1"), book)

    assert len(whole.operations) == 3
    assert batches_of(first)[-1] == "cln_2, cln_3"
    assert len(first.operations) == 2


def test_a_narrowed_plan_makes_no_payout_where_a_line_that_is_not_named_left_the_pool() -> None:
    """The line that is named waits for it, as in the whole plan."""
    live = changed(TWO_PARTNERS, "cln_3", payout_id="pay_1")
    plan = narrowed(Narrowing(frozenset({"cln_2"}), "--only cln_2"), live=live)

    assert plan.operations == ()
    assert [one.target.id for one in plan.conflicts] == ["cln_3"]
    assert "cln_2" in {one.target.id for one in plan.held}


def test_where_the_payout_is_a_question_its_lines_are_left_with_it() -> None:
    book = workbook(
        TWO_PARTNERS,
        ["cln_2", "cln_3", "cln_4"],
        row(period="2026-Q1"),
        row(3, period=PERIOD, partner_id="ptn_2"),
    )
    other = narrowed(Narrowing(frozenset({"cln_4"}), "--only cln_4"), book)
    asked = narrowed(Narrowing(frozenset({"cln_3"}), "--only cln_3"), book)

    assert (batches_of(other), other.conflicts) == (["cln_4"], ())
    assert asked.operations == ()
    assert [one.target.kind for one in asked.conflicts] == [KIND]
