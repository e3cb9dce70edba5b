"""Opens a workbook file: which sheets it has, and their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import DecimalException
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError
from zipfile import BadZipFile, ZipFile

from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.workbook.ooxml.cells import Area, Cell, Cells, Tables, local, merged_areas
from reconcile.workbook.ooxml.encoding import utf_8_stream
from reconcile.workbook.ooxml.fast_rows import plain_rows, plain_texts
from reconcile.workbook.ooxml.package_safety import check_package, damaged, is_read
from reconcile.workbook.ooxml.part_names import (
    TYPES,
    PartNames,
    normal_name,
    rels_of,
    target_of,
    workbook_types,
)
from reconcile.workbook.ooxml.read_budget import Budget
from reconcile.workbook.ooxml.sheet_facts import SheetFacts, sheet_facts
from reconcile.workbook.ooxml.spec import whole
from reconcile.workbook.ooxml.xml_stream import document

_BROKEN: Final = (
    ParseError,
    BadZipFile,
    DecimalException,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
# Built-in number formats that show a date or a time (ECMA-376 part 1, 18.8.30), those of East Asia included.
_DATE_FORMATS: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
# What a format code says besides its placeholders: quoted texts, colours and locales, escaped characters.
# Hours, minutes and seconds in brackets show a duration.
_DECORATION: Final = re.compile(r'"[^"]*"|\[(?!(?:h{1,9}|m{1,9}|s{1,9})\])[^\[\]]*\]|[\\_*].')


@dataclass(frozen=True)
class Book:
    """A workbook file that has been looked over; parts are read when asked for, all on the same budget.

    Every method raises WorkbookError where the file is damaged or larger than the limits.
    """

    path: Path
    budget: Budget

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The normal names of all parts."""
        with ZipFile(self.path) as archive:
            return tuple(map(normal_name, archive.namelist()))

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of each worksheet by the sheet's name, in workbook order, hidden sheets included."""
        targets = self._targets(self._workbook_part)
        found: dict[str, str] = {}
        for element in self._xml(self._workbook_part).iter():
            if local(element.tag) == "sheet":
                ids = [value for name, value in element.items() if local(name) == "id"]
                kind, part = targets.get(ids[0] if ids else "", ("", ""))
                if kind == "worksheet":
                    found[element.get("name", "")] = part
        return found

    def rows(self, sheet: str, last: int | None = None) -> Iterator[tuple[int, Cells]]:
        """The rows of a sheet that hold something: their number, from 1, and their cells.

        last: the number of the row at which one may stop; blank rows below it are not looked through.
        """
        limits, cells = self.budget.limits, 0
        try:
            with ZipFile(self.path) as archive, self._open(archive, self.sheets[sheet]) as stream:
                for count, (number, row) in enumerate(plain_rows(stream, self._tables, self.budget), start=1):
                    if max(count, number if row else 0) > limits.rows:
                        raise self.budget.too_large(sheet)
                    if last is not None and number > last:
                        return
                    if row:
                        cells += len(row)
                        if cells > limits.cells or max(row) >= limits.columns:
                            raise self.budget.too_large(sheet)
                        yield number, row
        except _BROKEN as error:
            raise damaged(self.path, f"sheet {sheet}: {error}") from error

    def merged(self, sheet: str) -> list[Area]:
        """The merged cells of a sheet, from top to bottom."""
        try:
            with ZipFile(self.path) as archive, self._open(archive, self.sheets[sheet]) as stream:
                return merged_areas(stream)
        except _BROKEN as error:
            raise damaged(self.path, f"sheet {sheet}: {error}") from error

    def facts(self, sheet: str) -> SheetFacts:
        """What a sheet carries beside its cells."""
        try:
            with ZipFile(self.path) as archive, self._open(archive, self.sheets[sheet]) as stream:
                facts = sheet_facts(stream, self.budget)
            for part in self.tables(sheet):
                with ZipFile(self.path) as archive, self._open(archive, part) as stream:
                    facts.filtered |= sheet_facts(stream, self.budget).filtered
        except _BROKEN as error:
            raise damaged(self.path, f"sheet {sheet}: {error}") from error
        return facts

    @cached_property
    def visible(self) -> frozenset[str]:
        """The sheets that a person sees."""
        sheets = [one for one in self._xml(self._workbook_part).iter() if local(one.tag) == "sheet"]
        return frozenset(one.get("name", "") for one in sheets if one.get("state", "visible") == "visible")

    @property
    def from_1904(self) -> bool:
        """Whether days are counted from 1904, as old Macs did."""
        return self._tables.from_1904

    def tables(self, sheet: str) -> list[str]:
        """The parts of the tables of a sheet."""
        return [part for kind, part in self._targets(self.sheets[sheet]).values() if kind == "table"]

    def styles(self) -> str | None:
        """The part of the cell styles, if there is one."""
        part = dict(self._targets(self._workbook_part).values()).get("styles")
        return part if part is not None and normal_name(part) in self.parts else None

    @cached_property
    def _workbook_part(self) -> str:
        documents = [part for kind, part in self._targets("").values() if kind == "officeDocument"]
        return next(iter(documents or workbook_types(self._xml(TYPES))), "xl/workbook.xml")

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The relations of a part by id: their kind and the part they lead to (ECMA-376 part 2, 9.3)."""
        if normal_name(rels_of(part)) not in self.parts:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                target_of(part, element.get("Target", "")),
            )
            for element in self._xml(rels_of(part))
        }

    @cached_property
    def _tables(self) -> Tables:
        parts = dict(self._targets(self._workbook_part).values())
        workbook = self._xml(self._workbook_part)
        from_1904 = any(
            element.get("date1904") in ("1", "true")
            for element in workbook
            if local(element.tag) == "workbookPr"
        )
        strings = self._strings(parts["sharedStrings"]) if "sharedStrings" in parts else ()
        styles = parts.get("styles", "")
        dates = _date_styles(self._xml(styles)) if normal_name(styles) in self.parts else ()
        return Tables(strings, dates, from_1904)

    def _strings(self, part: str) -> tuple[Cell | None, ...]:
        limits = self.budget.limits
        with ZipFile(self.path) as archive, self._open(archive, part) as stream:
            if archive.getinfo(self._spelled.named(part)).file_size > limits.text_megabytes * 2**20:
                raise self.budget.spent(
                    f"holds more than {limits.text_megabytes:,} MB of different texts",
                    "Remove other sheets from it, or raise the setting text_megabytes",
                )
            found = tuple(islice(plain_texts(stream, self.budget), limits.strings + 1))
        if len(found) > limits.strings:
            raise self.budget.spent(
                f"holds more than {limits.strings:,} different texts",
                "Remove other sheets from it, or raise the setting strings",
            )
        return found

    def _open(self, archive: ZipFile, part: str) -> IO[bytes]:
        if not is_read(part):
            raise damaged(self.path, f"its part {part} is no XML by its name")
        return utf_8_stream(archive.open(self._spelled.named(part)))

    @cached_property
    def _spelled(self) -> PartNames:
        with ZipFile(self.path) as archive:
            return PartNames.of(archive.namelist())

    def _xml(self, part: str) -> Element:
        self.budget.check_time()
        try:
            with ZipFile(self.path) as archive, self._open(archive, part) as stream:
                return document(stream, self.budget)
        except _BROKEN as error:
            raise damaged(self.path, f"part {part}: {error}") from error


def open_book(path: Path, limits: ReadLimits | None = None) -> Book:
    """Look a file over and open it.

    Raises ConfigurationError where there is no such file, and WorkbookError where it is no workbook that is
    safe to read.
    """
    budget = Budget(path, limits or ReadLimits())
    check_package(path, budget)
    return Book(path, budget)


def _date_styles(styles: Element) -> tuple[bool, ...]:
    """Whether each cell style shows its number as a date."""
    codes = {
        whole(element.get("numFmtId", "0")): element.get("formatCode", "")
        for formats in styles
        if local(formats.tag) == "numFmts"  # those of conditional formats (dxfs) have numbers of their own
        for element in formats
    }
    formats = [element for element in styles if local(element.tag) == "cellXfs"]
    ids = [whole(style.get("numFmtId", "0")) for element in formats for style in element]
    return tuple(_shows_date(codes.get(number), number) for number in ids)


def _shows_date(code: str | None, number: int) -> bool:
    if code is None:
        return number in _DATE_FORMATS
    return bool(re.search(r"[ymdhs]", _DECORATION.sub("", code.casefold()).replace("general", "")))
