"""What `Start here` says of the export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl

from reconcile.domain.edited import Export
from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.workbook.export.writer import Beside, write_workbook


def said(path: Path) -> dict[str, str]:
    """The texts of the sheet's second column, and what stands beside them."""
    sheet = openpyxl.load_workbook(path)["Start here"]
    return {str(row[1].value): str(row[2].value or "") for row in sheet.iter_rows() if row[1].value}


def test_it_says_what_was_exported_from_where_when_and_by_whom(simple_file: Path) -> None:
    found = said(simple_file)

    assert found["Introw account"] == "acme at http://127.0.0.1:8000"
    assert found["Payouts included"] == "Stage: APPROVED, PAID; Period: 2026-Q1"
    assert found["Exported at"] == "2026-04-05 12:30 UTC"
    assert found["Exported by"] == "Ann Operator"
    assert found["Records"] == "Payouts: 3, lines: 7, of them in the pending pool: 1"
    assert found["Workbook"] == "wbk_0123456789"


def test_every_filter_stands_there_with_all_its_values(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    every = Scope(("PAID",), ("ptn_1", "ptn_2"), (Period.parse("2026-03"),), ("pbt_1",))
    for name, scope in (("every", every), ("none", Scope())):
        export = replace(export_of(simple), scope=scope)
        write_workbook(tmp_path / f"{name}.xlsx", simple, export, Policy())

    assert said(tmp_path / "none.xlsx")["Payouts included"] == "All"
    assert said(tmp_path / "every.xlsx")["Payouts included"] == (
        "Stage: PAID; Partner: ptn_1, ptn_2; Period: 2026-03; Batch: pbt_1"
    )


def test_a_note_to_those_who_edit_stands_above_the_steps_line_by_line_and_is_no_formula(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    path = tmp_path / "noted.xlsx"
    write_workbook(path, simple, export_of(simple), Policy(), beside=Beside("=1+1 by Friday\n<b>Ana</b>"))
    sheet = openpyxl.load_workbook(path)["Start here"]
    texts = [cell for cell in sheet["B"] if cell.value]

    assert [cell.value for cell in texts[:3]] == [
        "From the person who sent this to you",
        "=1+1 by Friday",
        "<b>Ana</b>",
    ]
    assert {cell.data_type for cell in texts} == {"s"}


def test_the_legend_shows_each_look_with_its_meaning(simple_file: Path) -> None:
    sheet = openpyxl.load_workbook(simple_file)["Start here"]
    samples = [row[1] for row in sheet.iter_rows() if row[1].value == "Sample"]

    assert len({(cell.fill.bgColor.rgb, cell.fill.fgColor.rgb, cell.font.color.rgb) for cell in samples}) == 6
    assert [cell.font.strike for cell in samples].count(True) == 1


def test_no_text_of_the_export_is_a_formula_there(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    export = replace(export_of(simple), exported_by="=HYPERLINK(1)\x07", scope=Scope(batches=("=1+1",)))
    write_workbook(tmp_path / "odd.xlsx", simple, export, Policy())

    found = said(tmp_path / "odd.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "odd.xlsx")["Start here"]

    assert found["Exported by"].startswith("=HYPERLINK(1)")
    assert found["Payouts included"] == "Batch: =1+1"
    assert not [cell for cell in sheet["C"] if cell.data_type == "f"]
