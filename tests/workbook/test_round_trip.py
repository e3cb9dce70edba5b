from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.domain.edited import EditedSheet, EditedWorkbook, Export
from reconcile.domain.fields import Values
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract.export_rows import line_row, payout_row
from reconcile.workbook.read.reader import read_export
from reconcile.workbook.read.readonly_edits import readonly_edits

Read = Callable[[Path], EditedWorkbook]
Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Soffice = Callable[[Path], Path]


def copy_of(path: Path, folder: Path) -> Path:
    return Path(shutil.copy(path, folder))


def values_of(sheet: EditedSheet) -> dict[str | None, Values]:
    return {row.id: row.values for row in sheet.rows}


def assert_untouched(edited: EditedWorkbook, snapshot: Snapshot) -> None:
    """Every value, baseline and token is what was exported, and there is nothing to say about any cell."""
    workbook_id = edited.export.workbook_id
    payouts = {p.id: payout_row(p, snapshot, workbook_id) for p in snapshot.payouts.values()}
    lines = {c.id: line_row(c, snapshot, workbook_id) for c in snapshot.lines.values()}
    for sheet, records in ((edited.payouts, payouts), (edited.lines, lines)):
        assert {key: row.values for key, row in records.items()} == values_of(sheet)
        assert {key: row.values for key, row in records.items()} == {r.id: r.baseline for r in sheet.rows}
        assert {key: row.token for key, row in records.items()} == {r.id: r.token for r in sheet.rows}
    assert edited.findings == ()
    assert edited.new_lines.rows == ()
    assert readonly_edits(edited, snapshot) == ()


def test_an_unedited_workbook_gives_back_every_hard_value(
    hard: Snapshot, hard_file: Path, read: Read
) -> None:
    assert_untouched(read(hard_file), hard)


def test_nothing_is_touched_by_loading_and_saving_with_openpyxl(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    saved = edit(copy_of(hard_file, tmp_path), lambda _: None)

    assert_untouched(read(saved), hard)


def test_nothing_is_touched_by_opening_and_saving_in_libreoffice(
    hard: Snapshot, hard_file: Path, read: Read, soffice: Soffice
) -> None:
    assert_untouched(read(soffice(hard_file)), hard)


def test_the_identity_of_the_export_survives(
    hard: Snapshot, hard_file: Path, export_of: Callable[[Snapshot], Export], edit: Edit, tmp_path: Path
) -> None:
    saved = edit(copy_of(hard_file, tmp_path), lambda _: None)

    assert read_export(hard_file) == export_of(hard)
    assert read_export(saved) == export_of(hard)


def test_sorting_rows_moves_each_record_with_all_that_belongs_to_it(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    def shuffle(workbook: openpyxl.Workbook) -> None:
        for name in ("Payouts", "Lines"):
            reorder_rows(workbook[name])

    assert_untouched(read(edit(copy_of(hard_file, tmp_path), shuffle)), hard)


def reorder_rows(sheet: Worksheet) -> None:
    rows = [contents(row) for row in sheet.iter_rows(min_row=2)]
    random.Random(7).shuffle(rows)
    for number, cells in enumerate(rows, start=2):
        for column, cell in enumerate(cells, start=1):
            paste(sheet, number, column, cell)


def contents(row: Iterable[Cell]) -> list[tuple[object, str, str]]:
    return [(cell.value, cell.number_format, cell.data_type) for cell in row]


def paste(sheet: Worksheet, row: int, column: int, source: tuple[object, str, str]) -> None:
    target = sheet.cell(row, column)
    target.value, target.number_format, data_type = source
    target.data_type = data_type  # openpyxl takes the text "=x" for a formula


def test_columns_may_stand_in_any_order(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    def turn(workbook: openpyxl.Workbook) -> None:
        for name in ("Payouts", "Lines", "New lines"):
            sheet = workbook[name]
            rows = [contents(row) for row in sheet.iter_rows()]
            for number, cells in enumerate(rows, start=1):
                for column, cell in enumerate(reversed(cells), start=1):
                    paste(sheet, number, column, cell)

    assert_untouched(read(edit(copy_of(hard_file, tmp_path), turn)), hard)


def test_columns_and_sheets_of_the_users_own_are_left_alone(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    def add(workbook: openpyxl.Workbook) -> None:
        workbook.create_sheet("My notes")["A1"] = "Payout ID"
        for name in ("Payouts", "Lines"):
            sheet = workbook[name]
            sheet.insert_cols(3)
            sheet.cell(1, 3).value = "Checked by"
            sheet.cell(2, 3).value = "Ann"
            sheet.cell(sheet.max_row + 3, 3).value = "a remark below the table"

    assert_untouched(read(edit(copy_of(hard_file, tmp_path), add)), hard)


def test_renamed_and_unhidden_sheets_are_still_found(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    def rename(workbook: openpyxl.Workbook) -> None:
        names = {"Payouts": "Auszahlungen", "Lines": "Zeilen", "New lines": "Neu", "_meta": "what is this"}
        for old, new in names.items():
            workbook[old].title = new
        for sheet in workbook:
            sheet.sheet_state = "visible"

    edited = read(edit(copy_of(hard_file, tmp_path), rename))

    assert_untouched(edited, hard)
    assert [sheet.name for sheet in edited.sheets] == ["Auszahlungen", "Zeilen", "Neu"]


def test_a_title_above_the_header_does_no_harm(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    def add_title(workbook: openpyxl.Workbook) -> None:
        workbook["Payouts"].insert_rows(1, 2)
        workbook["Payouts"]["A1"] = "Payouts of March"

    assert_untouched(read(edit(copy_of(hard_file, tmp_path), add_title)), hard)


def test_blank_rows_between_and_below_are_no_rows(
    hard: Snapshot, hard_file: Path, read: Read, edit: Edit, tmp_path: Path
) -> None:
    def add_blank(workbook: openpyxl.Workbook) -> None:
        workbook["Lines"].insert_rows(5, 3)
        for number in range(6, 300):
            workbook["Lines"].cell(number, 1).number_format = "0.00"

    assert_untouched(read(edit(copy_of(hard_file, tmp_path), add_blank)), hard)
