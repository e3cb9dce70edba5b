"""XlsxWriter with a way past it for rows, which are many. Its private names stand in this file only.

XlsxWriter keeps every cell until it closes, and asks of each what it is. Here the rows of a sheet are
finished XML that goes into a temporary file and from there into the sheet. The library carries no types, so
its names enter the package here, too.
"""

from __future__ import annotations

import os
import re
import time
from functools import cached_property
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.packager import Packager  # type: ignore[import-untyped]
from xlsxwriter.sharedstrings import SharedStrings  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from reconcile.domain.spreadsheet import column_letters

__all__ = ["ROW", "Format", "StreamingSheet", "Workbook", "Worksheet", "XlsxWriterException"]

ROW: Final = "#"
"""Stands for the number of the row in the XML of a cell; nothing else there has this character."""

# Nothing from the API may become a formula, a link or a number.
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_ROW: Final = ROW.encode()
_LEVEL: Final = 2
"""How hard parts are packed: a third of the time of the usual level for a file that is a quarter larger."""
_WRITTEN: Final = time.mktime((1980, 1, 31, 0, 0, 0, 0, 0, -1))
"""The time of every part, as XlsxWriter has it, so that the same workbook has the same bytes."""
_TEXT: Final = ' t="s">'
# Printable ASCII without markup, and without a space at an end.
_PLAIN: Final = re.compile(r"(?! )[ -%'-;=?-~]+(?<! )")


class StreamingSheet(Worksheet):  # type: ignore[misc] # XlsxWriter carries no types
    """A worksheet whose lower rows are finished XML in a temporary file."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = TemporaryFile(buffering=1 << 18)  # noqa: SIM115 - closed with the sheet
        self.first = -1

    def add_table(self, top: int, left: int, bottom: int, right: int, options: dict[str, Any]) -> int:
        """The same table; XlsxWriter would note for each cell of a long one that it is taken."""
        done: int = super().add_table(top, left, top + 1, right, options)
        area = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
        self.tables[-1].update(range=area, a_range=area, autofilter=area)
        return done

    @cached_property
    def texts(self) -> dict[str, int]:
        """The texts of the workbook so far, and their numbers."""
        found: dict[str, int] = self.str_table.string_table
        return found

    def text(self, text: str) -> str:
        """What stands behind the style in a cell with a text."""
        texts = self.texts
        return f"{_TEXT}<v>{texts.setdefault(text, len(texts))}</v></c>"

    def style(self, look: Format) -> int:
        """The number of a format in the style sheet."""
        number: int = look._get_xf_index()  # noqa: SLF001 - nothing public says it
        return number

    def stream_row(self, number: int, cells: str, height: int = 0) -> None:
        """Add a row: its number from 0, its cells, and its height unless that is the usual one."""
        if self.first < 0:
            self.first = number
        high = f' ht="{height}" customHeight="1"' if height else ""
        row = f'<row r="{ROW}"{high}>{cells}</row>'.encode()
        self.stream.write(row.replace(_ROW, b"%d" % (number + 1)))
        self.dim_rowmax = number
        # XlsxWriter counts only what it writes itself.
        self.str_table.count += cells.count(_TEXT)
        self.str_table.unique_count = len(self.texts)

    def _write_rows(self) -> None:
        last = self.dim_rowmax
        if self.first >= 0:
            self.dim_rowmax = self.first - 1
        super()._write_rows()
        self.dim_rowmax = last
        self.stream.seek(0)
        self.fh.flush()
        copyfileobj(self.stream, self.fh.buffer)
        self.stream.close()


class Workbook(xlsxwriter.Workbook):  # type: ignore[misc] # as above
    """A workbook that is written into a stream. Texts stay texts whatever they look like."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, _OPTIONS)
        self.parts: list[tuple[str, str, bool]] = []

    def add_streaming_sheet(self, name: str) -> StreamingSheet:
        """A sheet for many rows."""
        sheet: StreamingSheet = self.add_worksheet(name, StreamingSheet)
        return sheet

    def _get_packager(self) -> Packager:
        return _Packager()

    def _store_workbook(self) -> None:
        super()._store_workbook()  # makes the parts, and packs none
        self.filename.seek(0)
        self.filename.truncate()
        with ZipFile(self.filename, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            for file, name, _ in self.parts:
                os.utime(file, (_WRITTEN, _WRITTEN))
                archive.write(file, name)
                Path(file).unlink()


class _Packager(Packager):  # type: ignore[misc] # as above
    def _create_package(self) -> list[tuple[str, str, bool]]:
        self.workbook.parts = super()._create_package()
        return []

    def _write_shared_strings_file(self) -> None:
        part = _SharedStrings()
        part.string_table = self.workbook.str_table
        if part.string_table.count:
            part._set_xml_writer(self._filename("xl/sharedStrings.xml"))  # noqa: SLF001 - as the method does that this one replaces
            part._assemble_xml_file()  # noqa: SLF001 - as above


class _SharedStrings(SharedStrings):  # type: ignore[misc] # as above
    """The texts of a workbook. XlsxWriter looks at each one several times, and nearly all are plain words."""

    def _write_sst_strings(self) -> None:
        for text in self.string_table.string_array:
            if _PLAIN.fullmatch(text) and "_x" not in text:
                self.fh.write(f"<si><t>{text}</t></si>")
            else:
                # XlsxWriter would take a text like `<r>x</r>` for markup.
                escaped = self._escape_control_characters(text)
                space = [("xml:space", "preserve")] if escaped != escaped.strip() else []
                self._xml_si_element(escaped, space)
