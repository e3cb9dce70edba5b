from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.workbook.ooxml.cells import (
    Cell,
    Cells,
    Tables,
    column_index,
    column_letters,
    text_cell,
    unescaped,
)
from reconcile.workbook.ooxml.fast_rows import plain_rows
from reconcile.workbook.ooxml.read_budget import Budget

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
TABLES = Tables(
    strings=tuple(text_cell(text) for text in ("shared", " kept ", "bell_x0001_")), dates=(False, True)
)


def read(row: str, tables: Tables = TABLES, space: str = MAIN) -> list[tuple[int, Cells]]:
    return read_part(f'<worksheet xmlns="{space}"><sheetData>{row}</sheetData></worksheet>', tables)


def read_part(xml: str, tables: Tables = TABLES) -> list[tuple[int, Cells]]:
    """The rows with cells, which are the same whether the bytes are read plainly or all of them parsed."""
    # What is not in UTF-8 is parsed.
    plainly, parsed = (
        [
            (number, cells)
            for number, cells in plain_rows(BytesIO(part), tables, Budget(Path("x"), ReadLimits()))
            if cells
        ]
        for part in (xml.encode(), f'<?xml version="1.0" encoding="UTF-16"?>{xml}'.encode("utf-16"))
    )
    assert plainly == parsed
    return plainly


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', Cell("text", "shared")),
        ('<c r="A1" t="s"><v>1</v></c>', Cell("text", " kept ")),
        ('<c r="A1" t="s"><v>2</v></c>', Cell("text", "bell\x01")),
        ('<c r="A1" t="inlineStr"><is><t> in </t></is></c>', Cell("text", " in ")),
        (
            '<c r="A1" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r><rPh><t>x</t></rPh></is></c>',
            Cell("text", "rich"),
        ),
        ('<c r="A1"><v>123.0</v></c>', Cell("number", "123.0")),
        ('<c r="A1" s="0"><v>46112</v></c>', Cell("number", "46112")),
        ('<c r="A1" s="1"><v>46112</v></c>', Cell("date", "2026-03-31")),
        ('<c r="A1" s="1"><v>46112.5625</v></c>', Cell("date", "2026-03-31 13:30:00")),
        ('<c r="A1" s="1"><v>1</v></c>', Cell("date", "1900-01-01")),
        ('<c r="A1" s="1"><v>61</v></c>', Cell("date", "1900-03-01")),
        ('<c r="A1" s="1"><v>-5</v></c>', Cell("number", "-5")),
        ('<c r="A1" s="1"><v>99999999</v></c>', Cell("number", "99999999")),
        ('<c r="A1" t="d"><v>2026-03-31</v></c>', Cell("date", "2026-03-31")),
        ('<c r="A1" t="b"><v>1</v></c>', Cell("bool", "TRUE")),
        ('<c r="A1" t="b"><v>true</v></c>', Cell("bool", "TRUE")),
        ('<c r="A1" t="b"><v>false</v></c>', Cell("bool", "FALSE")),
        ('<c r="A1" t="inlineStr"><v>000777</v></c>', Cell("text", "000777")),
        ('<c r="A1" s="99"><v>46112</v></c>', Cell("number", "46112")),
        ('<c r="A1" t="e"><v>#N/A</v></c>', Cell("error", "#N/A")),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', Cell("number", "2", formula=True, source="1+1")),
        ('<c r="A1" t="str"><f>A2</f><v>x</v></c>', Cell("text", "x", formula=True, source="A2")),
        ('<c r="A1"><f>1+1</f></c>', Cell("no value", "", formula=True, source="1+1")),
        ('<c r="A1"><f>1+1</f><v></v></c>', Cell("no value", "", formula=True, source="1+1")),
        ('<c r="A1"><f t="shared" si="0"/><v>4</v></c>', Cell("number", "4", formula=True)),
    ],
)
def test_a_cell_keeps_its_kind_and_its_own_text(xml: str, expected: Cell) -> None:
    assert [(1, {0: expected})] == read(f'<row r="1">{xml}</row>')


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="A1" s="1"/>',
        '<c r="A1"><v></v></c>',
        '<c r="A1" t="inlineStr"><is><t></t></is></c>',
        '<c r="A1" t="str"><f>""</f><v></v></c>',
    ],
)
def test_a_blank_cell_is_not_there(xml: str) -> None:
    assert read(f'<row r="1">{xml}</row>') == []


def test_both_editions_of_the_format_and_prefixes_are_read() -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    prefixed = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )

    assert read(row) == read(row, space=STRICT) == read_part(prefixed)


def test_cells_and_rows_without_an_address_follow_each_other() -> None:
    xml = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"

    assert [(number, list(cells)) for number, cells in read(xml)] == [(1, [0, 1]), (2, [0])]


def test_a_row_whose_number_is_empty_follows_the_one_before() -> None:
    xml = '<row r="3"><c><v>1</v></c></row><row r=""><c><v>2</v></c></row>'

    assert [(number, list(cells)) for number, cells in read(xml)] == [(3, [0]), (4, [0])]


def test_the_date_system_of_1904_is_honoured() -> None:
    tables = Tables(strings=(), dates=(True,), from_1904=True)

    assert [(1, {0: Cell("date", "2026-03-31")})] == read(
        '<row r="1"><c r="A1" s="0"><v>44650</v></c></row>', tables
    )


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("_x0001_", "\x01"),
        ("a_x000D_b", "a\rb"),
        ("_x005F_x0041_", "_x0041_"),
        ("_x0041_", "_x0041_"),
        ("_x005F_", "_x005F_"),
        ("x_y", "x_y"),
        ("_xFFFE_", "\ufffe"),
    ],
)
def test_escapes_stand_for_what_xml_cannot_hold(stored: str, text: str) -> None:
    assert text == unescaped(stored)


@pytest.mark.parametrize(("letters", "index"), [("A", 0), ("Z", 25), ("AA", 26), ("XFD", 16383)])
def test_columns_have_letters_and_numbers(letters: str, index: int) -> None:
    assert index == column_index(letters)
    assert letters == column_letters(index)
