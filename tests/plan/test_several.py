"""Several workbooks in one plan: the same edit once, edits that differ as a conflict, and no quarrel with history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from builders import (
    EXPORTED,
    GIVEN,
    POLICY,
    Edits,
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_snapshot,
    make_workbook,
    without,
)

from reconcile.domain.edited import EditedRow
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.build import build_plan
from reconcile.plan.model import Action, Plan
from reconcile.plan.sources import OwnWork, Source

BASE = make_snapshot(make_payout(), make_payout("pay_2"), make_line(), make_line("cln_2"))
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}
PO = {"pay_1": {"po_number": "PO-ANA"}}
OTHER_PO = {"pay_1": {"po_number": "PO-BEN"}}


def book(
    file: str,
    edits: Edits,
    baseline: Snapshot = BASE,
    *,
    days: int = 0,
    new: Iterable[EditedRow] = (),
    export: str = "",
    own: OwnWork | None = None,
    findings: tuple[Finding, ...] = (),
) -> Source:
    """A workbook that was exported so many days after the first one; its export is named for its file."""
    at = EXPORTED + timedelta(days=days)
    plain = make_workbook(baseline, edits, new, file=file)
    identity = replace(plain.export, workbook_id=export or f"wb_{file}", exported_at=at)
    edited = replace(plain, export=identity)
    return Source(replace(baseline, taken_at=at), edited, findings, own or OwnWork())


def plan_of(*sources: Source, live: Snapshot = BASE) -> Plan:
    return build_plan(sources, live, POLICY, GIVEN)


def sent(plan: Plan) -> list[tuple[str, dict[str, str | None]]]:
    return [(one.target.id, dict(one.body or {})) for one in plan.operations]


def new_row(number: int = 2, amount: str = "75") -> EditedRow:
    return make_new_row(number, partner_id="ptn_1", payout_id="pay_1", currency="USD", amount=amount)


def test_edits_of_different_records_are_one_plan() -> None:
    plan = plan_of(book("ana.xlsx", PO), book("ben.xlsx", {"pay_2": {"stage": "BLOCKED"}}))

    assert sent(plan) == [("pay_1", {"poNumber": "PO-ANA"}), ("pay_2", {"stage": "BLOCKED"})]
    assert [one.workbooks for one in plan.operations] == [("wb_ana.xlsx",), ("wb_ben.xlsx",)]
    assert [(one.file, one.export.workbook_id) for one in plan.workbooks] == [
        ("ana.xlsx", "wb_ana.xlsx"),
        ("ben.xlsx", "wb_ben.xlsx"),
    ]


def test_edits_of_different_fields_of_one_payout_are_one_request_of_both() -> None:
    plan = plan_of(book("ana.xlsx", PO), book("ben.xlsx", {"pay_1": {"stage": "BLOCKED"}}))

    assert sent(plan) == [("pay_1", {"poNumber": "PO-ANA", "stage": "BLOCKED"})]
    assert plan.operations[0].workbooks == ("wb_ana.xlsx", "wb_ben.xlsx")


def test_the_same_edit_in_two_workbooks_is_one_change_with_both_cells() -> None:
    plan = plan_of(book("ana.xlsx", PO), book("ben.xlsx", PO))

    (change,) = plan.changes
    assert change.target.place == "ana.xlsx, Payouts!B2"
    assert [one.place for one in change.also] == ["ben.xlsx, Payouts!B2"]
    assert sent(plan) == [("pay_1", {"poNumber": "PO-ANA"})]
    assert plan.operations[0].workbooks == ("wb_ana.xlsx", "wb_ben.xlsx")
    assert not plan.needs_decision


def test_the_same_field_edited_differently_is_a_conflict_with_both_cells() -> None:
    plan = plan_of(book("ana.xlsx", PO), book("ben.xlsx", OTHER_PO))

    (conflict,) = plan.conflicts
    assert conflict.target.place == "ana.xlsx, Payouts!B2"
    assert conflict.yours == {"po_number": "PO-ANA"}
    assert [(one.target.place, one.values) for one in conflict.others] == [
        ("ben.xlsx, Payouts!B2", {"po_number": "PO-BEN"})
    ]
    assert conflict.reason == "ana.xlsx and ben.xlsx want different things here."
    assert plan.operations == plan.changes == ()
    assert plan.needs_decision


def test_fields_of_one_group_conflict_as_one() -> None:
    plan = plan_of(
        book("ana.xlsx", {"cln_1": {"amount": "550"}}), book("ben.xlsx", {"cln_1": {"currency": "EUR"}})
    )

    assert [one.group for one in plan.conflicts] == ["amount"]
    assert plan.operations == ()


def test_a_third_workbook_that_agrees_with_one_of_two_settles_nothing() -> None:
    plan = plan_of(book("ana.xlsx", PO), book("ben.xlsx", OTHER_PO), book("eva.xlsx", PO))

    assert len(plan.conflicts[0].others) == 2
    assert plan.operations == ()


def test_a_line_that_one_declines_and_another_edits_waits_for_a_person() -> None:
    plan = plan_of(book("ana.xlsx", {"cln_1": DECLINE}), book("ben.xlsx", {"cln_1": {"amount": "550"}}))

    (conflict,) = plan.conflicts
    assert "one declines the line, the other edits it" in conflict.reason
    assert conflict.others[0].target.place == "ben.xlsx, Lines!D2"
    assert plan.operations == ()


def test_who_edits_and_declines_a_line_alike_in_two_workbooks_is_not_in_conflict() -> None:
    edits = {"cln_1": {**DECLINE, "amount": "550"}}

    plan = plan_of(book("ana.xlsx", edits), book("ben.xlsx", edits))

    assert plan.conflicts == ()
    assert [one.action for one in plan.operations] == [Action.UPDATE_LINE, Action.DECLINE_LINE]


def test_an_edit_that_live_is_apart_from_shows_every_workbook_that_wants_it() -> None:
    live = changed(BASE, "pay_1", po_number="PO-LIVE")

    (conflict,) = plan_of(book("ana.xlsx", PO), book("ben.xlsx", PO), live=live).conflicts

    assert conflict.live == {"po_number": "PO-LIVE"}
    assert [one.target.place for one in conflict.others] == ["ben.xlsx, Payouts!B2"]


def test_an_edit_that_a_newer_export_already_carries_is_not_in_conflict_with_it() -> None:
    carried = changed(BASE, "pay_1", po_number="PO-ANA")
    newer = book("ben.xlsx", OTHER_PO, carried, days=2)

    plan = plan_of(book("ana.xlsx", PO), newer, live=carried)

    assert sent(plan) == [("pay_1", {"poNumber": "PO-BEN"})]
    assert [(one.target.place, one.what) for one in plan.drifts] == [("ana.xlsx, Payouts!2", "already live")]
    assert not plan.needs_decision


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_old_edit_is_not_sent_again_after_a_newer_workbook_undid_it(order: tuple[int, int]) -> None:
    """ana.xlsx set PO-ANA and it was applied; ben.xlsx, exported later, emptied it again and was applied."""
    books = (
        book("ana.xlsx", PO),
        book("ben.xlsx", {"pay_1": {"po_number": None}}, changed(BASE, "pay_1", po_number="PO-ANA"), days=2),
    )

    plan = plan_of(*(books[place] for place in order), live=BASE)

    assert plan.operations == ()
    assert plan.conflicts == ()


def test_a_detach_that_a_newer_export_shows_is_history() -> None:
    pooled: dict[str, object] = {"payout_id": None, "status": "PENDING"}
    later = changed(BASE, "cln_1", **pooled)
    live = changed(BASE, "cln_1", payout_id="pay_2")

    plan = plan_of(
        book("ana.xlsx", {"cln_1": {"action": "Detach"}}), book("ben.xlsx", {}, later, days=2), live=live
    )

    assert plan.conflicts == plan.operations == ()


def test_who_saw_the_newer_value_and_wants_the_same_settles_an_old_conflict() -> None:
    moved = changed(BASE, "pay_1", po_number="PO-LIVE")

    plan = plan_of(book("ana.xlsx", PO), book("ben.xlsx", PO, moved, days=1), live=moved)

    assert sent(plan) == [("pay_1", {"poNumber": "PO-ANA"})]
    assert plan.operations[0].relies_on == {"po_number": "PO-LIVE"}
    assert plan.conflicts == ()


@pytest.mark.parametrize(
    ("first", "second", "live"),
    [*product([None, "PO-1", "PO-2"], [None, "PO-1", "PO-2"], [None, "PO-1", "PO-2"])],
)
def test_every_combination_of_two_workbooks_and_live(
    first: str | None, second: str | None, live: str | None
) -> None:
    """Two exports of the same state (a blank), edited or not, against what is live now."""
    plan = plan_of(
        book("ana.xlsx", {"pay_1": {"po_number": first}}),
        book("ben.xlsx", {"pay_1": {"po_number": second}}),
        live=changed(BASE, "pay_1", po_number=live),
    )

    # What is wanted and not there yet; a wish against a live value that nobody saw is a conflict.
    wanted = {value for value in (first, second) if value is not None and value != live}
    clean = len(wanted) == 1 and live is None
    assert sent(plan) == ([("pay_1", {"poNumber": wanted.pop()})] if clean else [])
    assert bool(plan.conflicts) is (not clean and bool(wanted))


def test_what_is_newest_is_what_moved() -> None:
    """A drift that the newer export knows is no news."""
    moved = changed(BASE, "pay_1", po_number="PO-LIVE")

    plan = plan_of(book("ana.xlsx", {}), book("ben.xlsx", {}, moved, days=1), live=moved)

    assert plan.drifts == ()
    assert all(tie.residual == 0 for tie in plan.tie_out)


def test_exports_of_different_scopes_add_up() -> None:
    left, right = without(BASE, "pay_2"), without(BASE, "pay_1", "cln_1", "cln_2")

    plan = plan_of(book("ana.xlsx", PO, left), book("ben.xlsx", {"pay_2": {"stage": "BLOCKED"}}, right))

    assert len(plan.operations) == 2
    assert plan.drifts == ()
    assert [(tie.exported, tie.drift, tie.planned) for tie in plan.tie_out] == [(1000, 0, 1000)]


def test_the_same_new_line_in_two_workbooks_is_two_lines_and_a_warning_at_both_rows() -> None:
    plan = plan_of(book("ana.xlsx", {}, new=[new_row(2)]), book("ben.xlsx", {}, new=[new_row(5)]))

    assert [one.action for one in plan.operations] == [Action.CREATE_LINE, Action.CREATE_LINE]
    assert len({one.body["idempotencyKey"] for one in plan.operations if one.body}) == 2
    assert [(one.severity, one.place) for one in plan.findings] == [
        (Severity.WARNING, "ana.xlsx, New lines!2"),
        (Severity.WARNING, "ben.xlsx, New lines!5"),
    ]
    assert "ben.xlsx, New lines!5" in plan.findings[0].message
    assert not plan.needs_decision


def test_different_new_lines_in_two_workbooks_are_no_reason_for_a_warning() -> None:
    plan = plan_of(book("ana.xlsx", {}, new=[new_row(2)]), book("ben.xlsx", {}, new=[new_row(2, "80")]))

    assert len(plan.operations) == 2
    assert plan.findings == ()


def copies(own: OwnWork | None = None) -> list[Source]:
    """Two people typed into the same ready row of two copies of one workbook."""
    return [
        book("ana.xlsx", {}, new=[new_row(2, "75")], export="wb_one", own=own),
        book("ben.xlsx", {}, new=[new_row(2, "80")], export="wb_one", own=own),
    ]


def created(plan: Plan) -> tuple[OwnWork, Snapshot]:
    """What the run of a plan leaves behind."""
    lines = {
        one.target.id: make_line(
            f"cln_new_{number}", str(one.after), description=one.expected["description"], created_at=EXPORTED
        )
        for number, one in enumerate(plan.operations)
    }
    live = replace(BASE, lines={**BASE.lines, **{line.id: line for line in lines.values()}})
    return OwnWork(created={key: line.id for key, line in lines.items()}), live


def test_new_lines_in_the_same_row_of_two_copies_of_one_workbook_are_two_lines() -> None:
    plan = plan_of(*copies())

    assert sorted(str(one.after) for one in plan.operations) == ["75.00 USD", "80.00 USD"]
    assert len({one.target.id for one in plan.operations}) == 2


@pytest.mark.parametrize("returned", [(0, 1), (1, 0), (0,), (1,)])
def test_copies_that_were_applied_together_ask_for_nothing_more_in_any_company(
    returned: tuple[int, ...],
) -> None:
    own, live = created(plan_of(*copies()))
    again = copies(own)

    plan = plan_of(*(again[place] for place in returned), live=live)

    assert plan.operations == ()
    assert plan.conflicts == ()


def test_what_one_workbook_did_excuses_no_other_one() -> None:
    """ana.xlsx declined the line in an earlier run; ben.xlsx edits it and must hear that it is gone."""
    live = without(BASE, "cln_1")
    declined = book("ana.xlsx", {"cln_1": DECLINE}, own=OwnWork(gone=frozenset({"cln_1"})))

    plan = plan_of(declined, book("ben.xlsx", {"cln_1": {"amount": "550"}}), live=live)

    assert [one.target.place for one in plan.conflicts] == ["ben.xlsx, Lines!2"]
    assert [(one.target.place, one.what) for one in plan.drifts] == [("ana.xlsx, Lines!2", "already live")]


def test_an_error_in_one_workbook_holds_the_record_for_both() -> None:
    error = Finding(
        Severity.ERROR,
        "rule",
        "It is wrong.",
        "Mend it.",
        file="ana.xlsx",
        kind=RecordKind.PAYOUT,
        record_id="pay_1",
    )

    plan = plan_of(book("ana.xlsx", {}, findings=(error,)), book("ben.xlsx", PO))

    assert [one.target.id for one in plan.held] == ["pay_1"]
    assert plan.operations == ()


def test_a_payout_waits_for_a_line_that_another_workbook_is_in_conflict_about() -> None:
    live = changed(BASE, "cln_1", description="Theirs")
    plan = plan_of(
        book("ana.xlsx", {"cln_1": {"description": "Mine"}}),
        book("ben.xlsx", {"pay_1": {"stage": "PENDING_PAYMENT"}}),
        live=live,
    )

    assert [one.target.id for one in plan.held] == ["pay_1"]


def test_declines_in_two_workbooks_that_empty_a_payout_together_are_foretold() -> None:
    plan = plan_of(book("ana.xlsx", {"cln_1": DECLINE}), book("ben.xlsx", {"cln_2": DECLINE}))

    assert [one.auto_declined for one in plan.effects] == [True]


def test_a_plan_of_several_workbooks_is_the_same_every_time() -> None:
    books = [book("ana.xlsx", PO, new=[new_row()]), book("ben.xlsx", OTHER_PO, days=1)]

    assert plan_of(*books) == plan_of(*books)
