"""Copies of a workbook that say the same and are read the long way: every cell parsed, every row looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.workbook.ooxml.book import open_book
from reconcile.workbook.read.reader import read_workbook

_FAR = b'<mergeCells count="1"><mergeCell ref="XFC1048575:XFD1048576"/></mergeCells></worksheet>'
_PARSED = re.compile(r"xl/(worksheets/sheet\d+|sharedStrings)\.xml")


def read_both_ways(path: Path, folder: Path) -> None:
    """Asserts that every sheet of the file, and the workbook as a whole, is the same the long way."""
    book, slow = open_book(path), open_book(parsed(path, folder / "parsed"))
    for sheet in book.sheets:
        assert list(book.rows(sheet)) == list(slow.rows(sheet)), sheet
    edited = read_workbook(path, Policy())
    assert edited == read_workbook(slow.path, Policy())
    assert edited == read_workbook(row_by_row(path, folder / "rows"), Policy())


def parsed(path: Path, folder: Path) -> Path:
    """A copy whose sheets and texts are in Latin-1, so that none of their bytes is read plainly."""
    declared = re.compile(r"\A\ufeff?(<\?xml[^>]*\?>)?")
    start = '<?xml version="1.0" encoding="ISO-8859-1"?>'

    def change(part: bytes) -> bytes:
        return declared.sub(start, part.decode(), count=1).encode("latin-1", "xmlcharrefreplace")

    return _copy(path, folder, change)


def row_by_row(path: Path, folder: Path) -> Path:
    """A copy with merged cells far away, which make every row one to be looked at cell by cell."""
    return _copy(path, folder, lambda part: part.replace(b"</worksheet>", _FAR))


def _copy(path: Path, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    with ZipFile(path) as archive, ZipFile(target, "w", ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            part = archive.read(name)
            copy.writestr(name, change(part) if _PARSED.fullmatch(name) else part)
    return target
