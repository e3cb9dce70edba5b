"""Which numbers of a file are dates: only the formats of its cells say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from reconcile.domain.edited import EditedWorkbook
from reconcile.workbook.ooxml import Cell, open_book


def test_the_formats_of_conditional_formats_are_not_those_of_cells(tmp_path: Path) -> None:
    """Both lists number their formats for themselves, so the same number stands for two formats."""
    book = openpyxl.Workbook()
    cell = book.active["A1"]  # type: ignore[index]
    cell.value, cell.number_format = date(2026, 3, 1), "dd/mm/yyyy;@"
    other = DifferentialStyle(numFmt=NumberFormat(numFmtId=164, formatCode="#,##0.00"))
    book.active.conditional_formatting.add("A1", Rule(type="expression", dxf=other, formula=["TRUE"]))  # type: ignore[union-attr]
    path = tmp_path / "dates.xlsx"
    book.save(path)

    assert [(1, {0: Cell("date", "2026-03-01")})] == list(open_book(path).rows("Sheet"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("[h]:mm", "date"),
        ("[hh]", "date"),
        ('[Red]0.00" days"', "number"),
        ("[$-409]#,##0.00", "number"),
        ("0.00\\d", "number"),
        ("General", "number"),
    ],
)
def test_a_format_code_shows_a_date_or_a_number(code: str, kind: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cell = book.active["A1"]  # type: ignore[index]
    cell.value, cell.number_format = 46082, code
    path = tmp_path / "coded.xlsx"
    book.save(path)

    ((_, cells),) = open_book(path).rows("Sheet")

    assert cells[0].kind == kind


def test_a_date_in_an_amount_is_never_passed_over(
    simple_file: Path, put: Callable[..., Path], read: Callable[[Path], EditedWorkbook]
) -> None:
    put(simple_file, "Lines", "cln_000", "Amount", date(2026, 3, 1))

    edited = read(simple_file)

    assert [(one.rule, one.value) for one in edited.findings] == [("amount-not-a-number", "2026-03-01")]
