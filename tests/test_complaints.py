"""What users of comparable tools complain about, each complaint by its number in the notes we collected.

Every test takes a real workbook through a real edit, and looks at what is found in it and what would be sent.
"""

from __future__ import annotations

import os
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from builders import make_export, make_line, make_payout, make_plan, make_snapshot, without
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import WorkbookError
from reconcile.plan.model import Plan
from reconcile.report.build import report_on
from reconcile.report.model import Kind
from reconcile.report.words import after_of, before_of
from reconcile.workbook.doctor.examine import examine
from reconcile.workbook.doctor.file_type import describe
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.reader import read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

POLICY = Policy()
LONG_ID = "1" * 34
BASE = make_snapshot(
    make_payout("pay_1", "1000.3 USD", po_number="000123", statement_note="as agreed"),
    make_payout("pay_2", "20 USD", po_number=f"{LONG_ID}1"),
    make_payout("pay_3", "30 USD", po_number="123456789012345678"),
    make_line("cln_1", "500 USD", source_amount=Decimal("450.5")),
    make_line("cln_2", "0.3 USD"),
    make_line("cln_3", "20 USD", "pay_2", description="=1+1"),
    make_line("cln_4", "-30 USD", "pay_3"),
    make_line("cln_5", "0.000077 ZZZ", None),
)
Change = Callable[[openpyxl.Workbook], object]


@dataclass(frozen=True)
class Outcome:
    """A workbook that came back: as read, what was found, and what it would do."""

    edited: EditedWorkbook
    findings: tuple[Finding, ...]
    plan: Plan

    @property
    def found(self) -> list[tuple[str, str]]:
        return [(one.rule, f"{one.sheet}!{one.cell}") for one in self.findings]

    @property
    def sent(self) -> dict[str, Any]:
        """The bodies of the requests by record id."""
        return {one.target.id: dict(one.body or {}) for one in self.plan.operations}


@dataclass(frozen=True)
class Round:
    """One export, treated by a person, and read back."""

    folder: Path

    def export(self, base: Snapshot = BASE) -> Path:
        path = self.folder / "march.xlsx"
        write_workbook(path, base, make_export(base), POLICY)
        return path

    def back(self, path: Path, policy: Policy = POLICY, base: Snapshot = BASE) -> Outcome:
        edited = read_workbook(path, policy)
        findings = review(edited, base, policy, readonly_edits(edited, base, policy.locale))
        return Outcome(edited, findings, make_plan(base, edited, findings=findings, policy=policy))

    def treat(self, change: Change, policy: Policy = POLICY, base: Snapshot = BASE) -> Outcome:
        path = self.export(base)
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)
        return self.back(path, policy, base)

    def typed(self, record: str, header: str, value: object, policy: Policy = POLICY) -> Outcome:
        def change(book: openpyxl.Workbook) -> None:
            put(book, record, header, value)

        return self.treat(change, policy)


@pytest.fixture
def round_trip(tmp_path: Path) -> Round:
    return Round(tmp_path)


def place(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def row_of(sheet: Worksheet, record: str) -> int:
    column = place(sheet, "Line ID" if record.startswith("cln") else "Payout ID")
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column).value == record)


def cell_of(book: openpyxl.Workbook, record: str, header: str) -> Any:  # noqa: ANN401 - as openpyxl has it
    sheet = book["Lines" if record.startswith("cln") else "Payouts"]
    return sheet.cell(row_of(sheet, record), place(sheet, header))


def put(book: openpyxl.Workbook, record: str, header: str, value: object) -> None:
    cell_of(book, record, header).value = value


