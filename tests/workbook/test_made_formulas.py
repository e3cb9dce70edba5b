"""A text of the export that a program wrote as a formula is known again by that formula, never by its result."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter.worksheet

from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.read import readonly_edits

TEXT = "=1+1"


@pytest.mark.parametrize("typed", [None, "=2+2"])
def test_a_formula_made_of_the_exported_text_is_unchanged_and_a_typed_one_is_not(
    typed: str | None,
    payout: Callable[..., Payout],
    line: Callable[..., CommissionLine],
    write: Callable[..., Path],
    snapshot_of: Callable[..., Snapshot],
    read: Callable[[Path], EditedWorkbook],
) -> None:
    payouts = [payout(1, po_number=TEXT, partner_name="=Equals"), payout(2)]
    path = write(payouts, [line(1, description=TEXT)])
    book = openpyxl.load_workbook(path)
    # openpyxl saves a text that begins with `=` as a formula, in hidden cells too.
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value in (TEXT, "=Equals")):
            cell.value = cell.value
    book["Payouts"]["E2"].value = typed or TEXT
    book.save(path)
    edited, base = read(path), snapshot_of(payouts, [line(1, description=TEXT)])
    findings = review(edited, base, Policy(), readonly_edits(edited, base))

    assert {(one.sheet, one.rule) for one in findings} == {
        ("Lines", "text-is-formula"),
        ("Payouts", "formula-without-value" if typed else "text-is-formula"),
    }
    assert edited.lines.rows[0].values["description"] == TEXT
    assert edited.payouts.rows[0].values.get("po_number") == (None if typed else TEXT)


def test_no_formula_of_ours_needs_the_mark_of_a_new_function(
    payout: Callable[..., Payout], line: Callable[..., CommissionLine], write: Callable[..., Path]
) -> None:
    path = write([payout(1), payout(2)], [line(1), line(2)])
    with ZipFile(path) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    found = [
        unescape(one) for text in parts for one in re.findall(r"<(?:f|formula|formula1)>([^<]*)</", text)
    ]
    marked = xlsxwriter.worksheet.Worksheet()

    assert len(found) > 50
    assert [one for one in found if marked._prepare_formula(one, True) != one] == []  # noqa: SLF001, FBT003 - what XlsxWriter would have made of it
