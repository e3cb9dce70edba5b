"""The columns' own rules: everything that was touched is judged in one pass, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import make_line, make_new_row, make_payout, make_row, make_sheet, make_snapshot, make_workbook

from reconcile.check.column_findings import column_findings
from reconcile.check.review import review
from reconcile.check.row_context import RowContexts
from reconcile.check.schemas import schema
from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.fields import FIELDS, UNREAD, RecordKind, Value, line_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.domain.snapshot import Snapshot

BASE = make_snapshot(
    make_payout(po_number="PO-1"), make_line(source_amount=Decimal(5000)), make_line("cln_2")
)
POLICY = Policy()


def found(book: EditedWorkbook, base: Snapshot = BASE, policy: Policy = POLICY) -> list[tuple[str, str, str]]:
    return [(one.rule, one.sheet, one.cell) for one in column_findings(RowContexts(book, base), policy)]


def only(record: str, edits: dict[str, Value], policy: Policy = POLICY) -> Finding:
    (finding,) = column_findings(RowContexts(make_workbook(BASE, {record: edits}), BASE), policy)
    return finding


def new_row(number: int = 2, **values: Value) -> EditedRow:
    plain = make_new_row(number, partner_id="ptn_1", amount="75", currency="USD")
    return replace(plain, values={**plain.values, **values})


def test_an_untouched_workbook_has_no_findings() -> None:
    assert found(make_workbook(BASE)) == []
    assert found(make_workbook(make_snapshot()), make_snapshot()) == []


LONG = "x" * 2000

FAULTS: list[tuple[str, dict[str, Value], str, str]] = [
    ("pay_1", {"stage": None}, "blank", "Stage is blank."),
    ("pay_1", {"stage": "Aproved"}, "choice", "Stage 'Aproved' is not one of the allowed values."),
    ("pay_1", {"po_number": LONG + "x"}, "text-length", "PO number has 2001 characters; the API takes 2000."),
    (
        "pay_1",
        {"statement_note": LONG + "x"},
        "text-length",
        "Statement note has 2001 characters; the API takes 2000.",
    ),
    ("cln_1", {"action": "Postpone"}, "choice", "Action 'Postpone' is not one of the allowed values."),
    ("cln_1", {"decline_reason": "WHY"}, "choice", "Decline reason 'WHY' is not one of the allowed values."),
    (
        "cln_1",
        {"decline_detail": LONG + "x"},
        "text-length",
        "Decline detail has 2001 characters; the API takes 2000.",
    ),
    ("cln_1", {"amount": None}, "blank", "Amount is blank."),
    ("cln_1", {"amount": "0"}, "amount-zero", "Amount is zero."),
    ("cln_1", {"amount": "12,50"}, "amount-number", "Amount '12,50' is not a number."),
    ("cln_1", {"currency": None}, "blank", "Currency is blank."),
    ("cln_1", {"currency": "usd"}, "choice", "Currency 'usd' is not one of the allowed values."),
    ("cln_1", {"currency": "XAU"}, "choice", "Currency 'XAU' is not one of the allowed values."),
    ("cln_1", {"source_amount": "lots"}, "amount-number", "Source amount 'lots' is not a number."),
    ("cln_1", {"description": None}, "blank", "Description is blank."),
    (
        "cln_1",
        {"description": LONG + "x"},
        "text-length",
        "Description has 2001 characters; the API takes 2000.",
    ),
    (
        "cln_1",
        {"internal_note": LONG + "x"},
        "text-length",
        "Internal note has 2001 characters; the API takes 2000.",
    ),
]


@pytest.mark.parametrize(("record", "edits", "rule", "message"), FAULTS)
def test_a_fault_in_a_cell_is_an_error_with_its_place(
    record: str, edits: dict[str, Value], rule: str, message: str
) -> None:
    finding = only(record, edits)
    kind = RecordKind.PAYOUT if record == "pay_1" else RecordKind.LINE
    (name,) = edits
    column = "ABCDEFGH"[[field.name for field in FIELDS[kind]].index(name)]

    assert (Severity.ERROR, rule, message) == (finding.severity, finding.rule, finding.message)
    assert f"march.xlsx, {'Payouts' if record == 'pay_1' else 'Lines'}!{column}2" == finding.place
    assert (kind, record, edits[name] or "") == (finding.kind, finding.record_id, finding.value)
    assert finding.fix.endswith(".")


@pytest.mark.parametrize("severity", [None, Severity.WARNING])
@pytest.mark.parametrize(
    ("record", "edits", "rule"),
    [("pay_1", {"po_number": LONG + "x"}, "text-length"), ("cln_1", {"amount": "0"}, "amount-zero")],
)
def test_the_policy_says_how_severe_a_rule_is(
    record: str, edits: dict[str, Value], rule: str, severity: Severity | None
) -> None:
    found = review(make_workbook(BASE, {record: edits}), BASE, Policy(rules={rule: severity}))

    assert [one.severity for one in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("record", "edits"),
    [
        ("pay_1", {"po_number": None, "statement_note": None}),
        ("pay_1", {"po_number": LONG, "statement_note": LONG}),
        ("pay_1", {"stage": "PAID"}),
        ("cln_1", {"source_amount": None, "internal_note": None}),
        ("cln_1", {"amount": "-0.01", "source_amount": "0"}),
        ("cln_1", {"currency": "JPY"}),
        ("cln_1", {"action": "Decline", "decline_reason": "CUSTOM", "decline_detail": "x"}),
        ("cln_1", {"internal_note": UNREAD}),
    ],
)
def test_what_is_right_has_no_finding(record: str, edits: dict[str, Value]) -> None:
    assert found(make_workbook(BASE, {record: edits})) == []


def test_few_choices_are_named_and_many_are_not() -> None:
    assert only("cln_1", {"action": "Postpone"}).allowed == ("Decline", "Detach", "Batch")
    assert len(only("pay_1", {"stage": "Aproved"}).allowed) == 11
    assert only("cln_1", {"currency": "usd"}).allowed == ()


def test_the_reasons_and_the_length_come_from_the_policy() -> None:
    policy = Policy(names=Names(decline_reasons={"WHY": "Because"}), text_limit=3)
    edits: dict[str, dict[str, Value]] = {"cln_1": {"decline_reason": "WHY", "description": "four"}}

    findings = list(column_findings(RowContexts(make_workbook(BASE, edits), BASE), policy))

    assert [finding.message for finding in findings] == ["Description has 4 characters; the API takes 3."]


ODD = make_snapshot(
    make_payout(stage="ON_HOLD", po_number="x" * 3000),
    make_line(total="0 ZZZ", description=None, source_amount=Decimal("1.23456789")),
)


def test_an_untouched_cell_is_never_judged_however_odd_it_is() -> None:
    assert found(make_workbook(ODD), ODD) == []
    assert (
        found(make_workbook(ODD, {"pay_1": {"statement_note": "x"}, "cln_1": {"action": "Detach"}}), ODD)
        == []
    )


def without_hidden_columns(book: EditedWorkbook) -> EditedWorkbook:
    def bare(rows: tuple[EditedRow, ...]) -> tuple[EditedRow, ...]:
        return tuple(replace(row, baseline=None, token=None) for row in rows)

    return replace(
        book,
        payouts=replace(book.payouts, rows=bare(book.payouts.rows)),
        lines=replace(book.lines, rows=bare(book.lines.rows)),
    )


def test_without_the_hidden_columns_the_baseline_says_what_was_touched() -> None:
    untouched = without_hidden_columns(make_workbook(ODD))
    edited = without_hidden_columns(make_workbook(ODD, {"pay_1": {"stage": "HELD"}}))

    assert found(untouched, ODD) == []
    assert found(edited, ODD) == [("choice", "Payouts", "A2")]


def test_a_cell_that_could_not_be_read_is_not_blank() -> None:
    """It has its finding from reading."""
    book = make_workbook(
        BASE, new=[EditedRow(2, None, {"partner_id": "ptn_1", "currency": "USD"}, None, None, {})]
    )
    row = book.lines.rows[0]
    unread = replace(row, values={name: value for name, value in row.values.items() if name != "amount"})
    book = replace(book, lines=make_sheet(RecordKind.LINE, [unread]))

    assert found(book) == []


def test_a_foreign_row_is_judged_by_its_own_hidden_columns() -> None:
    values = line_values(make_line("cln_x", "0 ZZZ"))
    row = make_row(RecordKind.LINE, 2, "cln_x", values, {"currency": "YYY"})
    book = replace(make_workbook(BASE), lines=make_sheet(RecordKind.LINE, [row]))

    assert found(book) == [("choice", "Lines", "E2")]


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({}, []),
        ({"payout_id": None, "description": None, "source_amount": None}, []),
        ({"partner_id": None}, [("blank", "A2")]),
        ({"amount": None, "currency": None}, [("blank", "C2"), ("blank", "D2")]),
        ({"amount": "0"}, [("amount-zero", "C2")]),
        ({"amount": "x"}, [("amount-number", "C2")]),
        ({"currency": "XXX"}, [("choice", "D2")]),
        ({"source_amount": "x"}, [("amount-number", "E2")]),
        ({"description": LONG + "x"}, [("text-length", "F2")]),
    ],
)
def test_a_new_line_is_judged_in_every_cell(values: dict[str, Value], faults: list[tuple[str, str]]) -> None:
    book = make_workbook(BASE, new=[replace(new_row(), values={**new_row().values, **values})])

    assert sorted(faults) == sorted((rule, cell) for rule, _, cell in found(book))


def test_a_new_line_without_the_column_of_a_needed_value_lacks_the_value() -> None:
    row = new_row()
    book = make_workbook(
        BASE, new=[replace(row, values={k: v for k, v in row.values.items() if k != "currency"})]
    )
    letters = {name: at for name, at in book.new_lines.letters.items() if name != "currency"}
    book = replace(book, new_lines=replace(book.new_lines, letters=letters))

    (finding,) = column_findings(RowContexts(book, BASE), POLICY)

    assert (finding.rule, finding.message, finding.cell) == ("blank", "Currency is blank.", "2")


def test_an_error_in_a_new_line_goes_by_the_number_of_its_row() -> None:
    book = make_workbook(BASE, new=[new_row(), new_row(7, amount="0")])
    (finding,) = column_findings(RowContexts(book, BASE), POLICY)

    assert (
        finding.kind,
        finding.record_id,
        finding.place,
    ) == (RecordKind.NEW_LINE, "row 7", "march.xlsx, New lines!C7")


def test_one_pass_finds_everything_on_all_sheets() -> None:
    edits: dict[str, dict[str, Value]] = {
        "pay_1": {"stage": None, "po_number": LONG + "x"},
        "cln_1": {"amount": "0", "currency": "EURO", "description": None},
        "cln_2": {"amount": "x", "action": "Postpone"},
    }
    book = make_workbook(BASE, edits, [new_row(2, partner_id=None), new_row(3, amount="0")])

    assert sorted(found(book)) == [
        ("amount-number", "Lines", "D3"),
        ("amount-zero", "Lines", "D2"),
        ("amount-zero", "New lines", "C3"),
        ("blank", "Lines", "G2"),
        ("blank", "New lines", "A2"),
        ("blank", "Payouts", "A2"),
        ("choice", "Lines", "A3"),
        ("choice", "Lines", "E2"),
        ("text-length", "Payouts", "B2"),
    ]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_a_schema_has_exactly_the_editable_fields(kind: RecordKind) -> None:
    assert [field.name for field in FIELDS[kind]] == list(schema(kind, POLICY).columns)
