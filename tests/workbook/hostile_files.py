"""Workbooks that somebody changed part by part."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


Check = Callable[[Path], tuple[int, str]]


Change = Callable[[str, bytes], bytes]


def changed(path: Path, change: Change) -> Path:
    """The workbook with its parts changed, and proper checksums."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def replaced(name: str, old: bytes, new: bytes) -> Change:
    """Replaces text in one part, where it must stand."""

    def change(found: str, data: bytes) -> bytes:
        assert found != name or old in data
        return data.replace(old, new, 1) if found == name else data

    return change


def sheet_part(path: Path, sheet: str) -> str:
    """The part of a sheet, in the order in which XlsxWriter numbers them."""
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
