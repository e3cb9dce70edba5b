"""Rows and sheets that people copy, paste, insert, delete and rename: read right, or reported at their cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.export.writer import write_workbook

Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Read = Callable[[Path], EditedWorkbook]
Reviewed = Callable[[Callable[[openpyxl.Workbook], object]], tuple[Finding, ...]]


@pytest.fixture
def reviewed(simple_file: Path, simple: Snapshot, edit: Edit, read: Read) -> Reviewed:
    """What is found in the simple workbook after a change."""
    return lambda change: review(read(edit(simple_file, change)), simple, Policy())


@pytest.fixture
def foreign(simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path) -> openpyxl.Workbook:
    """Another export of the same records."""
    path = tmp_path / "april.xlsx"
    write_workbook(path, simple, replace(export_of(simple), workbook_id="wbk_april"), Policy())
    return openpyxl.load_workbook(path)


def paste(source: Worksheet, target: Worksheet) -> None:
    for row in source.iter_rows():
        for cell in row:
            target.cell(cell.row, cell.column).value = cell.value


def places(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(one.rule, f"{one.sheet}!{one.cell}".rstrip("!")) for one in findings]


def test_a_sheet_of_another_workbook_beside_ours_is_not_read_and_said_so(
    reviewed: Reviewed, foreign: openpyxl.Workbook
) -> None:
    def add(book: openpyxl.Workbook) -> None:
        paste(foreign["Lines"], book.create_sheet("Lines (2)"))

    assert places(reviewed(add)) == [("sheet-copy", "Lines (2)")]


def test_a_sheet_of_another_workbook_over_ours_is_an_error_in_each_row(
    reviewed: Reviewed, foreign: openpyxl.Workbook
) -> None:
    findings = reviewed(lambda book: paste(foreign["Payouts"], book["Payouts"]))

    assert places(findings) == [("token", "Payouts!P2"), ("token", "Payouts!P3"), ("token", "Payouts!P4")]
    assert "hidden token is of another export, or was changed" in findings[0].message


def test_a_renamed_sheet_is_found_by_its_columns(reviewed: Reviewed, foreign: openpyxl.Workbook) -> None:
    def rename(book: openpyxl.Workbook) -> None:
        for number, name in enumerate(("Payouts", "Lines", "New lines", "_meta", "Start here")):
            book[name].title = f"Sheet {number}"

    assert reviewed(rename) == ()


def test_rows_that_were_inserted_in_the_middle_are_errors_and_the_others_are_read(
    reviewed: Reviewed, simple: Snapshot
) -> None:
    def insert(book: openpyxl.Workbook) -> None:
        sheet = book["Payouts"]
        sheet.insert_rows(3, 2)
        sheet["A3"], sheet["D3"] = "Acme Partners", "PAID"

    findings = reviewed(insert)

    assert places(findings) == [("id-blank", "Payouts!P3")]


def test_a_row_pasted_from_elsewhere_is_an_error_at_its_id(reviewed: Reviewed) -> None:
    def stranger(book: openpyxl.Workbook) -> None:
        book["Payouts"]["P5"], book["Payouts"]["D5"] = "pay_from_elsewhere", "PAID"

    findings = reviewed(stranger)

    assert places(findings) == [("id-unknown", "Payouts!P5")]
    assert findings[0].value == "pay_from_elsewhere"


def test_an_id_that_was_edited_into_another_one_is_refused_in_both_rows(reviewed: Reviewed) -> None:
    findings = reviewed(lambda book: paste_cell(book["Payouts"], "P2", "P3"))

    assert places(findings) == [("id-repeated", "Payouts!P2"), ("id-repeated", "Payouts!P3")]


def paste_cell(sheet: Worksheet, source: str, target: str) -> None:
    sheet[target] = sheet[source].value


def test_sorted_hidden_filtered_and_deleted_rows_are_read_as_they_are(reviewed: Reviewed) -> None:
    def treat(book: openpyxl.Workbook) -> None:
        sheet = book["Payouts"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=4)]
        for number, values in enumerate(reversed(rows[1:]), start=2):
            for column, value in enumerate(values, start=1):
                sheet.cell(number, column).value = value
        sheet.delete_rows(4)
        sheet.row_dimensions[2].hidden = True
        sheet.auto_filter.add_filter_column(3, ["PAID"])

    assert reviewed(treat) == ()
