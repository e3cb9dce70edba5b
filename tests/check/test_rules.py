"""The rules across fields: each finds what it should, is silent otherwise, and obeys the policy."""

from __future__ import annotations

from collections.abc import Mapping
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

from reconcile.check.review import review
from reconcile.check.row_context import RowContexts
from reconcile.check.rules import rule_findings
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import UNREAD, RecordKind, Value, line_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.domain.rules import RULES
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES

BASE = make_snapshot(
    make_payout(),
    make_payout("pay_2", stage="PAID"),
    make_line(source_amount=Decimal(5000)),
    make_line("cln_2", payout_id="pay_2"),
    make_line("cln_3", payout_id=None),
    make_payout("pay_3"),
    make_line("cln_4", payout_id="pay_3"),
    make_line("cln_5", "0.123 USD", payout_id="pay_3"),
)
POLICY = Policy(po_required_stages=("PENDING_PAYMENT", "PAID"))
DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}
NEW = {"partner_id": "ptn_1", "payout_id": "pay_1", "amount": "75", "currency": "USD"}


def findings(
    edits: Edits, policy: Policy = POLICY, base: Snapshot = BASE, new: Mapping[str, str] | None = None
) -> list[Finding]:
    rows = [make_new_row(2, **new)] if new else []
    return list(rule_findings(RowContexts(make_workbook(base, edits, rows), base), policy))


