"""The column Reason: why a row was edited, beside the cells that may be edited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.workbook.read.reader import read_workbook

Read = Callable[[Path], EditedWorkbook]
Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
OLD = Path(__file__).parents[1] / "plan" / "old"


def column(book: openpyxl.Workbook, sheet: str, header: str = "Reason") -> str:
    """The letters of a column."""
    found: str = next(cell for cell in book[sheet][1] if cell.value == header).column_letter
    return found


def test_a_reason_is_read_from_every_data_sheet(simple_file: Path, edit: Edit, read: Read) -> None:
    def say(book: openpyxl.Workbook) -> None:
        for sheet in ("Payouts", "Lines", "New lines"):
            book[sheet][f"{column(book, sheet)}2"] = f" Why in {sheet} "
        book["New lines"]["A2"], book["New lines"]["C2"] = "ptn_0", 5

    back = read(edit(simple_file, say))

    rows = [sheet.rows[0] for sheet in back.sheets]
    assert [row.reason for row in rows] == ["Why in Payouts", "Why in Lines", "Why in New lines"]
    assert rows[0].values == rows[0].baseline
    assert all(row.reason == "" for sheet in back.sheets for row in sheet.rows[1:])


def test_a_reason_beside_no_new_line_is_a_note_and_no_line(simple_file: Path, edit: Edit, read: Read) -> None:
    def say(book: openpyxl.Workbook) -> None:
        book["New lines"][f"{column(book, 'New lines')}5"] = "Later"

    back = read(edit(simple_file, say))

    assert back.new_lines.rows == ()
    assert [(one.rule, one.sheet, one.cell) for one in back.findings] == [
        ("reason-alone", "New lines", f"{back.new_lines.letters['edit_reason']}5")
    ]


def test_a_reason_that_is_an_error_is_told_at_its_cell(simple_file: Path, edit: Edit, read: Read) -> None:
    def break_it(book: openpyxl.Workbook) -> None:
        cell = book["Lines"][f"{column(book, 'Lines')}2"]
        cell.value, cell.data_type = "#REF!", "e"

    back = read(edit(simple_file, break_it))

    assert [(one.rule, one.record_id) for one in back.findings] == [("cell-error", back.lines.rows[0].id)]


def test_a_workbook_without_the_column_is_only_told_of_it(simple_file: Path, edit: Edit, read: Read) -> None:
    back = read(edit(simple_file, lambda book: book["Lines"].delete_cols(11)))

    assert [(one.rule, "'Reason'" in one.message) for one in back.findings] == [("column-missing", True)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_workbook_of_an_earlier_version_reads_as_before(version: int, tmp_path: Path) -> None:
    """It lacks nothing, and a column of that name there is the person's own."""
    path = tmp_path / "old.xlsx"
    book = openpyxl.load_workbook(OLD / f"workbook_{version}.xlsx")
    lines = book["Lines"]
    lines.cell(1, lines.max_column + 1, "Reason")
    lines.cell(2, lines.max_column, "Their own words")
    book.save(path)

    back = read_workbook(path, Policy())

    assert [one for one in back.findings if one.rule == "column-missing"] == []
    assert {row.reason for sheet in back.sheets for row in sheet.rows} == {""}
