"""Excel's document inspector removes hidden sheets, and hidden columns: the store still knows the export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from cli_session import APPROVED, CliSession

Change = Callable[[openpyxl.Workbook], object]


def edit(book: openpyxl.Workbook) -> None:
    sheet = book["Payouts"]
    headers = {cell.value: cell.column for cell in sheet[1]}
    row = next(n for n in range(2, 99) if sheet.cell(n, headers["Payout ID"]).value == APPROVED)
    sheet.cell(row, headers["PO number"]).value = "PO-4711"


def without_hidden_sheets(book: openpyxl.Workbook) -> None:
    for sheet in list(book):
        if sheet.sheet_state != "visible":
            book.remove(sheet)


def without_hidden_columns(book: openpyxl.Workbook) -> None:
    without_hidden_sheets(book)
    for name in ("Payouts", "Lines"):
        sheet = book[name]
        headers = [(cell.column, str(cell.value)) for cell in sheet[1]]
        last = max(column for column, text in headers if text in ("Partner ID", "Payout ID", "Line ID"))
        sheet.delete_cols(last + 1, len(headers) - last)


def inspected(path: Path, *changes: Change) -> Path:
    book = openpyxl.load_workbook(path)
    for change in (edit, *changes):
        change(book)
    target = path.with_name("inspected.xlsx")
    book.save(target)
    return target


@pytest.mark.parametrize("change", [without_hidden_sheets, without_hidden_columns])
def test_the_doctor_says_which_export_it_is_and_repairs_it_with_its_edits(
    change: Change, cli: CliSession
) -> None:
    workbook = inspected(cli.export("--stage", "APPROVED"), change)
    code, out, _ = cli.run("doctor", workbook)
    workbook_id = out.partition("--workbook ")[2].split()[0]
    clean = cli.folder / "clean.xlsx"
    _, told, _ = cli.run("doctor", workbook, "--repair", clean, "--workbook", workbook_id)

    assert code == 1
    assert f"It may be: {workbook_id}, exported " in out
    assert f"Clean copy: {clean}: 1 edit, 0 new lines" in told
    assert cli.run("check", clean)[1] == "clean.xlsx: 0 errors, 0 warnings.\n"
    assert "PO-4711" in cli.run("diff", clean)[1]


def test_an_unknown_id_and_a_wrong_one_are_refused(cli: CliSession) -> None:
    whole = cli.export("--stage", "APPROVED")
    unknown = cli.run("doctor", inspected(whole, without_hidden_sheets), "--workbook", "wb_other")
    other = cli.export("--stage", "DRAFT", name="draft.xlsx")
    draft_id = openpyxl.load_workbook(other)["_meta"]["C2"].value
    wrong = cli.run("doctor", whole, "--workbook", draft_id)

    assert (unknown[0], wrong[0]) == (2, 2)
    assert "knows no export wb_other" in unknown[2]
    assert "says itself that it is" in wrong[2]
