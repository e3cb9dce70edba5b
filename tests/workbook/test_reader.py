from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from reconcile.domain.edited import EditedRow, EditedWorkbook, row_token
from reconcile.domain.fields import UNREAD, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.workbook.read.reader import read_workbook

Read = Callable[[Path], EditedWorkbook]
Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Put = Callable[[Path, str, str, str, object], Path]


def line_of(edited: EditedWorkbook, record_id: str) -> EditedRow:
    return next(row for row in edited.lines.rows if row.id == record_id)


def payout_of(edited: EditedWorkbook, record_id: str) -> EditedRow:
    return next(row for row in edited.payouts.rows if row.id == record_id)


def test_an_edit_shows_beside_its_baseline(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Payouts", "pay_001", "Stage", "Paid")
    put(simple_file, "Payouts", "pay_001", "PO number", None)

    row = payout_of(read(simple_file), "pay_001")

    assert row.values == {"stage": "PAID", "po_number": None, "statement_note": None}
    assert row.baseline == {"stage": "APPROVED", "po_number": "PO-1", "statement_note": None}


def test_the_whole_text_of_a_new_line_s_partner_is_kept_where_an_id_was_taken_out_of_it(
    simple_file: Path, put: Put, read: Read
) -> None:
    for row, typed in (("2", "Acme (EMEA)"), ("3", "ptn_1")):
        put(simple_file, "New lines", row, "Partner", typed)
    rows = [(row.values["partner_id"], row.partner_text) for row in read(simple_file).new_lines.rows]

    assert rows == [("EMEA", "Acme (EMEA)"), ("ptn_1", None)]


def test_a_deleted_row_is_simply_not_there(simple_file: Path, edit: Edit, read: Read) -> None:
    edit(simple_file, lambda workbook: workbook["Payouts"].delete_rows(3))

    assert len(read(simple_file).payouts.rows) == 2


def test_a_row_whose_visible_cells_were_emptied_is_no_row(simple_file: Path, edit: Edit, read: Read) -> None:
    def empty(workbook: openpyxl.Workbook) -> None:
        for column in range(1, 18):
            workbook["Payouts"].cell(2, column).value = None

    assert len(read(edit(simple_file, empty)).payouts.rows) == 2


def test_a_row_without_id_is_kept_for_the_check(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "Line ID", None)

    rows = [row for row in read(simple_file).lines.rows if row.id is None]

    assert len(rows) == 1
    assert rows[0].token is not None


def test_a_row_typed_below_the_table_has_neither_token_nor_baseline(
    simple_file: Path, put: Put, read: Read
) -> None:
    put(simple_file, "Payouts", "9", "Amount", 12)

    row = read(simple_file).payouts.rows[-1]

    assert (row.id, row.token, row.baseline, row.fixed["amount"]) == (None, None, None, "12")


def test_the_token_fits_the_row_it_was_written_for(simple_file: Path, read: Read) -> None:
    edited = read(simple_file)

    for row in edited.lines.rows:
        assert row.id is not None
        assert row.baseline is not None
        token = row_token(edited.export.workbook_id, RecordKind.LINE, row.id, row.baseline)
        assert token == row.token


def test_a_wrong_cell_is_a_finding_with_its_place_and_the_field_stays_untouched(
    simple_file: Path, put: Put, read: Read
) -> None:
    put(simple_file, "Lines", "cln_010", "Amount", 12.345)

    edited = read(simple_file)
    row = line_of(edited, "cln_010")

    assert "amount" not in row.values
    assert edited.findings == (
        Finding(
            Severity.ERROR,
            "amount-decimals",
            "12.345 has more decimals than USD has (2).",
            "Type an amount with at most 2 decimals.",
            file="march.xlsx",
            sheet="Lines",
            cell=f"F{row.number}",
            value="12.345",
            kind=RecordKind.LINE,
            record_id="cln_010",
        ),
    )


def test_the_decimals_follow_the_currency_that_was_typed(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "Currency", "kwd")
    put(simple_file, "Lines", "cln_010", "Amount", 12.345)
    put(simple_file, "Lines", "cln_011", "Currency", "JPY")
    put(simple_file, "Lines", "cln_011", "Amount", 12.5)

    edited = read(simple_file)

    assert line_of(edited, "cln_010").values["amount"] == "12.345"
    assert [finding.rule for finding in edited.findings] == ["amount-decimals"]


def test_a_formula_with_a_result_is_used_and_mentioned(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "Amount", "=500+0.5")
    with_result(simple_file, "<v></v>", "<v>500.5</v>")

    edited = read(simple_file)

    assert line_of(edited, "cln_010").values["amount"] == "500.5"
    assert [(finding.severity, finding.rule, finding.value) for finding in edited.findings] == [
        (Severity.INFO, "formula-value", "500.5")
    ]


@pytest.mark.parametrize(
    ("result", "rule"),
    [("<v></v>", "formula-without-value"), ("", "formula-without-value"), ("<v>#REF!</v>", "cell-error")],
)
def test_a_formula_without_a_result_is_an_error_and_never_a_blank(
    result: str, rule: str, simple_file: Path, put: Put, read: Read
) -> None:
    put(simple_file, "Lines", "cln_010", "Source amount", "=Sheet9!A1")
    with_result(simple_file, "<v></v>", result, "e" if "#" in result else "")

    edited = read(simple_file)

    assert "source_amount" not in line_of(edited, "cln_010").values
    assert [(Severity.ERROR, rule)] == [(finding.severity, finding.rule) for finding in edited.findings]


def test_a_formula_whose_result_is_the_empty_text_is_a_blank(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "Source amount", '=""')
    with_result(simple_file, "<v></v>", "<v></v>", "str")

    edited = read(simple_file)

    assert line_of(edited, "cln_010").values["source_amount"] is None
    assert edited.findings == ()


def with_result(path: Path, before: str, after: str, kind: str = "") -> None:
    """Stores the result of the one formula on the sheet Lines, as a spreadsheet program does."""
    part = "xl/worksheets/sheet3.xml"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    xml = members[part].decode()
    xml = re.sub(r"(<c [^>]*)(><f>.*?</f>)<v */?>(</v>)?", rf'\1 t="{kind or "n"}"\2{after}', xml)
    members[part] = xml.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_the_internal_note_is_left_alone_set_or_cleared(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "Internal note", "call them")
    put(simple_file, "Lines", "cln_011", "Internal note", " <Clear> ")

    edited = read(simple_file)

    assert line_of(edited, "cln_000").values["internal_note"] is UNREAD
    assert line_of(edited, "cln_010").values["internal_note"] == "call them"
    assert line_of(edited, "cln_011").values["internal_note"] is None
    assert edited.findings == ()


def test_a_statement_note_that_the_server_keeps_to_itself_has_no_baseline(
    payout: Callable[..., Payout], write: Callable[..., Path], put: Put, read: Read
) -> None:
    path = write([payout(1, unread=frozenset({"statement_note"})), payout(2, statement_note="as before")])
    put(path, "Payouts", "pay_002", "Statement note", None)

    edited = read(path)

    assert payout_of(edited, "pay_001").values["statement_note"] is UNREAD
    assert payout_of(edited, "pay_002").values["statement_note"] is None


def test_a_date_that_excel_made_of_a_po_number_is_known_only_where_it_was_exported(
    payout: Callable[..., Payout], write: Callable[..., Path], edit: Edit, read: Read
) -> None:
    def to_dates(workbook: openpyxl.Workbook) -> None:
        for cell in ("E2", "E3"):
            workbook["Payouts"][cell].value = datetime(2026, 1, 3)  # noqa: DTZ001 - cells have no zone
            workbook["Payouts"][cell].number_format = "d-mmm"

    edited = read(edit(write([payout(1, po_number="3-1"), payout(2, po_number="PO-2")]), to_dates))

    assert payout_of(edited, "pay_001").values["po_number"] == "2026-01-03"
    assert "po_number" not in payout_of(edited, "pay_002").values
    assert [(one.rule, one.cell, one.value) for one in edited.findings] == [
        ("text-is-date", "E3", "2026-01-03")
    ]


def test_new_lines_come_with_a_token_of_their_own(simple_file: Path, edit: Edit, read: Read) -> None:
    def add(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["New lines"]
        sheet["A2"], sheet["C2"], sheet["D2"], sheet["F2"] = "ptn_1", 99.5, "eur", "bonus"
        sheet["A4"], sheet["B4"], sheet["C4"], sheet["D4"] = "ptn_2", "pay_002", "-5", "JPY"
        sheet["A5"] = "   "
        sheet["C250"] = 7

    edited = read(edit(simple_file, add))
    first, second, third = edited.new_lines.rows

    assert first.values == {
        "partner_id": "ptn_1",
        "payout_id": None,
        "amount": "99.5",
        "currency": "EUR",
        "source_amount": None,
        "description": "bonus",
    }
    assert (first.token, second.token, third.token) == ("new-001", "new-003", None)
    assert second.values["payout_id"] == "pay_002"
    assert (first.id, first.baseline) == (None, None)
    assert edited.findings == ()


def test_a_spoilt_hidden_cell_leaves_the_row_without_baseline(
    simple_file: Path, put: Put, read: Read
) -> None:
    put(simple_file, "Lines", "cln_010", "lines:baseline_amount", "oops")

    assert line_of(read(simple_file), "cln_010").baseline is None


def test_an_error_in_the_id_column_is_a_finding(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "Line ID", "#REF!")

    edited = read(simple_file)

    assert [(finding.rule, finding.value) for finding in edited.findings] == [("id-unreadable", "#REF!")]
    assert any(row.id is None for row in edited.lines.rows)


def test_a_sheet_knows_the_address_of_its_cells(simple_file: Path, read: Read) -> None:
    assert read(simple_file).lines.cell("amount", 12) == "F12"


def test_an_export_of_nothing_reads_back_as_nothing(write: Callable[..., Path], read: Read) -> None:
    edited = read(write([]))

    assert tuple(sheet.rows for sheet in edited.sheets) == ((), (), ())
    assert edited.findings == ()


def test_pool_lines_have_an_empty_payout_id(
    line: Callable[..., CommissionLine], write: Callable[..., Path], read: Read
) -> None:
    edited = read(write([], [line(1, payout_id=None)]))

    assert edited.lines.rows[0].fixed["payout_id"] is None


def test_the_rows_of_a_long_sheet_are_told(
    write: Callable[..., Path], line: Callable[..., CommissionLine]
) -> None:
    path = write([], [line(number) for number in range(2_500)])
    told: list[tuple[str, int, int | None]] = []
    read_workbook(path, Policy(), on_progress=lambda *what: told.append(what))

    assert told == [("Lines", 1_000, 2_500), ("Lines", 2_000, 2_500), ("Lines", 2_500, 2_500)]


@pytest.mark.parametrize("where", ["insert_rows", "insert_cols"])
def test_a_title_above_or_an_index_beside_every_table_does_no_harm(
    where: str, simple_file: Path, edit: Edit, read: Read
) -> None:
    """As pandas writes all sheets of a workbook again, the hidden ones included."""
    exported = read(simple_file)

    back = read(edit(simple_file, lambda book: [getattr(sheet, where)(1) for sheet in book]))

    assert back.export == exported.export
    assert [row.values for row in back.lines.rows] == [row.values for row in exported.lines.rows]
    assert [row.token for row in back.payouts.rows] == [row.token for row in exported.payouts.rows]


def test_a_number_typed_into_a_text_column_is_read_with_a_word_about_its_zeros(
    payout: Callable[..., Payout], write: Callable[..., Path], edit: Edit, read: Read
) -> None:
    def to_numbers(workbook: openpyxl.Workbook) -> None:
        workbook["Payouts"]["E2"].value = 777
        workbook["Payouts"]["E3"].value = 123

    edited = read(edit(write([payout(1, po_number="PO-1"), payout(2, po_number="000123")]), to_numbers))

    assert payout_of(edited, "pay_001").values["po_number"] == "777"
    assert [(one.rule, one.severity, one.cell, one.value) for one in edited.findings] == [
        ("text-is-number", Severity.WARNING, "E2", "777")
    ]
