"""What cells look like while people type, as LibreOffice shows it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from reconcile.domain.money import Money
from reconcile.domain.records import CommissionLine, Payout

Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Program = Callable[[str], str]
MakeLine = Callable[..., CommissionLine]
MakePayout = Callable[..., Payout]


@pytest.fixture
def printed(program: Program, tmp_path: Path) -> Callable[[Path], str]:
    """The workbook on paper, as text."""
    soffice, pdftotext = program("soffice"), program("pdftotext")

    def text_of(path: Path) -> str:
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [
            soffice,
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        command = [pdftotext, "-layout", str(path.with_suffix(".pdf")), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    return text_of


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
            column, value = typed.get(sheet[f"P{row}"].value, ("C", None))
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
