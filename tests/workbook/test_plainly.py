"""What is read plainly is what the long way reads, on every kind of workbook there is here."""

from __future__ import annotations

import random
import re
from io import BytesIO
from pathlib import Path
from time import process_time
from zipfile import ZipFile

import openpyxl
import pytest
from slow_reading import read_both_ways

from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.errors import WorkbookError
from reconcile.workbook.ooxml.cells import Tables
from reconcile.workbook.ooxml.fast_rows import plain_rows, plain_texts
from reconcile.workbook.ooxml.read_budget import Budget


def test_a_fresh_export_of_hard_values(hard_file: Path, tmp_path: Path) -> None:
    read_both_ways(hard_file, tmp_path)


@pytest.mark.parametrize("seed", range(20))
def test_sheets_with_odd_cells_in_them(seed: int, hard_file: Path, tmp_path: Path) -> None:
    dice = random.Random(seed)
    odd = (
        '<c r="{}"/>',
        '<c r="{}" s="3"><v>46112</v></c>',
        '<c s="1" r="{}"><v>1</v></c>',
        '<c r="{}" s="2" t="s"><v>7</v></c>',
        '<c r="{}" t="str"><v>a &amp; b</v></c>',
        '<c r="{}" t="str"><v>two\r\nlines</v></c>',
        '<c r="{}" t="str"><v>naïve</v></c>',
        '<c r="{}" t="inlineStr"><is><t> in </t></is></c>',
        '<c r="{}" t="e"><v>#REF!</v></c>',
        '<c r="{}" t="b"><v>1</v></c>',
        '<c r="{}"><f>1+1</f><v>2</v></c>',
        '<c r="{}" t="str"><f>A2&amp;"x"</f><v>x</v></c>',
        '<c r="{}"><f t="shared" si="0"/><v>1E-7</v></c>',
        '<c r="{}"><f>1+1</f></c>',
        '<c r="{}"><v></v></c>',
        '<c r="{}" cm="1"><v>5</v></c>',
        '<c r="{}"><v> 5 </v></c>',
        '<!-- no cell --><c r="{}"><v><![CDATA[5]]></v></c>',
        '\n  <c r="{}"><v>5</v>\n  </c>',
        '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="{}"><x:v>5</x:v></x:c>',
    )

    def disturbed(match: re.Match[str]) -> str:
        if dice.random() > 0.02:
            return match[0]
        return dice.choice(odd).format(match[1]) if dice.random() < 0.9 else ""

    target = tmp_path / "odd.xlsx"
    with ZipFile(hard_file) as archive, ZipFile(target, "w") as copy:
        for name in archive.namelist():
            part = archive.read(name).decode()
            if re.fullmatch(r"xl/worksheets/sheet[234].xml", name):
                head, body = part.split("</row>", 1)
                part = head + "</row>" + re.sub(r'<c r="([A-Z]+[0-9]+)".*?(?:/>|</c>)', disturbed, body)
            copy.writestr(name, part)
    read_both_ways(target, tmp_path)


@pytest.mark.parametrize("typed", ["seen by nobody", "#REF!", "=1+1", "   ", "<clear>", 12.5, "12,50", True])
def test_the_same_typed_over_a_cell_and_its_hidden_one(
    typed: object, simple_file: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(simple_file)
    sheet = book["Lines"]
    headers = {str(cell.value): cell.column for cell in sheet[1]}
    pairs = {"Internal note": "internal_note", "Amount": "amount", "Description": "description"}
    for row, (label, name) in enumerate(pairs.items(), start=2):
        sheet.cell(row, headers[label]).value = sheet.cell(row, headers[f"lines:baseline_{name}"]).value = (
            typed  # type: ignore[union-attr, assignment]
        )
    book.save(simple_file)
    read_both_ways(simple_file, tmp_path)


def test_texts_are_read_as_they_are_spelled() -> None:
    texts = (
        "<si><t>plain</t></si><si><t></t></si><si><t/></si><si/>"
        '<si><t xml:space="preserve"> kept </t></si><si><t> kept, too </t></si>'
        "<si><r><t>ri</t></r><r><t>ch</t></r></si><si><t>a &lt; b</t></si><si><t>naïve</t></si>"
        "<si><t>base</t><rPh sb='0' eb='1'><t>reading</t></rPh></si><si><t>two\nlines</t></si>"
        "<si>\n<t>tab\tinside</t>\n</si>"
    )
    found = plain_texts(BytesIO(f"<sst>{texts}</sst>".encode()), Budget(Path("x"), ReadLimits()))

    assert [cell and cell.text for cell in found] == [
        *("plain", None, None, None, " kept ", " kept, too ", "rich", "a < b", "naïve"),
        *("base", "two\nlines", "tab\tinside"),
    ]


def test_a_row_that_looks_plain_for_long_is_given_up_quickly() -> None:
    # Time that grows with the square of a row would be an attack.
    def seconds(cells: int) -> float:
        row = b'<row r="1">' + b'<c r="A1"><f>' * cells + b"</row>"
        started = process_time()
        part = BytesIO(b"<a>" + row + b"</a>")
        with pytest.raises((SyntaxError, WorkbookError)):
            list(plain_rows(part, Tables((), ()), Budget(Path("x"), ReadLimits())))
        return process_time() - started

    seconds(10)
    assert seconds(40_000) < 20 * seconds(4_000) + 0.1
