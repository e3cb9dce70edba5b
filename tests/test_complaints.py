"""What users of comparable tools complain about, each complaint by its number in the notes we collected: values.

Every test takes a real workbook through a real edit, and looks at what is found in it and what would be sent.
"""

from __future__ import annotations

import re
import time
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from builders import make_payout, make_snapshot
from complaint_rounds import LONG_ID, POLICY, Round, cell_of, put

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import WorkbookError
from reconcile.report.build import report_on
from reconcile.report.model import Kind
from reconcile.report.words import after_of, before_of
from reconcile.workbook.doctor.file_type import describe
from reconcile.workbook.read.reader import read_workbook


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
def test_17_a_day_is_the_same_day_in_every_time_zone(round_trip: Round, zone: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        shown = cell_of(openpyxl.load_workbook(round_trip.export()), "pay_1", "Period end").value
        back = round_trip.back(round_trip.folder / "march.xlsx")
    time.tzset()

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