def patched(path: Path, part: str, old: str, new: str) -> Path:
    """The package with one text of one part changed, as no library would write it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode()
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    parts[part] = changed.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


# Types, ids, blanks


def test_1_leading_zeros_stay_on_the_way_out_and_back(round_trip: Round) -> None:
    cell = cell_of(openpyxl.load_workbook(round_trip.export()), "pay_1", "PO number")

    assert (cell.value, cell.data_type, cell.number_format) == ("000123", "s", "@")
    assert round_trip.typed("pay_1", "PO number", "000777").sent == {"pay_1": {"poNumber": "000777"}}


@pytest.mark.parametrize("number", [777, 777.0])
def test_2_a_number_in_a_text_column_gets_no_decimals(round_trip: Round, number: float) -> None:
    assert round_trip.typed("pay_1", "PO number", number).sent == {"pay_1": {"poNumber": "777"}}


def test_3_a_zero_is_a_value_and_no_blank(round_trip: Round) -> None:
    assert round_trip.typed("cln_1", "Amount", 0).found == [("amount-zero", "Lines!F3")]
    assert round_trip.typed("cln_1", "Source amount", 0).sent["cln_1"]["sourceAmount"] in ("0", "0.00")


@pytest.mark.parametrize("blank", [None, ""])
def test_4_a_blank_is_a_blank_however_a_program_stores_it(round_trip: Round, blank: str | None) -> None:
    base = make_snapshot(make_payout("pay_1", "0 USD", statement_note=""), make_payout("pay_2", "0 USD"))

    def change(book: openpyxl.Workbook) -> None:
        for record in ("pay_1", "pay_2"):
            put(book, record, "PO number", blank)
            put(book, record, "Statement note", blank)

    back = round_trip.treat(change, base=base)

    assert (back.found, back.sent) == ([], {})


@pytest.mark.parametrize(
    ("record", "header"), [("cln_1", "Amount"), ("cln_1", "Currency"), ("pay_1", "Stage")]
)
def test_5_clearing_what_is_needed_is_an_error_and_no_clear(
    round_trip: Round, record: str, header: str
) -> None:
    back = round_trip.typed(record, header, None)

    assert [rule for rule, _ in back.found] == ["blank"]
    assert back.sent == {}


def test_6_leaving_alone_and_clearing_are_told_apart(round_trip: Round) -> None:
    assert round_trip.typed("cln_1", "Internal note", None).sent == {}
    assert round_trip.typed("cln_1", "Internal note", "<clear>").sent == {"cln_1": {"note": None}}
    assert round_trip.typed("pay_1", "PO number", None).sent == {"pay_1": {"poNumber": None}}


@pytest.mark.parametrize("zero", [0, -0.0, "0", "-0", "0.00", "(0.00)"])
def test_7_every_zero_is_sent_as_zero(round_trip: Round, zero: object) -> None:
    (body,) = round_trip.typed("cln_1", "Source amount", zero).sent.values()

    assert Decimal(body["sourceAmount"]) == 0
    assert not body["sourceAmount"].startswith("-")


def test_8_an_id_of_more_than_fifteen_digits_is_damaged_and_never_sent(round_trip: Round) -> None:
    by_excel = round_trip.typed("pay_3", "PO number", 123456789012345000)
    typed = round_trip.typed("pay_1", "PO number", 123456789012345678)

    assert (by_excel.found, by_excel.sent) == ([("damaged", "Payouts!E4")], {})
    assert (typed.found, typed.sent) == ([("text-digits", "Payouts!E2")], {})


def test_9_digits_are_compared_as_text(round_trip: Round) -> None:
    back = round_trip.typed("pay_2", "PO number", f"{LONG_ID}2")

    assert back.sent == {"pay_2": {"poNumber": f"{LONG_ID}2"}}


def test_10_float_noise_reaches_nobody(round_trip: Round) -> None:
    untouched = round_trip.typed("cln_2", "Amount", 0.1 + 0.2)
    changed = round_trip.typed("cln_1", "Amount", 0.07 * 3)

    assert (untouched.found, untouched.sent) == ([], {})
    assert changed.sent["cln_1"]["amount"] == "0.21"


def test_11_a_small_number_comes_back_plain(round_trip: Round) -> None:
    untouched = round_trip.back(round_trip.export())
    as_text = round_trip.typed("pay_1", "PO number", 7.7e-05)

    assert untouched.sent == {}
    assert as_text.sent == {"pay_1": {"poNumber": "0.000077"}}


def test_12_amounts_are_numbers_that_can_be_summed(round_trip: Round) -> None:
    cell = cell_of(openpyxl.load_workbook(round_trip.export()), "cln_1", "Amount")

    assert (cell.value, cell.data_type, cell.number_format) == (500, "n", "#,##0.00")


def test_13_a_difference_that_the_eye_misses_is_shown_in_full(round_trip: Round) -> None:
    back = round_trip.typed("cln_5", "Amount", 0.000078)
    (change,) = [one for one in report_on(back.plan).changes if one.kind is Kind.AMOUNT]

    assert (before_of(change), after_of(change)) == ("0.000077 ZZZ", "0.000078 ZZZ")


def test_14_a_row_without_its_id_is_an_error_at_its_cell(round_trip: Round) -> None:
    back = round_trip.typed("cln_1", "Line ID", None)

    assert back.found == [("id-blank", "Lines!Q3")]
    assert back.sent == {}


def test_15_one_odd_cell_changes_nothing_for_its_column(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "cln_1", "Amount", "5OO")
        put(book, "cln_3", "Amount", 21)

    back = round_trip.treat(change)

    assert back.found == [("amount-not-a-number", "Lines!F3")]
    assert back.sent == {"cln_3": {"amount": "21.00"}}


# Dates, locale, formulas


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("3/31/2026", id="16 as an American text"),
        pytest.param("31.03.2026", id="18 as a European text"),
        pytest.param("31/03/2026", id="18 as a British text"),
        pytest.param("31.03.26", id="19 with a short year"),
        pytest.param(46112, id="16 as a bare number"),
        pytest.param(46112 - 1462, id="16 as a bare number from 1904"),
        pytest.param(datetime(2026, 3, 31, 23, 59, 59), id="20 as a date with a time"),  # noqa: DTZ001 - a cell
        pytest.param("2026-03-31T00:00:00", id="20 as a text with a time"),
    ],
)
def test_16_18_19_20_a_date_that_a_program_wrote_again_is_no_edit(round_trip: Round, written: object) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell = cell_of(book, "pay_1", "Period end")
        cell.value = written
        if not isinstance(written, datetime):
            cell.number_format = "General"

    back = round_trip.treat(change)

    assert (back.found, back.sent) == ([], {})


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "UTC"])
def test_17_a_day_is_the_same_day_in_every_time_zone(
    round_trip: Round, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        shown = cell_of(openpyxl.load_workbook(round_trip.export()), "pay_1", "Period end").value
        back = round_trip.back(round_trip.folder / "march.xlsx")
    finally:
        monkeypatch.undo()
        time.tzset()
        os.chdir(round_trip.folder)

    assert shown == datetime(2026, 3, 31)  # noqa: DTZ001 - a cell has no zone
    assert (back.found, back.sent) == ([], {})


def test_21_separators_of_a_locale_are_for_texts_alone_and_for_every_amount(round_trip: Round) -> None:
    german = Policy(locale="de")

    number = round_trip.typed("cln_1", "Amount", 1.23, german)
    texts = {
        header: round_trip.typed("cln_1", header, "1.234,50", german).sent["cln_1"]
        for header in ("Amount", "Source amount")
    }

    assert number.sent["cln_1"]["amount"] == "1.23"
    assert texts == {"Amount": {"amount": "1234.50"}, "Source amount": {"sourceAmount": "1234.50"}}


def test_22_a_csv_with_semicolons_is_refused_as_what_it_is(round_trip: Round) -> None:
    path = round_trip.folder / "march.xlsx"
    path.write_text("Payout ID;Stage;PO number\npay_1;PAID;000123\n", encoding="utf-8")

    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        read_workbook(path, POLICY)
    assert "CSV) of 3 columns, set apart by semicolons" in describe(path, POLICY)[-1].told


def test_23_of_a_formula_the_value_is_used_and_noted(round_trip: Round) -> None:
    path = round_trip.export()
    cell = cell_of(openpyxl.load_workbook(path), "cln_1", "Amount").coordinate
    old = rf'(<c r="{cell}"[^>]*>)<v>500</v>'
    back = round_trip.back(patched(path, "xl/worksheets/sheet3.xml", old, r"\1<f>500*1.1</f><v>550</v>"))

    assert back.found == [("formula-value", f"Lines!{cell}")]
    assert back.sent == {"cln_1": {"amount": "550.00"}}


@pytest.mark.parametrize(("record", "header"), [("pay_1", "PO number"), ("cln_1", "Source amount")])
def test_24_a_formula_without_a_value_is_an_error_and_no_blank(
    round_trip: Round, record: str, header: str
) -> None:
    back = round_trip.typed(record, header, "=1+1")

    assert [rule for rule, _ in back.found] == ["formula-without-value"]
    assert back.sent == {}


def test_25_nothing_guards_against_formulas_by_spoiling_values(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    amount, text = cell_of(book, "cln_4", "Amount"), cell_of(book, "cln_3", "Description")

    assert (amount.value, amount.data_type) == (-30, "n")
    assert (text.value, text.data_type) == ("=1+1", "s")
    assert round_trip.typed("cln_4", "Amount", "'-35").sent == {"cln_4": {"amount": "-35.00"}}


# Workbook mechanics


def test_26_nothing_is_protected_so_an_edit_anywhere_is_found_and_ignored(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    back = round_trip.typed("pay_1", "Amount", 5)

    assert not any(book[name].protection.sheet for name in ("Payouts", "Lines", "New lines"))
    assert (back.found, back.sent) == ([("read-only-edit", "Payouts!H2")], {})


def test_27_tables_can_be_filtered_and_hidden_rows_count(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        assert all(table.autoFilter for name in ("Payouts", "Lines") for table in book[name].tables.values())
        put(book, "cln_3", "Amount", 21)
        book["Lines"].row_dimensions[row_of(book["Lines"], "cln_3")].hidden = True

    assert round_trip.treat(change).sent == {"cln_3": {"amount": "21.00"}}


def test_28_protecting_deleting_renaming_and_moving_break_nothing(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "PO number", "000777")
        payouts = book["Payouts"]
        payouts.delete_rows(row_of(payouts, "pay_3"))
        payouts.protection.sheet = True
        payouts.title = "Auszahlungen"
        payouts.move_range(f"E1:E{payouts.max_row}", cols=40)
        del book["Start here"]

    back = round_trip.treat(change)

    assert (back.found, back.sent) == ([], {"pay_1": {"poNumber": "000777"}})


def test_29_a_sort_that_leaves_the_ids_behind_is_an_error_in_each_row(round_trip: Round) -> None:
    def values_alone(book: openpyxl.Workbook) -> None:
        for record, amount in (("cln_1", -30), ("cln_2", 500), ("cln_3", 0.3), ("cln_4", 20)):
            put(book, record, "Amount", amount)

    def all_but_hidden(book: openpyxl.Workbook) -> None:
        sheet = book["Payouts"]
        last = place(sheet, "Partner ID")
        rows = [[sheet.cell(row, column).value for column in range(1, last + 1)] for row in (2, 3, 4)]
        for row, values in zip((2, 3, 4), reversed(rows), strict=True):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column).value = value

    first, second = round_trip.treat(values_alone), round_trip.treat(all_but_hidden)

    assert {rule for rule, _ in first.found} >= {"values-moved"}
    assert [one for one in second.found if one[0] == "token"] == [
        ("token", "Payouts!P2"),
        ("token", "Payouts!P4"),
    ]
    assert (first.sent, second.sent) == ({}, {})


def test_30_drop_downs_take_their_lists_from_names(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    lists = [
        rule.formula1
        for name in ("Payouts", "Lines", "New lines")
        for rule in book[name].data_validations.dataValidation
        if rule.type == "list"
    ]

    assert len(lists) >= 5
    assert all(source.lstrip("=") in book.defined_names for source in lists)


def test_31_there_is_one_rule_per_column_however_many_rows(round_trip: Round) -> None:
    lines = [make_line(f"cln_{n:03}", "1 USD", "pay_1") for n in range(300)]
    book = openpyxl.load_workbook(round_trip.export(make_snapshot(make_payout("pay_1", "300 USD"), *lines)))
    rules = [rule for rule in book["Lines"].data_validations.dataValidation if rule.type]

    assert 0 < len(rules) <= len(book["Lines"][1])
    assert all(len(str(rule.sqref).split()) == 1 for rule in rules)
    assert any(str(rule.sqref).endswith("301") for rule in rules)


def test_32_lost_validations_are_told_and_missed_by_nobody(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for name in ("Payouts", "Lines"):
            book[name].data_validations.dataValidation.clear()
        put(book, "pay_1", "Stage", "APROVED")
        put(book, "cln_1", "Action", "Delete")

    back = round_trip.treat(change)
    traces = {
        trace.told for trace in examine(round_trip.folder / "march.xlsx", POLICY) if "Valid" in trace.what
    }

    assert back.found == [("stage-unknown", "Payouts!D2"), ("action-unknown", "Lines!C3")]
    assert any(told.startswith("Payouts: Stage take any input now") for told in traces)
    assert back.sent == {}


def test_33_tables_and_columns_keep_their_names_and_ones_own_columns_do_not_matter(round_trip: Round) -> None:
    def shape(path: Path) -> list[object]:
        book = openpyxl.load_workbook(path)
        sheets = [book[name] for name in ("Payouts", "Lines", "New lines")]
        return [(list(one.tables), [cell.value for cell in one[1]]) for one in sheets]

    def own(book: openpyxl.Workbook) -> None:
        book["Lines"].insert_cols(1)
        book["Lines"]["A1"] = "Checked by"
        book["Lines"]["A2"] = "=SUM(G:G)"
        put(book, "cln_3", "Amount", 21)

    first = shape(round_trip.export())
    second = shape(round_trip.export(without(BASE, "cln_2")))
    back = round_trip.treat(own)

    assert first == second
    assert (back.found, back.sent) == ([], {"cln_3": {"amount": "21.00"}})


def test_34_what_to_type_is_said_at_the_cell(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    for header in ("Amount", "Action", "Decline reason"):
        cell = cell_of(book, "cln_1", header)
        hints = [
            rule.prompt
            for rule in book["Lines"].data_validations.dataValidation
            if cell.coordinate in rule.sqref and rule.prompt
        ]
        assert hints, header


def test_35_an_amount_is_either_computed_or_typed(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "Lines total", 999)
        put(book, "pay_1", "Amount", 999)

    back = round_trip.treat(change)

    assert [rule for rule, _ in back.found] == ["read-only-edit", "read-only-edit"]
    assert back.sent == {}


# Create, update and delete


def test_36_a_row_without_an_id_creates_nothing(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["Lines"]
        row = sheet.max_row + 1
        for header, value in (("Partner", "Acme"), ("Amount", 99), ("Currency", "USD"), ("Description", "x")):
            sheet.cell(row, place(sheet, header)).value = value

    back = round_trip.treat(change)

    assert [rule for rule, _ in back.found] == ["id-blank"]
    assert "New lines" in back.findings[0].fix
    assert back.sent == {}


def test_37_a_missing_column_changes_nothing(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "PO number", "000777")
        for header in ("Statement note", "Stage"):
            book["Payouts"].delete_cols(place(book["Payouts"], header))
        for header in ("Amount", "Source amount", "Description"):
            book["Lines"].delete_cols(place(book["Lines"], header))

    back = round_trip.treat(change)

    assert {rule for rule, _ in back.found} == {"column-missing"}
    assert back.sent == {"pay_1": {"poNumber": "000777"}}


def test_38_an_export_that_comes_back_untouched_does_nothing(round_trip: Round) -> None:
    as_written = round_trip.back(round_trip.export())
    as_saved = round_trip.treat(lambda _: None)

    assert (as_written.found, as_written.sent) == ([], {})
    assert (as_saved.found, as_saved.sent) == ([], {})


def copied_row(book: openpyxl.Workbook, amount: float) -> None:
    sheet = book["Lines"]
    source, target = row_of(sheet, "cln_1"), sheet.max_row + 1
    for column in range(1, sheet.max_column + 1):
        sheet.cell(target, column).value = sheet.cell(source, column).value
    sheet.cell(target, place(sheet, "Amount")).value = amount


def test_39_41_a_record_that_stands_twice_is_refused_with_its_rows(round_trip: Round) -> None:
    back = round_trip.treat(lambda book: copied_row(book, 600))

    assert [one for one in back.found if one[0] == "id-repeated"] == [
        ("id-repeated", "Lines!Q3"),
        ("id-repeated", "Lines!Q7"),
    ]
    assert "rows 3, 7" in back.findings[0].message
    assert back.sent == {}


def test_40_what_is_missing_is_listed_and_left_alone(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Lines"].delete_rows(row_of(book["Lines"], "cln_3"))
        book["Payouts"].delete_rows(row_of(book["Payouts"], "pay_3"))

    back = round_trip.treat(change)

    assert [target.id for target in back.plan.missing] == ["pay_3", "cln_3"]
    assert back.sent == {}


def test_41_an_amount_of_zero_is_no_decline(round_trip: Round) -> None:
    back = round_trip.typed("cln_1", "Amount", 0)

    assert [one.rule for one in back.findings] == ["amount-zero"]
    assert "Decline" in back.findings[0].fix
    assert back.plan.operations == ()


# The validator


def test_65_every_wrong_cell_is_named_whatever_its_type(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "cln_1", "Amount", "abc")
        put(book, "cln_2", "Amount", value=True)
        put(book, "cln_3", "Amount", datetime(2026, 3, 1))  # noqa: DTZ001 - a cell has no zone
        put(book, "cln_4", "Amount", "#REF!")

    back = round_trip.treat(change)

    assert [(one.cell, one.value) for one in back.findings] == [
        ("F3", "abc"),
        ("F4", "TRUE"),
        ("F5", "2026-03-01"),
        ("F6", "#REF!"),
    ]


def test_66_all_problems_come_in_one_pass_in_the_order_of_the_sheets(round_trip: Round) -> None:
    lines = [make_line(f"cln_{n:03}", "1 USD", "pay_1") for n in range(40)]
    base = make_snapshot(make_payout("pay_1", "40 USD"), *lines)

    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "Stage", "APROVED")
        for number in range(40):
            put(book, f"cln_{number:03}", "Amount", 0)
            put(book, f"cln_{number:03}", "Description", "x" * 2001)
        book["New lines"]["A2"], book["New lines"]["C2"] = "ptn_9", 5

    found = round_trip.treat(change, base=base).found

    assert [rule for rule, _ in found].count("amount-zero") == 40
    assert [rule for rule, _ in found].count("text-length") == 40
    assert found[0] == ("stage-unknown", "Payouts!D2")
    assert found[1:3] == [("amount-zero", "Lines!F2"), ("text-length", "Lines!I2")]
    assert found[-1][1].startswith("New lines!")
