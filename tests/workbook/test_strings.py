"""The shared strings of an export are those that XlsxWriter writes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from reconcile.workbook.strings import ExportWorkbook

ODD = (
    "",
    " ",
    "a ",
    "\u00a0b",
    "<",
    ">",
    "&",
    "&amp;",
    '"',
    "\n",
    "\t",
    "\x01",
    "\x7f",
    "_x0041_",
    "_x",
    "</t>",
)
ODD += ("\ufffe", "\u2028", "<r>x</r>", "</t></si><si><t>", "café", "株式会社", "😀")

texts = st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=6)), max_size=40)


def parts_of(made: type[Workbook], path: Path, texts: Sequence[str]) -> dict[str, bytes]:
    with made(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, text in enumerate(texts):
            sheet.write_string(number, 0, text)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    del parts["docProps/core.xml"]  # says when
    return parts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("strings")


@given(texts)
@example([])
@example(["plain"])
@example(list(ODD))
@example([text + end for end in (" ", "x") for text in ODD])
def test_every_part_is_that_of_xlsxwriter(folder: Path, texts: list[str]) -> None:
    ours = parts_of(ExportWorkbook, folder / "ours.xlsx", texts)

    assert ours == parts_of(Workbook, folder / "theirs.xlsx", texts)
