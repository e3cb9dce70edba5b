"""Why people edited goes with the edits: into the changes, the operations and the report, never to Introw."""

from __future__ import annotations

from dataclasses import asdict, replace

from builders import (
    GIVEN,
    POLICY,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)

from reconcile.domain.edited import EditedSheet, EditedWorkbook
from reconcile.plan.build import build_plan
from reconcile.plan.codec import fingerprint, from_json, to_json
from reconcile.plan.model import Plan
from reconcile.plan.proof import prove
from reconcile.plan.sources import Source

BASE = make_snapshot(make_payout("pay_1", "500 USD"), make_line("cln_1", "500 USD", "pay_1"))
EDITS = {"cln_1": {"amount": "510", "description": "Referral of May"}, "pay_1": {"po_number": "PO-1"}}
NEW = replace(
    make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD", description="Fee"),
    reason="Forgotten in March",
)


def edited(reason: str, file: str = "march.xlsx") -> EditedWorkbook:
    """The edits, those of the line with a reason."""
    book = make_workbook(BASE, EDITS, [NEW], file=file)

    def with_reason(sheet: EditedSheet) -> EditedSheet:
        return replace(sheet, rows=tuple(replace(row, reason=reason) for row in sheet.rows))

    return replace(book, lines=with_reason(book.lines))


def reasons(plan: Plan) -> dict[str, str]:
    return {one.action.value: one.reason for one in plan.operations}


def test_a_reason_goes_with_each_edit_of_its_row_and_is_never_sent() -> None:
    plan = make_plan(BASE, edited("Agreed with Ana"))

    assert {one.field: one.reason for one in plan.changes} == {
        "amount": "Agreed with Ana",
        "description": "Agreed with Ana",
        "po_number": "",
    }
    assert reasons(plan) == {
        "create line": "Forgotten in March",
        "update line": "Agreed with Ana",
        "update payout": "",
    }
    without = make_plan(BASE, edited(""))
    assert [one.body for one in plan.operations] == [one.body for one in without.operations]


def test_a_plan_with_reasons_is_read_back_and_proves_itself() -> None:
    plan = make_plan(BASE, edited("Agreed with Ana"))

    back = from_json(to_json(plan), "plan.json")
    prove(back, POLICY, "plan.json")

    assert back == plan
    assert plan.fingerprint != make_plan(BASE, edited("Agreed with Ben")).fingerprint


def test_a_plan_of_the_version_before_reasons_is_still_read() -> None:
    old = replace(make_plan(BASE, EDITS), version=5)
    old = replace(old, fingerprint=fingerprint(old))
    text = to_json(old).replace('"reason": "",\n', "").replace(',\n      "reason": ""', "")

    back = from_json(text, "plan.json")

    assert '"reason"' not in text
    assert asdict(back) == asdict(old)


def test_the_same_edit_in_two_workbooks_keeps_both_reasons() -> None:
    sources = (
        Source(BASE, edited("Agreed with Ana", "ana.xlsx")),
        Source(BASE, edited("By mail of 3 May", "ben.xlsx")),
    )

    plan = build_plan(sources, BASE, POLICY, GIVEN)

    (update,) = (one for one in plan.operations if one.action.value == "update line")
    assert update.reason == "Agreed with Ana / By mail of 3 May"
