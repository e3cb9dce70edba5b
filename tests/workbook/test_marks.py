"""What cells look like while people type, as LibreOffice shows it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from libreoffice import Converter
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.domain.money import Money
from reconcile.domain.records import CommissionLine, Payout

Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Program = Callable[[str], str]
Change = Callable[[openpyxl.Workbook], object]
Marked = Callable[..., dict[str, list[str]]]
MakeLine = Callable[..., CommissionLine]
MakePayout = Callable[..., Payout]


@pytest.fixture
def printed(convert: Converter, program: Program, tmp_path: Path) -> Callable[[Path], str]:
    """The workbook on paper, as text."""
    pdftotext = program("pdftotext")

    def text_of(path: Path) -> str:
        command = [pdftotext, "-layout", str(convert(path, tmp_path, "pdf")), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    return text_of


@pytest.fixture
def marked(soffice: Callable[[Path], Path]) -> Marked:
    """Which cells show as wrong, changed, declined or off, by LibreOffice's own arithmetic.

    The formula of each conditional format is put, row by row, into cells far to the right.
    """

    def marks(path: Path, change: Change = lambda _: None) -> dict[str, list[str]]:
        workbook = openpyxl.load_workbook(path)
        change(workbook)
        asked: list[tuple[str, str, str, str]] = []
        for name in ("Payouts", "Lines", "New lines"):
            asked += list(_ask(workbook[name]))
        workbook.save(path)
        answers = openpyxl.load_workbook(soffice(path), data_only=True)
        found: dict[str, list[str]] = {}
        for sheet, place, mark, cell in asked:
            value = answers[sheet][cell].value
            assert isinstance(value, bool), (sheet, place, mark, value)
            if value:
                found.setdefault(mark, []).append(f"{sheet}!{place}")
        return found

    return marks


LOOKS = {"FFFACDCD": "wrong", "FF9AA5B1": "declined", "FFFFF3C4": "changed", "FF9C4A1A": "off"}


def _ask(sheet: Worksheet) -> Iterator[tuple[str, str, str, str]]:
    """Writes the formulas; yields the sheet, the marked cell, its mark, and where the answer will be."""
    column = 40
    for found in sheet.conditional_formatting:
        for rule in found.rules:
            colours = (rule.dxf.fill and rule.dxf.fill.bgColor, rule.dxf.font and rule.dxf.font.color)
            mark = next((LOOKS[one.rgb] for one in colours if one is not None and one.rgb in LOOKS), None)
            if mark is None:
                continue
            column += 1
            letter = str(found.sqref).rstrip("0123456789").split(":")[0].rstrip("0123456789")
            for row in range(2, 10):
                cell = sheet.cell(row, column)
                cell.value = "=" + re.sub(r"(\$[A-Z]+)2\b", rf"\g<1>{row}", rule.formula[0])
                yield sheet.title, f"{letter}{row}", mark, cell.coordinate


def lines_of(text: str, mark: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if mark in line]


def test_amounts_follow_the_currency_that_a_person_gives_the_row(
    line: MakeLine, write: Callable[..., Path], edit: Edit, printed: Callable[[Path], str]
) -> None:
    lines = [
        line(1, description="to yen", amount=Money(Decimal(1200), "USD"), source_amount=Decimal(90000)),
        line(2, description="to dinar", amount=Money(Decimal("1.5"), "USD")),
        line(3, description="to dollar", amount=Money(Decimal(700), "JPY")),
        line(4, description="untouched", amount=Money(Decimal("1.23456"), "USD")),
        line(5, description="too exact", amount=Money(Decimal("777.5"), "USD")),
        line(6, description="half a yen", amount=Money(Decimal("8.5"), "USD")),
    ]

    def type_in(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["Lines"]
        typed = {
            "cln_001": ("G", "JPY"),
            "cln_002": ("G", "KWD"),
            "cln_003": ("G", "USD"),
            "cln_005": ("F", 777.456),
            "cln_006": ("G", "JPY"),
        }
        for row in range(2, 8):
            column, value = typed.get(sheet[f"Q{row}"].value, ("C", None))
            sheet[f"{column}{row}"] = value
        workbook["New lines"]["C2"], workbook["New lines"]["D2"] = 4000, "JPY"
        workbook["New lines"]["C3"], workbook["New lines"]["D3"] = 2.25, "KWD"

    text = printed(edit(write([], lines), type_in))

    assert "1,200 JPY 90,000 to yen" in lines_of(text, "to yen")[0]
    assert "1.500 KWD to dinar" in lines_of(text, "to dinar")[0]
    assert "700.00 USD to dollar" in lines_of(text, "to dollar")[0]
    assert "1.23456 USD" in lines_of(text, "untouched")[0]
    assert "777.456 USD" in lines_of(text, "too exact")[0]
    assert "8.50 JPY" in lines_of(text, "half a yen")[0]
    assert {"4,000 JPY", "2.250 KWD"} <= {*lines_of(text, "4,000"), *lines_of(text, "2.250")}


def test_an_export_that_nobody_touched_shows_no_mark_but_sums_that_are_off(
    simple_file: Path, marked: Marked
) -> None:
    assert marked(simple_file) == {"off": ["Payouts!K2", "Payouts!K3", "Payouts!K4"]}


def test_what_differs_is_wrong_or_leaves_shows_in_place(simple_file: Path, marked: Marked) -> None:
    def type_in(workbook: openpyxl.Workbook) -> None:
        payouts, lines, new = (workbook[name] for name in ("Payouts", "Lines", "New lines"))
        payouts["D2"], payouts["D3"], payouts["D4"] = "Pending payment", "Nonsense", "DECLINED"
        payouts["E2"] = None
        lines["C2"] = "Decline"
        lines["C3"], lines["D3"] = "decline", "CUSTOM"
        lines["C4"], lines["D4"] = "Decline", "DUPLICATE"
        lines["C5"], lines["D5"] = "Vanish", "Whim"
        lines["F6"], lines["I6"] = 1.234, None
        lines["G7"], lines["H7"] = "JPY", 0.5
        lines["F8"], lines["G8"] = None, "QQQ"
        new["A2"], new["B2"], new["C2"], new["D2"] = "Acme Partners (ptn_0)", "pay_000", 5, "USD"
        new["A3"], new["B3"], new["C3"], new["D3"] = "nobody", "pay_999", 0, "XYZ"
        new["C4"], new["D4"], new["E4"] = 0.001, "USD", 1.5
        new["F5"] = "forgot the rest"

    found = marked(simple_file, type_in)

    assert sorted(found["changed"]) == sorted(
        ["Payouts!D2", "Payouts!D3", "Payouts!D4", "Payouts!E2"]
        + [f"Lines!{cell}" for cell in ("C2", "C3", "C4", "C5", "D3", "D4", "D5")]
        + [f"Lines!{cell}" for cell in ("F6", "I6", "G7", "H7", "F8", "G8")]
    )
    assert found["declined"] == ["Payouts!A4", "Lines!A2", "Lines!A3", "Lines!A4"]
    assert sorted(found["wrong"]) == sorted(
        ["Payouts!D3", "Lines!D2", "Lines!E3", "Lines!C5", "Lines!D5", "Lines!F6", "Lines!I6"]
        + ["Lines!H7", "Lines!F8", "Lines!G8"]
        + [f"New lines!{cell}" for cell in ("A3", "B3", "C3", "D3", "A4", "C4", "A5", "C5", "D5")]
    )


def test_a_partner_whose_name_starts_like_a_comparison_can_be_chosen(
    payout: MakePayout, write: Callable[..., Path], marked: Marked
) -> None:
    path = write([payout(1, partner_name="=Equals"), payout(2, partner_name="<b> & >"), payout(3)])
    names = ["=Equals (ptn_1)", "<b> & > (ptn_2)", "Acme Partners (ptn_0)"]

    def choose(workbook: openpyxl.Workbook) -> None:
        for row, name in enumerate(names, start=2):
            cells = workbook["New lines"][f"A{row}"], workbook["New lines"][f"C{row}"]
            cells[0].value, cells[1].value = name, 7
            cells[0].data_type = "s"
            workbook["New lines"][f"D{row}"] = "USD"

    assert "wrong" not in marked(path, choose)
