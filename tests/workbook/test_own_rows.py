"""Rows of a person's own, and merged cells: understood, or reported at their cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Severity

Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Read = Callable[[Path], EditedWorkbook]


def below(sheet: Worksheet, **cells: object) -> None:
    row = sheet.max_row + 1
    for letter, value in cells.items():
        sheet[f"{letter}{row}"] = value


@pytest.mark.parametrize(
    ("sheet", "cells"),
    [
        ("Lines", {"A": "TOTAL", "F": "=SUM(F2:F8)"}),
        ("Lines", {"E": "Grand total:", "F": 8750}),
        ("Lines", {"F": "=SUBTOTAL(9,F2:F8)"}),
        ("Lines", {"A": "Checked by Ann on 3 April"}),
        ("Payouts", {"A": "Total USD", "G": "=SUM(G2:G4)", "I": "=SUM(I2:I4)"}),
        ("Payouts", {"B": "Summe", "G": 3750}),
        ("New lines", {"A": "Total", "C": "=SUM(C2:C201)"}),
        ("New lines", {"C": "=SUM(C2:C201)"}),
    ],
)
def test_a_total_below_the_table_is_the_persons_own_row(
    simple_file: Path, edit: Edit, read: Read, sheet: str, cells: dict[str, object]
) -> None:
    before = read(simple_file)

    after = read(edit(simple_file, lambda book: below(book[sheet], **cells)))

    assert [one.rows for one in after.sheets] == [one.rows for one in before.sheets]
    assert [(one.rule, one.severity, one.sheet) for one in after.findings] == [
        ("own-row", Severity.INFO, sheet)
    ]


@pytest.mark.parametrize(
    ("sheet", "cells"),
    [
        ("Lines", {"F": 500}),
        ("Lines", {"A": "Acme Partners", "F": 500, "G": "USD", "I": "Total rebate for the quarter"}),
        ("Payouts", {"D": "PAID"}),
        ("New lines", {"A": "ptn_1", "C": "=50*2", "D": "USD"}),
        ("New lines", {"A": "ptn_1", "C": 100, "D": "USD", "F": "Total"}),
    ],
)
def test_a_row_that_may_be_meant_for_us_is_none_of_the_persons_own(
    simple_file: Path, edit: Edit, read: Read, sheet: str, cells: dict[str, object]
) -> None:
    after = read(edit(simple_file, lambda book: below(book[sheet], **cells)))

    assert not [one for one in after.findings if one.rule == "own-row"]
    kept = next(one for one in after.sheets if one.name == sheet)
    assert kept.rows[-1].id is None


def test_a_cell_under_merged_cells_is_an_error_and_no_blank(
    simple_file: Path, edit: Edit, read: Read
) -> None:
    edited = read(edit(simple_file, lambda book: book["Payouts"].merge_cells("E2:E4")))

    assert [(one.rule, one.severity, one.cell) for one in edited.findings] == [
        ("merged-cell", Severity.ERROR, "E3"),
        ("merged-cell", Severity.ERROR, "E4"),
    ]
    assert "E2:E4" in edited.findings[0].message
    assert [row.values.get("po_number", "unread") for row in edited.payouts.rows] == [
        "PO-0",
        "unread",
        "unread",
    ]


def test_merged_cells_beside_ours_do_not_matter(simple_file: Path, edit: Edit, read: Read) -> None:
    def beside(book: openpyxl.Workbook) -> None:
        book["Payouts"].merge_cells("A2:C2")
        book["Payouts"].merge_cells("AB2:AC4")

    assert read(edit(simple_file, beside)).findings == ()
