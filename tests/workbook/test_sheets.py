from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import UNREAD
from reconcile.domain.finding import Severity
from reconcile.errors import WorkbookError

Read = Callable[[Path], EditedWorkbook]
Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]


def place(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def rules(edited: EditedWorkbook) -> list[tuple[str, str]]:
    return [(finding.rule, finding.sheet) for finding in edited.findings]


@pytest.mark.parametrize("name", ["Payouts", "Lines"])
def test_a_missing_data_sheet_is_refused(name: str, simple_file: Path, edit: Edit, read: Read) -> None:
    edit(simple_file, lambda workbook: workbook.remove(workbook[name]))

    with pytest.raises(WorkbookError, match=rf"march\.xlsx has no sheet {name}"):
        read(simple_file)


def test_without_new_lines_the_rest_is_read(simple_file: Path, edit: Edit, read: Read) -> None:
    edit(simple_file, lambda workbook: workbook.remove(workbook["New lines"]))

    edited = read(simple_file)

    assert rules(edited) == [("sheet-missing", "New lines")]
    assert len(edited.payouts.rows) == 3
    assert edited.new_lines.rows == ()


@pytest.mark.parametrize(("sheet", "header"), [("Payouts", "Payout ID"), ("Lines", "Line ID")])
def test_a_missing_id_column_is_refused(
    sheet: str, header: str, simple_file: Path, edit: Edit, read: Read
) -> None:
    edit(simple_file, lambda workbook: workbook[sheet].delete_cols(place(workbook[sheet], header)))

    with pytest.raises(WorkbookError, match=f"the sheet {sheet} has no column '{header}'"):
        read(simple_file)


def test_the_same_header_twice_is_refused_with_both_cells(simple_file: Path, edit: Edit, read: Read) -> None:
    def add(workbook: openpyxl.Workbook) -> None:
        workbook["Lines"]["Z1"] = "  AMOUNT "

    edit(simple_file, add)

    with pytest.raises(WorkbookError, match="the sheet Lines has the same header in the cells F1 and Z1"):
        read(simple_file)


def test_a_missing_editable_column_is_a_warning_and_no_change(
    simple_file: Path, edit: Edit, read: Read
) -> None:
    edit(simple_file, lambda workbook: workbook["Payouts"].delete_cols(5))

    edited = read(simple_file)

    assert rules(edited) == [("column-missing", "Payouts")]
    assert edited.findings[0].severity is Severity.WARNING
    assert all("po_number" not in row.values for row in edited.payouts.rows)
    assert all(row.values["stage"] == "APPROVED" for row in edited.payouts.rows)


def test_missing_hidden_columns_are_a_warning_and_leave_no_baseline(
    simple_file: Path, edit: Edit, read: Read
) -> None:
    def remove(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["Lines"]
        hidden = place(sheet, "lines:baseline_amount")
        sheet.delete_cols(hidden, sheet.max_column - hidden + 1)

    edited = read(edit(simple_file, remove))

    assert rules(edited) == [("hidden-column-missing", "Lines")]
    assert all(row.baseline is None for row in edited.lines.rows)
    # What Introw does not give back still counts as unread, so that a blank clears nothing.
    assert {row.values["internal_note"] for row in edited.lines.rows} == {UNREAD}


def test_a_missing_read_only_column_is_nothing_to_mention(simple_file: Path, edit: Edit, read: Read) -> None:
    edit(simple_file, lambda workbook: workbook["Payouts"].delete_cols(1))

    assert rules(read(simple_file)) == []


def test_a_copied_sheet_is_not_read_and_is_mentioned(simple_file: Path, edit: Edit, read: Read) -> None:
    def copy(workbook: openpyxl.Workbook) -> None:
        workbook.copy_worksheet(workbook["Lines"]).title = "Lines (2)"
        workbook["Lines (2)"]["F2"] = 1

    edited = read(edit(simple_file, copy))

    assert rules(edited) == [("sheet-copy", "Lines (2)")]
    assert edited.lines.name == "Lines"
    assert all(row.values["amount"] == "1250" for row in edited.lines.rows)


def test_two_sheets_that_could_be_meant_are_refused(simple_file: Path, edit: Edit, read: Read) -> None:
    def copy(workbook: openpyxl.Workbook) -> None:
        workbook.copy_worksheet(workbook["Lines"]).title = "Lines B"
        workbook["Lines"].title = "Lines A"

    edit(simple_file, copy)

    with pytest.raises(WorkbookError, match="Lines A and Lines B both look like"):
        read(simple_file)


def test_a_copy_of_lines_never_passes_for_new_lines(simple_file: Path, edit: Edit, read: Read) -> None:
    def replace(workbook: openpyxl.Workbook) -> None:
        workbook.remove(workbook["New lines"])
        copy = workbook.copy_worksheet(workbook["Lines"])
        copy.title = "More"
        copy.delete_cols(place(copy, "Line ID"))

    edited = read(edit(simple_file, replace))

    assert edited.new_lines.rows == ()


def test_a_workbook_whose_own_list_of_headers_is_lost_is_read_by_the_layout(
    simple_file: Path, edit: Edit, read: Read
) -> None:
    def forget(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["_meta"]
        for row in range(sheet.max_row, 0, -1):
            if str(sheet.cell(row, 1).value).startswith("header:"):
                sheet.delete_rows(row)

    edited = read(edit(simple_file, forget))

    assert len(edited.lines.rows) == 7
    assert edited.findings == ()


def test_a_workbook_from_before_the_column_was_called_partner_is_read(simple_file: Path, read: Read) -> None:
    book = openpyxl.load_workbook(simple_file)
    for name in ("New lines", "_meta"):
        for cell in (cell for row in book[name].iter_rows() for cell in row if cell.value == "Partner"):
            is_ours = name == "New lines" or book[name].cell(cell.row, 1).value == "header:new_lines"
            cell.value = "Partner ID" if is_ours else cell.value
    new = book["New lines"]
    new["A2"], new["C2"], new["D2"] = "ptn_1", 5, "USD"
    book.save(simple_file)

    (line,) = read(simple_file).new_lines.rows
    assert (line.values["partner_id"], line.values["amount"]) == ("ptn_1", "5")
