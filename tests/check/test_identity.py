"""Which row is which record: a row that does not fit is reported, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from time import process_time

import pytest
from builders import make_line, make_payout, make_row, make_sheet, make_snapshot, make_workbook

from reconcile.check.identity import identity_findings
from reconcile.check.row_context import RowContexts
from reconcile.domain.edited import EditedRow, EditedWorkbook, row_token
from reconcile.domain.fields import UNREAD, RecordKind, Value, line_values, payout_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Snapshot

BASE = make_snapshot(make_payout(), make_payout("pay_2"), make_line(), make_line("cln_2"))


def book_with(lines: Iterable[EditedRow], base: Snapshot = BASE) -> EditedWorkbook:
    return replace(make_workbook(base), lines=make_sheet(RecordKind.LINE, lines))


def line_row(number: int, line_id: str = "cln_1", **edits: Value) -> EditedRow:
    return make_row(RecordKind.LINE, number, line_id, line_values(BASE.lines[line_id]), edits)


def found(book: EditedWorkbook, base: Snapshot = BASE) -> list[tuple[str, str]]:
    return [(finding.rule, finding.cell) for finding in identity_findings(RowContexts(book, base))]


def first(book: EditedWorkbook) -> Finding:
    return next(identity_findings(RowContexts(book, BASE)))


def test_an_exported_workbook_has_no_findings() -> None:
    assert found(make_workbook(BASE)) == []


def test_edits_do_not_touch_the_identity_of_a_row() -> None:
    book = make_workbook(BASE, {"pay_1": {"stage": "PAID", "po_number": "x"}, "cln_1": {"amount": "5"}})

    assert found(book) == []


def test_sorting_and_deleting_rows_is_no_finding() -> None:
    assert found(book_with([line_row(2, "cln_2"), line_row(3, "cln_1")])) == []
    assert found(book_with([line_row(7, "cln_2")])) == []
    assert found(book_with([])) == []


def test_a_row_without_an_id_is_an_error() -> None:
    blank = EditedRow(3, None, {"amount": "5"}, None, None, {})

    finding = first(book_with([line_row(2), blank]))

    assert (finding.rule, finding.severity, finding.place) == (
        "id-blank",
        Severity.ERROR,
        "march.xlsx, Lines!I3",
    )
    assert finding.message == "This row has no Line ID, so it belongs to no record."
    assert finding.fix == "Enter new lines on the sheet New lines, or put the Line ID back."


def test_a_payout_row_without_an_id_is_to_be_removed() -> None:
    book = replace(
        make_workbook(BASE), payouts=make_sheet(RecordKind.PAYOUT, [EditedRow(3, None, {}, None, None, {})])
    )

    assert first(book).fix == "Remove the row, or put the Payout ID back."


def test_a_row_with_an_unknown_id_is_an_error() -> None:
    foreign = replace(line_row(3), id="cln_x")

    finding = first(book_with([line_row(2), foreign]))

    assert (finding.rule, finding.value, finding.record_id) == ("id-unknown", "cln_x", "cln_x")
    assert "Line ID cln_x was not in this export" in finding.message


def test_an_id_of_the_other_sheet_is_unknown() -> None:
    assert found(book_with([replace(line_row(2), id="pay_1")])) == [("id-unknown", "I2")]


def test_every_copy_of_a_row_is_an_error_that_names_them_all() -> None:
    book = book_with([line_row(2), line_row(5, "cln_2"), line_row(9), line_row(12)])

    assert found(book) == [("id-repeated", "I2"), ("id-repeated", "I9"), ("id-repeated", "I12")]
    assert first(book).message == (
        "Line ID cln_1 stands in rows 2, 9, 12; only one row may speak for a record."
    )


def test_of_many_copies_the_first_ten_are_named() -> None:
    numbers = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11"

    exact, more = (first(book_with(line_row(number) for number in range(2, 2 + count))) for count in (10, 13))

    assert f"stands in rows {numbers}; only one" in exact.message
    assert f"stands in rows {numbers} and 3 more; only one" in more.message


def test_thousands_of_copies_are_found_in_a_moment() -> None:
    book = book_with([line_row(number) for number in range(2, 10_002)])
    start = process_time()

    count = len(found(book))

    assert count == 10_000
    assert process_time() - start < 3


def test_a_row_with_the_token_of_another_says_whose_it_is() -> None:
    """Somebody sorted half of the columns: the id and the values belong to two lines."""
    swapped = replace(line_row(2, "cln_1"), id="cln_2")

    finding = first(book_with([swapped]))

    assert (finding.rule, finding.severity, finding.record_id) == ("token", Severity.ERROR, "cln_2")
    assert finding.message == (
        "The row's hidden token belongs to cln_1, so its values may not be those of Line ID cln_2."
    )


@pytest.mark.parametrize("token", [None, "", "cln_1", "cln_1~0000000000000000", "nonsense"])
def test_a_token_that_is_missing_or_changed_is_an_error(token: str | None) -> None:
    book = book_with([replace(line_row(2), token=token), line_row(3, "cln_2")])

    assert found(book) == [("token", "I2")]


def test_the_token_of_another_export_does_not_fit() -> None:
    foreign = row_token("wb_other", RecordKind.LINE, "cln_1", line_values(BASE.lines["cln_1"]))

    assert found(book_with([replace(line_row(2), token=foreign)])) == [("token", "I2")]


def test_a_row_from_an_older_baseline_does_not_fit() -> None:
    older = {**line_values(BASE.lines["cln_1"]), "amount": "499"}

    assert found(book_with([make_row(RecordKind.LINE, 2, "cln_1", older, {})])) == [("token", "I2")]


def test_without_any_token_the_hidden_columns_are_gone_and_reported_elsewhere() -> None:
    rows = [
        replace(line_row(2), token=None, baseline=None),
        replace(line_row(3, "cln_2"), token=None, baseline=None),
    ]

    assert found(book_with(rows)) == []


@pytest.mark.parametrize(
    ("name", "value"), [("amount", "499"), ("description", None), ("internal_note", None)]
)
def test_a_changed_hidden_baseline_is_an_error(name: str, value: Value) -> None:
    row = line_row(2)
    tampered = replace(row, baseline={**(row.baseline or {}), name: value})

    finding = first(book_with([tampered]))

    assert (finding.rule, finding.cell) == ("baseline", "I2")
    assert finding.message == "The row's hidden baseline is not what was exported for Line ID cln_1."


def test_a_hidden_baseline_that_cannot_be_read_is_left_to_the_token() -> None:
    assert found(book_with([replace(line_row(2), baseline=None)])) == []


def test_a_value_that_no_cell_can_hold_is_unread_in_its_row_and_fits() -> None:
    """The writer leaves it out and makes the token without it; the store knows the whole text."""
    base = make_snapshot(make_payout(), make_line(description="x" * 40_000))
    shown: dict[str, Value] = {**line_values(base.lines["cln_1"]), "description": UNREAD}

    assert found(book_with([make_row(RecordKind.LINE, 2, "cln_1", shown, {})], base), base) == []


def test_claiming_that_a_value_could_not_be_shown_does_not_fit() -> None:
    row = line_row(2)
    tampered = replace(row, baseline={**(row.baseline or {}), "amount": UNREAD})

    assert found(book_with([tampered])) == [("token", "I2")]


def test_payouts_are_checked_like_lines() -> None:
    values = payout_values(BASE.payouts["pay_1"])
    rows = [
        make_row(RecordKind.PAYOUT, 2, "pay_1", values, {}),
        make_row(RecordKind.PAYOUT, 3, "pay_1", values, {}),
        make_row(RecordKind.PAYOUT, 4, "pay_x", values, {}),
        replace(make_row(RecordKind.PAYOUT, 5, "pay_2", values, {}), token="pay_1~0"),
    ]
    book = replace(make_workbook(BASE), payouts=make_sheet(RecordKind.PAYOUT, rows))

    assert found(book) == [
        ("id-repeated", "D2"),
        ("id-repeated", "D3"),
        ("id-unknown", "D4"),
        ("token", "D5"),
    ]
