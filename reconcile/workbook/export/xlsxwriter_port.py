"""XlsxWriter with a way past it for rows, which are many. Its private names stand in this file only.

XlsxWriter keeps every cell until it closes, and asks of each what it is. Here the rows of a sheet are
finished XML that goes into a temporary file and from there into the sheet; the other parts are small. The
library carries no types, so its names enter the package here, too.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import cached_property
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, Final
from weakref import finalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.packager import Packager  # type: ignore[import-untyped]
from xlsxwriter.sharedstrings import SharedStrings  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet as _Worksheet  # type: ignore[import-untyped]

from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.ooxml import WRITTEN_AT

__all__ = ["ROW", "Format", "StreamingSheet", "Workbook", "Worksheet", "XlsxWriterException"]

ROW: Final = "\0"
"""Stands for the number of the row in the XML of a cell; no XML has this character."""

# Nothing from the API may become a formula, a link or a number.
_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_LEVEL: Final = 5
"""How hard parts are packed: half the time of the usual level for a file that is a hundredth larger."""
_PIECE: Final = 1 << 18
_TEXT: Final = ' t="s">'
_BETWEEN: Final = "</t></si><si><t>"
_TOGETHER: Final = 64
"""How many texts are looked at as one: nearly all are plain words."""


class Worksheet(_Worksheet):  # type: ignore[misc] # XlsxWriter carries no types
    """A worksheet."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002 - as the method that this one replaces
        """The formula as a file has it. XlsxWriter looks in each for 83 functions that ours do not use."""
        return formula.removeprefix("=")


class StreamingSheet(Worksheet):
    """A worksheet whose lower rows are finished XML in a temporary file."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = TemporaryFile(buffering=_PIECE)  # noqa: SIM115 - closed with the sheet
        finalize(self, self.stream.close)  # also where the workbook is never finished
        self.first = -1
        self.above = 0

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

    def stream_rows(self, first: int, rows: Iterable[str], heights: Mapping[int, int]) -> None:
        """Add rows: the number of the first, from 0; the cells of each; the heights of unusual ones."""
        if self.first < 0:
            self.first = first
        number = first
        made = []
        for number, cells in enumerate(rows, start=first + 1):
            height = heights.get(number - 1)
            high = f' ht="{height}" customHeight="1"' if height else ""
            made.append(f'<row r="{number}"{high}>{cells.replace(ROW, str(number))}</row>')
        self.dim_rowmax = number - 1
        text = "".join(made)
        self.stream.write(text.encode())
        # XlsxWriter counts only what it writes itself.
        self.str_table.count += text.count(_TEXT)
        self.str_table.unique_count = len(self.texts)

    def _write_rows(self) -> None:
        last = self.dim_rowmax
        if self.first >= 0:
            self.dim_rowmax = self.first - 1
        super()._write_rows()
        self.dim_rowmax = last
        self.above = self.fh.tell()

    @property
    def is_huge(self) -> bool:
        """Whether the part may be larger than the 2 GB that an archive holds without further ado."""
        return self.stream.tell() > 2_000_000_000

    def write_part(self, stream: IO[bytes]) -> None:
        """Write the whole part: what stands above the rows, the rows, and what stands below them."""
        text = self.fh.getvalue()
        stream.write(text[: self.above].encode())
        self.stream.seek(0)
        copyfileobj(self.stream, stream, _PIECE)
        stream.write(text[self.above :].encode())


class Workbook(xlsxwriter.Workbook):  # type: ignore[misc] # as above
    """A workbook that is written into a stream. Texts stay texts whatever they look like."""

    worksheet_class = Worksheet

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, _OPTIONS)
        self.parts: list[tuple[io.StringIO, str, bool]] = []

    def add_streaming_sheet(self, name: str) -> StreamingSheet:
        """A sheet for many rows."""
        sheet: StreamingSheet = self.add_worksheet(name, StreamingSheet)
        return sheet

    def _get_packager(self) -> Packager:
        return _Packager()

    def _store_workbook(self) -> None:
        super()._store_workbook()  # makes the parts, and packs none
        rows = {sheet.fh: sheet for sheet in self.worksheets() if isinstance(sheet, StreamingSheet)}
        try:
            self._pack(rows)
        finally:
            for sheet in rows.values():
                sheet.stream.close()

    def _pack(self, rows: Mapping[io.StringIO, StreamingSheet]) -> None:
        self.filename.seek(0)
        self.filename.truncate()
        with ZipFile(self.filename, "w") as archive:
            for part, name, _ in self.parts:
                sheet = rows.get(part)
                with archive.open(_info(name), "w", force_zip64=bool(sheet and sheet.is_huge)) as stream:
                    if sheet:
                        sheet.write_part(stream)
                    else:
                        stream.write(part.getvalue().encode())


def _info(name: str) -> ZipInfo:
    """A part at the moment that XlsxWriter gives every part: the same workbook has the same bytes."""
    info = ZipInfo(name, WRITTEN_AT)
    info.compress_type = ZIP_DEFLATED
    info._compresslevel = _LEVEL  # type: ignore[attr-defined] # noqa: SLF001 - a stream takes it from nowhere else
    return info


class _Packager(Packager):  # type: ignore[misc] # as above
    def _create_package(self) -> list[tuple[io.StringIO, str, bool]]:
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
        texts = self.string_table.string_array
        for first in range(0, len(texts), _TOGETHER):
            some = texts[first : first + _TOGETHER]
            together = _BETWEEN.join(some)
            if _is_plain(together, len(some) - 1):
                self.fh.write(f"<si><t>{together}</t></si>")
            else:
                for text in some:
                    self._write_text(text)

    def _write_text(self, text: str) -> None:
        # XlsxWriter would take a text like `<r>x</r>` for markup.
        escaped = self._escape_control_characters(text)
        space = [("xml:space", "preserve")] if escaped != escaped.strip() else []
        self._xml_si_element(escaped, space)


def _is_plain(texts: str, marks: int) -> bool:
    """Whether texts with so many marks between them are printable ASCII, no markup, no space at an end."""
    return (
        texts.isascii()
        and texts.isprintable()
        and texts.count("<") == texts.count(">") == marks * _BETWEEN.count("<")
        and not any(one in f">{texts}<" for one in ("&", "_x", "> ", " <"))
    )
