"""Why a row was edited: asked for where a policy says so, and no edit by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import Edits, make_line, make_new_row, make_payout, make_snapshot, make_workbook

from reconcile.check.review import review
from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook
from reconcile.domain.finding import Severity
from reconcile.domain.policy.names_and_limits import Policy

BASE = make_snapshot(
    make_payout("pay_1", "900 USD", stage="PENDING_INVOICE"),
    make_line("cln_1", "500 USD", "pay_1"),
    make_line("cln_2", "400 USD", "pay_1"),
)
EVERY = Policy(reasons_for=("decline", "detach", "new-line", "sign", "stage-back"))
NEW = make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD", description="Fee")
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}


def with_reasons(edited: EditedWorkbook, reasons: Mapping[str, str]) -> EditedWorkbook:
    """The workbook with these reasons, by record id."""

    def told(row: EditedRow) -> EditedRow:
        return replace(row, reason=reasons.get(row.id or "new", ""))

    def sheet(one: EditedSheet) -> EditedSheet:
        return replace(one, rows=tuple(map(told, one.rows)))

    payouts, lines, new = map(sheet, edited.sheets)
    return replace(edited, payouts=payouts, lines=lines, new_lines=new)


def told(
    edits: Edits, policy: Policy, reasons: Mapping[str, str] | None = None, new: tuple[EditedRow, ...] = ()
) -> list[tuple[str, str, Severity]]:
    book = with_reasons(make_workbook(BASE, edits, new), reasons or {})
    rules = ("reason-missing", "reason-alone", "text-length")
    found = review(book, BASE, policy)
    return [(one.rule, one.record_id, one.severity) for one in found if one.rule in rules]


@pytest.mark.parametrize(
    ("edits", "record"),
    [
        ({"cln_1": DECLINE}, "cln_1"),
        ({"cln_1": {"action": "Detach"}}, "cln_1"),
        ({"cln_1": {"amount": "-500"}}, "cln_1"),
        ({"pay_1": {"stage": "APPROVED"}}, "pay_1"),
    ],
)
def test_an_edit_that_the_policy_names_needs_a_reason(edits: Edits, record: str) -> None:
    assert told(edits, EVERY) == [("reason-missing", record, Severity.ERROR)]
    assert told(edits, EVERY, {record: "Agreed with Ana"}) == []
    assert told(edits, Policy()) == []


def test_a_new_line_needs_a_reason_where_the_policy_says_so() -> None:
    assert told({}, EVERY, new=(NEW,)) == [("reason-missing", "row 2", Severity.ERROR)]
    assert told({}, EVERY, {"new": "Forgotten in March"}, (NEW,)) == []


@pytest.mark.parametrize(
    "edits",
    [
        {"pay_1": {"stage": "PENDING_PAYMENT"}},
        {"pay_1": {"po_number": "PO-1"}},
        {"cln_1": {"amount": "501"}},
        {"cln_1": {"description": "Referral of May"}},
    ],
)
def test_other_edits_need_none(edits: Edits) -> None:
    assert told(edits, EVERY) == []


@pytest.mark.parametrize(
    ("above", "edits", "asked"),
    [
        ({"USD": 100}, {"cln_1": {"amount": "600"}}, False),
        ({"USD": 100}, {"cln_1": {"amount": "600.01"}}, True),
        ({"USD": 100}, {"cln_1": {"amount": "399.99"}}, True),
        ({"USD": 499}, {"cln_1": DECLINE}, True),
        ({"USD": 499}, {"cln_1": {"action": "Detach"}}, True),
        ({"USD": 500}, {"cln_1": DECLINE}, False),
        ({"any": 100}, {"cln_1": {"amount": "601"}}, True),
        ({"any": 100, "USD": 1000}, {"cln_1": {"amount": "601"}}, False),
        ({"EUR": 1}, {"cln_1": {"amount": "601"}}, False),
        ({"EUR": 499}, {"cln_1": {"currency": "EUR"}}, True),
        ({"any": 0}, {"cln_1": {"description": "Other"}}, False),
        ({"any": 0}, {"pay_1": {"stage": "APPROVED"}}, False),
    ],
)
def test_money_above_a_limit_needs_a_reason(above: Mapping[str, int], edits: Edits, *, asked: bool) -> None:
    policy = Policy(reason_above={name: Decimal(limit) for name, limit in above.items()})

    assert [rule for rule, *_ in told(edits, policy)] == ["reason-missing"] * asked


def test_the_rule_may_be_a_warning_or_off_like_any_other() -> None:
    warned = replace(EVERY, rules={"reason-missing": Severity.WARNING})

    assert told({"cln_1": DECLINE}, warned) == [("reason-missing", "cln_1", Severity.WARNING)]
    assert told({"cln_1": DECLINE}, replace(EVERY, rules={"reason-missing": None})) == []


def test_a_reason_without_an_edit_is_a_note() -> None:
    assert told({}, Policy(), {"cln_1": "Looked at it"}) == [("reason-alone", "cln_1", Severity.INFO)]
    assert told({"cln_1": {"amount": "501"}}, Policy(), {"cln_1": "Looked at it"}) == []


def test_a_reason_of_ten_thousand_characters_is_refused_in_one_sentence() -> None:
    reasons = {"cln_1": "x" * 10_000}

    (finding,) = (
        one
        for one in review(
            with_reasons(make_workbook(BASE, {"cln_1": {"amount": "501"}}), reasons), BASE, Policy()
        )
        if one.rule == "text-length"
    )

    assert finding.message == "The reason has 10,000 characters; at most 2,000 are allowed (text_limit)."
    assert (finding.severity, finding.record_id) == (Severity.ERROR, "cln_1")
