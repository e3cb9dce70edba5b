"""Says what can be said of a file that is refused as a workbook: what it is instead, and what is in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import WorkbookError
from reconcile.workbook.doctor.examine import Trace
from reconcile.workbook.ooxml import open_book, saved_by

_START: Final = 4096
_AS_XLSX: Final = "Save it as Excel Workbook (.xlsx), without a password."
_KINDS: Final = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel file (.xls), or one with a password",
        "Save it as Excel Workbook (.xlsx).",
    ),
    (b"%PDF", "a PDF", "Ask for the workbook itself."),
    (b"{\\rtf", "a text document", "Ask for the workbook itself."),
    (b"\x89PNG", "a picture", "Ask for the workbook itself."),
)
_PACKAGES: Final = {
    "word/": ("a Word document", "Ask for the workbook itself."),
    "ppt/": ("a presentation", "Ask for the workbook itself."),
    "content.xml": ("an OpenDocument file (.ods)", _AS_XLSX),
    "Index/": ("a Numbers file", "In Numbers: File, Export To, Excel."),
    "xl/workbook.bin": ("a binary workbook (.xlsb)", _AS_XLSX),
}


def describe(path: Path, policy: Policy) -> list[Trace]:
    """What a refused file is, as far as it shows. Raises nothing of its own for a file that can be read."""
    size = Trace("Size", f"{path.stat().st_size:,} bytes")
    if not zipfile.is_zipfile(path):
        return [size, _no_package(path)]
    return [size, *_package(path, policy)]


def _no_package(path: Path) -> Trace:
    with path.open("rb") as stream:
        start = stream.read(_START)
    for mark, what, fix in _KINDS:
        if start.startswith(mark):
            return _it_is(what, fix)
    if start.startswith(b"PK"):
        return Trace(
            "It is", "the beginning of a package; its end is missing", "Copy or send it again.", harm=True
        )
    if not start.strip():
        return _it_is("empty", "Copy or send it again.")
    return _text(start)


def _it_is(what: str, fix: str) -> Trace:
    return Trace("It is", what, fix, harm=True)


def _text(start: bytes) -> Trace:
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _it_is("of an unknown kind", "Use an earlier copy, or export again.")
    if b"<html" in start.lower() or b"<table" in start.lower():
        return Trace(
            "It is", "a web page, perhaps that of a login", "Download the workbook again.", harm=True
        )
    first = start.decode("utf-8", "replace").lstrip("\ufeff").splitlines()[0]
    sign = max(";,\t", key=first.count)
    if first.count(sign):
        names = {";": "semicolons", ",": "commas", "\t": "tabs"}
        what = f"a text file (CSV) of {first.count(sign) + 1} columns, set apart by {names[sign]}"
        fix = "CSV keeps neither the hidden columns nor leading zeros. Send the workbook itself (.xlsx)."
        return _it_is(what, fix)
    return _it_is("a text file", "Send the workbook itself (.xlsx).")


def _package(path: Path, policy: Policy) -> Iterator[Trace]:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        yield _it_is(f"a damaged package ({error})", "Use an earlier copy.")
        return
    for start, (what, fix) in _PACKAGES.items():
        if any(name.startswith(start) for name in names):
            yield _it_is(what, fix)
    try:
        book = open_book(path, policy.reading)
        yield Trace("Saved by", saved_by(path).name or "a program that does not give its name")
        yield Trace("Sheets", ", ".join(book.sheets) or "none")
    except WorkbookError:
        return