def found(edits: Edits, base: Snapshot = BASE, new: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    return [(finding.rule, finding.cell) for finding in findings(edits, base=base, new=new)]


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


@pytest.mark.parametrize(
    ("edits", "column"),
    [
        ({"amount": "550"}, "D"),
        ({"currency": "EUR"}, "E"),
        ({"source_amount": "5"}, "F"),
        (DECLINE, "A"),
        ({"description": "x"}, None),
        ({"internal_note": "x"}, None),
    ],
)
def test_money_on_a_payout_that_is_over_is_warned_of(edits: dict[str, Value], column: str | None) -> None:
    over = [one for one in found({"cln_2": edits}) if one[0] == "payout-over"]

    assert over == ([("payout-over", f"{column}3")] if column else [])


@pytest.mark.parametrize("stage", [*STAGES, "UNKNOWN"])
def test_a_payout_is_over_when_its_stage_is_final_or_unknown(stage: str) -> None:
    base = make_snapshot(make_payout(stage=stage), make_line())

    is_over = bool(found({"cln_1": {"amount": "550"}}, base))

    assert is_over == (stage in ("PAID", "DECLINED", "UNKNOWN"))


@pytest.mark.parametrize(
    ("edits", "cells"),
    [
        ({"amount": "550.12"}, []),
        ({"amount": "550.10000"}, []),
        ({"currency": "KWD", "amount": "550.125"}, []),
        ({"currency": "JPY"}, []),
        ({"currency": "JPY", "amount": "550.5", "source_amount": "0.1"}, ["D2", "F2"]),
        ({"currency": "ZZZ", "amount": "550.12345"}, []),
        ({"source_amount": "1.001"}, ["F2"]),
    ],
)
def test_an_amount_has_no_more_decimals_than_its_currency(edits: dict[str, Value], cells: list[str]) -> None:
    assert cells == [cell for rule, cell in found({"cln_1": edits}) if rule == "amount-decimals"]


def test_a_new_currency_is_held_against_amounts_that_stay() -> None:
    base = make_snapshot(make_payout(), make_line(total="12.50 USD", source_amount=Decimal("125.5")))

    assert found({"cln_1": {"currency": "JPY"}}, base) == [
        ("amount-decimals", "D2"),
        ("amount-decimals", "F2"),
        ("currency-changed", "E2"),
    ]


@pytest.mark.parametrize(
    ("amount", "is_found"),
    [
        ("5000", False),
        ("5000.01", True),
        ("50", False),
        ("49.99", True),
        ("-500", False),
        ("-5001", True),
        ("0", False),
    ],
)
def test_an_amount_that_changes_by_more_than_the_factor_is_warned_of(amount: str, *, is_found: bool) -> None:
    rules = [rule for rule, _ in found({"cln_1": {"amount": amount}})]

    assert is_found == ("amount-factor" in rules)


def test_the_factor_comes_from_the_policy() -> None:
    policy = replace(POLICY, max_amount_factor=Decimal("1.1"))

    assert findings({"cln_1": {"amount": "550"}}, policy) == []
    assert [one.rule for one in findings({"cln_1": {"amount": "551"}}, policy)] == ["amount-factor"]


def test_an_amount_that_was_zero_has_no_factor() -> None:
    assert found({"cln_1": {"amount": "5000"}}, make_snapshot(make_payout(), make_line(total="0 USD"))) == []


@pytest.mark.parametrize(
    "new",
    [
        NEW,
        {name: value for name, value in NEW.items() if name != "payout_id"},
        {**NEW, "partner_id": "ptn_2", "payout_id": "pay_3"},
        {**NEW, "amount": "9999999", "description": "x"},
    ],
)
def test_a_right_new_line_has_no_finding(new: dict[str, str]) -> None:
    base = make_snapshot(*BASE.payouts.values(), make_payout("pay_3", partner_id="ptn_2"))

    assert found({}, base, new) == []


def test_a_partner_is_known_by_its_payouts_too() -> None:
    base = replace(make_snapshot(make_payout(partner_id="ptn_7")), partners={})

    assert found({}, base, {**NEW, "partner_id": "ptn_7"}) == []


def test_a_new_line_without_a_partner_is_left_to_the_blank_cell() -> None:
    assert found({}, new={name: value for name, value in NEW.items() if name != "partner_id"}) == []


def test_rows_of_unknown_records_are_left_to_their_id() -> None:
    row = make_row(RecordKind.LINE, 2, "cln_x", line_values(make_line("cln_x")), {"action": "Decline"})
    book = replace(make_workbook(BASE), lines=make_sheet(RecordKind.LINE, [row, replace(row, id=None)]))

    assert list(rule_findings(RowContexts(book, BASE), POLICY)) == []


def test_a_row_that_breaks_several_rules_has_all_findings() -> None:
    edits = {"cln_2": {"action": "Decline", "amount": "1.005"}}

    assert found(edits) == [
        ("reason-needed", "B3"),
        ("payout-over", "D3"),
        ("amount-decimals", "D3"),
        ("amount-factor", "D3"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "is_found"),
    [
        ("DRAFT", "PENDING_REVIEW", False),
        ("DRAFT", "APPROVED", False),
        ("DRAFT", "PAID", True),
        ("APPROVED", "PAID", False),
        ("PAID", "APPROVED", True),
        ("DECLINED", "DRAFT", True),
        ("APPROVED", "POSTPONED", False),
        ("BLOCKED", "PAID", False),
    ],
)
def test_stages_go_forward_and_leave_out_no_gate(before: str, after: str, *, is_found: bool) -> None:
    base = make_snapshot(make_payout(stage=before, po_number="PO-1"))

    assert is_found == bool(found({"pay_1": {"stage": after}}, base))


def test_the_order_and_the_gates_of_stages_come_from_the_policy() -> None:
    policy = replace(POLICY, stage_order=("PAID", "SCHEDULED", "APPROVED"), stage_gates=("SCHEDULED",))
    base = make_snapshot(make_payout(stage="APPROVED"), make_payout("pay_2", stage="SCHEDULED"))

    (finding,) = findings({"pay_1": {"stage": "SCHEDULED"}}, policy, base)

    assert (finding.rule, finding.record_id) == ("stage-order", "pay_1")
    assert findings({"pay_2": {"stage": "APPROVED"}}, policy, base) == []


@pytest.mark.parametrize(
    ("edits", "new"),
    [
        ({"cln_1": DECLINE}, None),
        ({"pay_1": {"stage": "DECLINED"}, "cln_1": DECLINE}, None),
        ({"pay_1": {"statement_note": "x"}, "cln_1": DECLINE}, NEW),
        ({"pay_1": {"statement_note": "x"}, "cln_1": {"amount": "550"}}, None),
    ],
)
def test_a_payout_that_keeps_a_line_or_is_meant_to_go_may_be_edited(
    edits: Edits, new: dict[str, str] | None
) -> None:
    assert found(edits, new=new) == []


def test_new_lines_that_say_the_same_are_found_from_the_second_on() -> None:
    other = {**NEW, "description": "one more"}
    rows = [make_new_row(2, **NEW), make_new_row(3, **other), make_new_row(4, **NEW), make_new_row(6, **NEW)]

    again = list(rule_findings(RowContexts(make_workbook(BASE, {}, rows), BASE), POLICY))

    assert [(one.rule, one.severity, one.cell) for one in again] == [
        ("line-repeated", Severity.WARNING, "C4"),
        ("line-repeated", Severity.WARNING, "C6"),
    ]
    assert again[0].message == "This new line says the same as the one in row 2."


def test_what_a_program_spoilt_is_judged_by_no_rule() -> None:
    base = make_snapshot(make_payout(po_number="000123"), make_line(total="0.3 USD"))
    edits: Edits = {"pay_1": {"po_number": "123"}, "cln_1": {"amount": "0.30000000000000004"}}

    reviewed = review(make_workbook(base, edits), base, POLICY)

    assert [(one.rule, one.severity, one.place) for one in reviewed] == [
        ("damaged", Severity.WARNING, "march.xlsx, Payouts!B2"),
        ("damaged", Severity.WARNING, "march.xlsx, Lines!D2"),
    ]
    assert "'000123' at export: leading zeros were lost" in reviewed[0].message


def test_clearing_the_po_number_where_a_payout_stands_at_such_a_stage_is_found() -> None:
    base = make_snapshot(make_payout("pay_2", stage="PAID", po_number="PO-1"))

    assert found({"pay_2": {"po_number": None}}, base) == [("po-required", "B2")]


@pytest.mark.parametrize("wrong", [{"action": "Decline"}, {"action": "Decline", "decline_reason": "CUSTOM"}])
def test_a_decline_in_error_empties_no_payout(wrong: dict[str, Value]) -> None:
    rules = [rule for rule, _ in found({"pay_1": {"po_number": "PO-1"}, "cln_1": wrong})]

    assert "payout-emptied" not in rules
    assert {"reason-needed", "detail-needed"} & set(rules)
