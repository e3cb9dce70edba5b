"""The rules across fields: each finds what it should, is silent otherwise, and obeys the policy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    Edits,
    make_line,
    make_new_row,
    make_payout,
    make_row,
    make_sheet,
    make_snapshot,
    make_workbook,
)
from check.rule_cases import BASE, DECLINE, NEW, POLICY, findings, found

from reconcile.check.review import review
from reconcile.check.row_context import RowContexts
from reconcile.check.rules import rule_findings
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import UNREAD, RecordKind, Value, line_values
from reconcile.domain.finding import Severity
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.rules import RULES

# rule, its own severity, edits that break it (a new line where the edits have none), the cell, the message
BROKEN: list[tuple[str, Severity, dict[str, dict[str, Value]], dict[str, str], str, str]] = [
    (
        "po-required",
        Severity.ERROR,
        {"pay_1": {"stage": "PENDING_PAYMENT"}},
        {},
        "Payouts!B2",
        "Stage PENDING_PAYMENT needs a PO number.",
    ),
    (
        "reason-needed",
        Severity.ERROR,
        {"cln_1": {"action": "Decline"}},
        {},
        "Lines!B2",
        "A decline needs a reason.",
    ),
    (
        "detail-needed",
        Severity.ERROR,
        {"cln_1": {**DECLINE, "decline_reason": "CUSTOM"}},
        {},
        "Lines!C2",
        "The reason CUSTOM needs a decline detail.",
    ),
    (
        "reason-without-decline",
        Severity.ERROR,
        {"cln_1": {"decline_reason": "DUPLICATE", "decline_detail": "x"}},
        {},
        "Lines!B2",
        "There is a decline reason, but Action is not Decline.",
    ),
    (
        "action-in-pool",
        Severity.ERROR,
        {"cln_3": {"action": "Detach"}},
        {},
        "Lines!A4",
        "Detach works only on a line that is on a payout; this one is in the pending pool.",
    ),
    (
        "payout-over",
        Severity.WARNING,
        {"cln_2": {"amount": "550"}},
        {},
        "Lines!D3",
        "The payout of this line is PAID already; the server may refuse the edit.",
    ),
    (
        "payout-over",
        Severity.WARNING,
        {},
        {**NEW, "payout_id": "pay_2"},
        "New lines!B2",
        "The payout of this line is PAID already; the server may refuse the edit.",
    ),
    (
        "amount-decimals",
        Severity.ERROR,
        {"cln_1": {"amount": "550.125"}},
        {},
        "Lines!D2",
        "550.125 has more decimals than USD has (2).",
    ),
    (
        "amount-decimals",
        Severity.ERROR,
        {},
        {**NEW, "source_amount": "0.5", "currency": "JPY"},
        "New lines!E2",
        "0.5 has decimals, and JPY has none.",
    ),
    (
        "decimals-beside",
        Severity.WARNING,
        {"cln_4": {"amount": "550"}},
        {},
        "Lines!D5",
        (
            "Line cln_5 of the same payout is 0.123 USD, with more decimals than the currency has: "
            "Introw may round the payout's total otherwise than this plan does."
        ),
    ),
    (
        "amount-factor",
        Severity.WARNING,
        {"cln_1": {"amount": "50000"}},
        {},
        "Lines!D2",
        "The amount goes from 500 to 50000, a factor of more than 10.",
    ),
    (
        "amount-sign",
        Severity.WARNING,
        {"cln_1": {"amount": "-500"}},
        {},
        "Lines!D2",
        "The amount changes its sign, from 500 to -500.",
    ),
    (
        "currency-changed",
        Severity.WARNING,
        {"cln_1": {"currency": "EUR"}},
        {},
        "Lines!E2",
        "The currency changes from USD to EUR; the amount is not converted.",
    ),
    (
        "stage-order",
        Severity.WARNING,
        {"pay_1": {"stage": "DRAFT"}},
        {},
        "Payouts!A2",
        "APPROVED to DRAFT goes back in the order of stages.",
    ),
    (
        "stage-order",
        Severity.WARNING,
        {"pay_2": {"stage": "FAILED"}},
        {},
        "Payouts!A3",
        "PAID to FAILED takes up a payout that is over (PAID).",
    ),
    (
        "payout-emptied",
        Severity.ERROR,
        {"pay_1": {"po_number": "PO-1"}, "cln_1": DECLINE},
        {},
        "Payouts!B2",
        "This payout is edited, and its only line is declined or detached.",
    ),
    (
        "line-exists",
        Severity.WARNING,
        {},
        {**NEW, "amount": "500", "description": "Referral"},
        "New lines!C2",
        "This new line says the same as line cln_1, which exists already.",
    ),
    (
        "partner-unknown",
        Severity.ERROR,
        {},
        {**NEW, "partner_id": "ptn_9", "payout_id": ""},
        "New lines!A2",
        "Partner ptn_9 is not known.",
    ),
    (
        "payout-unknown",
        Severity.ERROR,
        {},
        {**NEW, "payout_id": "pay_9"},
        "New lines!B2",
        "Payout pay_9 was not in this export.",
    ),
    (
        "payout-partner",
        Severity.ERROR,
        {},
        {**NEW, "partner_id": "ptn_2"},
        "New lines!B2",
        "Payout pay_1 is of partner ptn_1, not of ptn_2.",
    ),
]


@pytest.mark.parametrize(("rule", "severity", "edits", "new", "place", "message"), BROKEN)
def test_a_broken_rule_is_found_at_its_cell(
    rule: str, severity: Severity, edits: Edits, new: dict[str, str], place: str, message: str
) -> None:
    given = {name: value for name, value in new.items() if value}

    (finding,) = findings(edits, new=given)

    assert (severity, rule, message) == (finding.severity, finding.rule, finding.message)
    assert f"march.xlsx, {place}" == finding.place
    assert finding.fix.endswith(".")


@pytest.mark.parametrize("graded", [None, Severity.WARNING, Severity.ERROR])
@pytest.mark.parametrize(
    ("rule", "edits", "new"), [(one[0], one[2], one[3]) for one in BROKEN if not RULES[one[0]].fixed]
)
def test_the_policy_says_how_severe_a_rule_is(
    rule: str, edits: Edits, new: dict[str, str], graded: Severity | None
) -> None:
    given = {name: value for name, value in new.items() if value}
    policy = replace(POLICY, rules={rule: graded})

    reviewed = review(make_workbook(BASE, edits, [make_new_row(2, **given)] if given else []), BASE, policy)

    assert [one.severity for one in reviewed if one.rule == rule] == ([graded] if graded else [])


def test_an_untouched_workbook_has_no_findings() -> None:
    assert found({}) == []


def test_nothing_untouched_is_found_however_odd_it_is() -> None:
    odd = make_snapshot(
        make_payout(stage="PAID", po_number=None),
        make_line(total="1.23456 JPY", source_amount=Decimal("0.1")),
        make_line("cln_2", total="0 USD", payout_id=None),
    )

    assert found({}, odd) == []
    assert (
        found(
            {
                "pay_1": {"statement_note": "x"},
                "cln_1": {"description": "x"},
                "cln_2": {"internal_note": "x"},
            },
            odd,
        )
        == []
    )


def test_without_the_hidden_columns_the_baseline_says_what_was_touched() -> None:
    book = make_workbook(BASE)
    rows = [replace(row, baseline=None, token=None) for row in book.lines.rows]
    payouts = [replace(row, baseline=None, token=None) for row in book.payouts.rows]
    bare = replace(
        book, lines=make_sheet(RecordKind.LINE, rows), payouts=make_sheet(RecordKind.PAYOUT, payouts)
    )

    assert list(rule_findings(RowContexts(bare, BASE), POLICY)) == []


@pytest.mark.parametrize(
    "edits",
    [
        {"stage": "PENDING_PAYMENT", "po_number": "PO-1"},
        {"stage": "SCHEDULED"},
        {"po_number": None},
        {"statement_note": "x"},
    ],
)
def test_a_po_number_is_needed_only_on_the_way_into_its_stages(edits: dict[str, Value]) -> None:
    assert found({"pay_1": edits}) == []


def test_a_po_number_that_is_there_already_is_enough_and_clearing_it_is_not() -> None:
    base = make_snapshot(make_payout(po_number="PO-1"))

    assert found({"pay_1": {"stage": "PAID"}}, base) == []
    assert found({"pay_1": {"stage": "PAID", "po_number": None}}, base) == [("po-required", "B2")]


def test_a_po_number_that_no_cell_can_hold_is_there() -> None:
    base = make_snapshot(make_payout(po_number="<r>x</r>"))

    assert found({"pay_1": {"stage": "PAID", "po_number": UNREAD}}, base) == []


@pytest.mark.parametrize(
    "edits",
    [
        DECLINE,
        {**DECLINE, "decline_detail": "x"},
        {**DECLINE, "decline_reason": "CUSTOM", "decline_detail": "x"},
        {"action": "Detach"},
    ],
)
def test_a_complete_action_has_no_finding(edits: dict[str, Value]) -> None:
    assert found({"cln_1": edits}) == []


@pytest.mark.parametrize(
    ("edits", "cell"),
    [
        ({"decline_detail": "x"}, "C2"),
        ({"action": "Detach", "decline_reason": "DUPLICATE"}, "B2"),
        ({"action": "Detach", "decline_reason": "DUPLICATE", "decline_detail": "x"}, "B2"),
    ],
)
def test_a_reason_without_a_decline_is_found_once(edits: dict[str, Value], cell: str) -> None:
    assert [("reason-without-decline", cell)] == found({"cln_1": edits})


def with_unreadable(name: str, edits: dict[str, Value]) -> EditedWorkbook:
    row = make_row(RecordKind.LINE, 2, "cln_1", line_values(BASE.lines["cln_1"]), edits)
    unread = replace(row, values={key: value for key, value in row.values.items() if key != name})
    return replace(make_workbook(BASE), lines=make_sheet(RecordKind.LINE, [unread]))


@pytest.mark.parametrize(
    ("name", "edits"),
    [
        ("decline_reason", {"action": "Decline"}),
        ("decline_detail", {"action": "Decline", "decline_reason": "CUSTOM"}),
        ("action", {"decline_reason": "DUPLICATE"}),
    ],
)
def test_a_cell_that_could_not_be_read_is_not_called_blank_as_well(
    name: str, edits: dict[str, Value]
) -> None:
    assert list(rule_findings(RowContexts(with_unreadable(name, edits), BASE), POLICY)) == []


def test_a_column_that_is_gone_leaves_its_cells_blank() -> None:
    book = with_unreadable("decline_reason", {"action": "Decline"})
    letters = {name: at for name, at in book.lines.letters.items() if name != "decline_reason"}
    book = replace(book, lines=replace(book.lines, letters=letters))

    assert [(one.rule, one.cell) for one in rule_findings(RowContexts(book, BASE), POLICY)] == [
        ("reason-needed", "2")
    ]


def test_the_reason_that_needs_a_text_comes_from_the_policy() -> None:
    policy = replace(POLICY, names=Names(custom_reason="OTHER"))
    edits = {"cln_1": {**DECLINE, "decline_reason": "OTHER"}}

    assert [one.rule for one in findings(edits, policy)] == ["detail-needed"]
    assert findings({"cln_1": {**DECLINE, "decline_reason": "CUSTOM"}}, policy) == []
