"""A program that trims every text, in hidden cells too: nothing is sent for it, and no edit beside it is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.doctor import repair
from reconcile.workbook.read import readonly_edits

Read = Callable[[Path], EditedWorkbook]
SPACED = "pay_008"  # the payout whose PO number and note are " PO-77 "


def trimmed(source: Path, folder: Path, change: Callable[[openpyxl.Workbook], object] = bool) -> Path:
    """The workbook after a change, with the spaces around every text gone."""
    book = openpyxl.load_workbook(source)
    change(book)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
            cell.value, cell.data_type = cell.value.strip(" \n\t") or None, "s"
    target = folder / "trimmed.xlsx"
    book.save(target)
    return target


def found(edited: EditedWorkbook, hard: Snapshot) -> tuple[Finding, ...]:
    return review(edited, hard, Policy(), readonly_edits(edited, hard))


def row_of(book: openpyxl.Workbook, record: str) -> int:
    sheet = book["Payouts"]
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == record)


def set_po(book: openpyxl.Workbook, record: str, value: str) -> None:
    book["Payouts"].cell(row_of(book, record), 5).value = value


def test_trimmed_texts_are_damage_and_no_errors(
    hard: Snapshot, hard_file: Path, tmp_path: Path, read: Read
) -> None:
    findings = found(read(trimmed(hard_file, tmp_path)), hard)

    assert {one.rule for one in findings if one.severity is Severity.ERROR} == set()
    assert SPACED in {one.record_id for one in findings if one.rule == "damaged"}


def test_an_edit_of_a_trimmed_row_is_in_the_repaired_copy(
    hard: Snapshot, hard_file: Path, tmp_path: Path, read: Read
) -> None:
    source = trimmed(hard_file, tmp_path, lambda book: set_po(book, SPACED, "PO-99"))
    edited, target = read(source), tmp_path / "clean.xlsx"

    done = repair(source, target, edited, hard, found(edited, hard), Policy())
    clean = read(target)

    assert (done.edits, done.left) == (1, [])
    assert clean.payouts.row_of(SPACED).values["po_number"] == "PO-99"  # type: ignore[union-attr]
    assert clean.payouts.row_of(SPACED).values["statement_note"] == " PO-77 "  # type: ignore[union-attr]


def test_what_a_repair_leaves_behind_is_named_with_its_cell_and_both_values(
    hard: Snapshot, hard_file: Path, tmp_path: Path, read: Read
) -> None:
    def meddle(book: openpyxl.Workbook) -> None:
        set_po(book, SPACED, "PO-99")
        sheet, number = book["Payouts"], row_of(book, SPACED)
        for cell in sheet[number]:
            if isinstance(cell.value, str) and cell.value.startswith(f"{SPACED}~"):
                cell.value = "pay_001~0123456789abcdef"

    source = trimmed(hard_file, tmp_path, meddle)
    edited = read(source)
    findings = found(edited, hard)
    done = repair(source, tmp_path / "clean.xlsx", edited, hard, findings, Policy())

    (left,) = done.left
    assert re.search(r"Its edits: PO number in E\d+ \( PO-77  -> PO-99\)\.$", left)
    assert {one.rule for one in findings if one.record_id == SPACED} == {"token"}


@pytest.mark.parametrize("hidden", ["PO-78", "77"])
def test_a_hidden_cell_that_no_program_makes_of_the_export_is_an_error(
    hidden: str, hard: Snapshot, hard_file: Path, read: Read
) -> None:
    edited = read(hard_file)
    rows = [
        replace(row, baseline={**(row.baseline or {}), "po_number": hidden}) if row.id == SPACED else row
        for row in edited.payouts.rows
    ]
    changed = replace(edited, payouts=replace(edited.payouts, rows=tuple(rows)))

    assert [(one.rule, one.record_id) for one in found(changed, hard)] == [("baseline", SPACED)]
