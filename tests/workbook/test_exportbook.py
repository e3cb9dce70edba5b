"""The parts of an export are those that XlsxWriter writes by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from reconcile.workbook.export import exportbook
from reconcile.workbook.export.exportbook import ExportWorkbook

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


def test_long_parts_are_packed_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exportbook, "_LONG", 3_000)
    texts = [f"text {number}" for number in range(200)]
    (tmp_path / "drafts").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "drafts"))

    ours = parts_of(ExportWorkbook, tmp_path / "ours.xlsx", texts)

    assert ours == parts_of(Workbook, tmp_path / "theirs.xlsx", texts)
    assert next(iter(ours)) == "[Content_Types].xml"
    assert {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"} <= set(list(ours)[-4:])
    assert list((tmp_path / "drafts").iterdir()) == []
    assert times_of(tmp_path / "ours.xlsx") == times_of(tmp_path / "theirs.xlsx")


def times_of(path: Path) -> dict[str, tuple[int, ...]]:
    with ZipFile(path) as archive:
        return {one.filename: one.date_time for one in archive.infolist()}
