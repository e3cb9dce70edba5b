"""Texts in CSV files, and the letters of columns."""

from __future__ import annotations

import ast
import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

import reconcile
from reconcile.domain.spreadsheet import column_index, column_letters, csv_text, spreadsheet_safe

PACKAGE = Path(reconcile.__file__).parent


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20A"],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "PO-1", "1=1", " =1", "'=1"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert spreadsheet_safe(text) == text


def test_texts_of_a_csv_are_made_safe_and_numbers_are_not() -> None:
    text = csv_text(("note", "amount", "count"), [("=1", Decimal("-5.00"), -3), ('a "b"\nc', None, 0)])

    assert text.startswith("note,amount,count\r\n")
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [
        ["'=1", "-5.00", "-3"],
        ['a "b"\nc', "", "0"],
    ]


def test_every_csv_of_the_product_is_written_in_one_place() -> None:
    writers = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("csv", "writer"), ("csv", "DictWriter")}
    ]

    assert writers == [str(Path("domain", "spreadsheet.py"))]


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")]
)
def test_columns_have_letters(index: int, letters: str) -> None:
    assert column_letters(index) == letters
    assert column_index(letters) == column_index(letters.lower()) == index
