"""All findings together: every check runs, each finding once, in the order of the workbook."""

from __future__ import annotations

from dataclasses import replace

from builders import (
    FILE,
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
from reconcile.domain.fields import RecordKind, line_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy

BASE = make_snapshot(make_payout(), make_payout("pay_2"), make_line(), make_line("cln_2"))
POLICY = Policy()


def finding(rule: str, sheet: str = "", cell: str = "") -> Finding:
    return Finding(Severity.WARNING, rule, "What.", "Do.", file=FILE, sheet=sheet, cell=cell)


def test_an_exported_workbook_has_no_findings() -> None:
    assert review(make_workbook(BASE), BASE, POLICY) == ()


def test_findings_of_reading_and_of_read_only_columns_are_there_too() -> None:
    book = replace(make_workbook(BASE), findings=(finding("sheet-missing"),))

    found = review(book, BASE, POLICY, (finding("read-only-edit", "Lines", "K2"),))

    assert [one.rule for one in found] == ["sheet-missing", "read-only-edit"]


def test_findings_stand_in_the_order_of_sheets_rows_and_columns() -> None:
    cells = ["AA2", "B10", "A10", "Z2", "2", "", "B2"]
    sheets = ["Start here", "New lines", "Payouts", "", "Lines"]
    everything = tuple(finding(rule, sheet, cell) for rule in "ba" for sheet in sheets for cell in cells)

    found = review(make_workbook(BASE), BASE, POLICY, everything)

    places = [
        (one.sheet, one.cell, one.rule) for one in found if one.sheet in ("Payouts", "Lines", "New lines")
    ]
    assert places == [
        (sheet, cell, rule)
        for sheet in ("Payouts", "Lines", "New lines")
        for cell in ("", "2", "B2", "Z2", "AA2", "A10", "B10")
        for rule in "ab"
    ]
    assert {"", "Start here"} == {one.sheet for one in found[: 2 * 2 * len(cells)]}


def test_every_check_runs_and_reports_all_it_finds() -> None:
    edits: Edits = {
        "pay_1": {"stage": None},
        "pay_2": {"stage": "X"},
        "cln_1": {"action": "Decline", "amount": "0"},
    }
    book = make_workbook(BASE, edits, [make_new_row(2, partner_id="ptn_9", amount="1", currency="USD")])
    copy = make_row(RecordKind.LINE, 9, "cln_2", line_values(BASE.lines["cln_2"]), {})
    book = replace(book, lines=make_sheet(RecordKind.LINE, [*book.lines.rows, copy]))

    assert [(one.rule, one.sheet, one.cell) for one in review(book, BASE, POLICY)] == [
        ("blank", "Payouts", "A2"),
        ("choice", "Payouts", "A3"),
        ("reason-needed", "Lines", "B2"),
        ("amount-zero", "Lines", "D2"),
        ("id-repeated", "Lines", "I3"),
        ("id-repeated", "Lines", "I9"),
        ("partner-unknown", "New lines", "A2"),
    ]


def test_the_same_finding_is_given_once() -> None:
    twice = (finding("x", "Lines", "A2"), finding("x", "Lines", "A2"))

    assert len(review(replace(make_workbook(BASE), findings=twice), BASE, POLICY, twice)) == 1


def test_the_same_workbook_has_the_same_findings() -> None:
    book = make_workbook(BASE, {"cln_1": {"amount": "0", "action": "Decline", "description": None}})

    assert review(book, BASE, POLICY) == review(book, BASE, POLICY)
