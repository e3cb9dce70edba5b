"""What a sheet and a package carry beside their cells: rules, formats, protection, who saved them.

Looked for in the raw text of the parts: these marks stand around the rows, and neither their number nor the
size of the rows should decide over memory. Cells cannot fake them: in XML, their texts hold no `<`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from zipfile import ZipFile

from reconcile.domain.spreadsheet import column_index
from reconcile.workbook.ooxml.encoding import utf_8
from reconcile.workbook.ooxml.part_names import PartNames
from reconcile.workbook.ooxml.read_budget import Budget
from reconcile.workbook.ooxml.spec import whole

_MARKS: Final = re.compile(
    rb"<(?:\w+:)?(?P<name>row|dataValidation|conditionalFormatting|pane|tablePart|sheetProtection|autoFilter"
    rb"|filterColumn)"
    rb"(?P<rest>\s[^<>]*)?>(?:[^<]*<(?:\w+:)?formula[12]>"
    # Within its own element: the next range may be that of a data bar, with other marks before it.
    rb"(?:(?!</(?:\w+:)?dataValidation>).){0,4096}?<(?:\w+:)?sqref>(?P<inner>[^<]*)<)?",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r'(?<![\w:])([\w:]+)\s*=\s*["\']([^"\']*)')
_RANGE: Final = re.compile(r"\$?\b([A-Z]{1,3})\$?[0-9]*(?::\$?([A-Z]{1,3})\$?[0-9]*)?\b")
_PROPERTIES: Final = 1 << 16
"""The bytes of a package's properties that are looked at; Excel writes some 800."""
_CHUNK: Final = 1 << 20
_LONGEST: Final = 1 << 16
"""The bytes of a mark at most, so that one on the border of two chunks is seen whole."""
# XlsxWriter, which writes our exports, calls itself Excel 2007; Excel itself has not been that for long.
_EXPORTED: Final = "12.0000"
WRITTEN_AT: Final = (1980, 1, 31, 0, 0, 0)
"""What it says when it wrote each part. Programs that keep the properties of a file write other times."""


@dataclass
class SheetFacts:
    """A worksheet part: hidden rows, columns (from 0) with limited input or with a filter, other marks.

    hidden: the first and the last number of each run of hidden rows. marks: the names of elements that are
    there, such as `tablePart`.
    """

    hidden: list[tuple[int, int]] = field(default_factory=list)
    ruled: set[int] = field(default_factory=set)
    filtered: set[int] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    row: int = 0
    filter_from: int = 0

    @property
    def hidden_rows(self) -> int:
        """How many rows are hidden."""
        return sum(last - first + 1 for first, last in self.hidden)


def sheet_facts(stream: IO[bytes], budget: Budget) -> SheetFacts:
    """The facts of a worksheet part, or of a table's part. Raises WorkbookError where the time is up."""
    facts = SheetFacts()
    before = b""
    while chunk := stream.read(_CHUNK):
        budget.check_time()
        text, end = before + chunk, 0
        # A mark is taken once it cannot reach into the next chunk.
        last = len(text) - _LONGEST if len(chunk) == _CHUNK else len(text)
        for match in _MARKS.finditer(text):
            if match.start() > last:
                break
            _note(facts, match)
            end = match.end()
        before = text[max(end, last) :]
    for match in _MARKS.finditer(before):
        _note(facts, match)
    return facts


def _note(facts: SheetFacts, match: re.Match[bytes]) -> None:
    name = match["name"].decode()
    given = dict(_ATTRIBUTE.findall((match["rest"] or b"").decode("utf-8", "replace")))
    if name == "row":
        _note_row(facts, given)
    elif name == "autoFilter":
        facts.filter_from = min(_columns(given.get("ref", "")), default=0)
    elif name == "filterColumn":
        # Without a condition inside, it only hides its button.
        if not (match["rest"] or b"").endswith(b"/"):
            facts.filtered.add(facts.filter_from + whole(given.get("colId") or "0"))
    elif name == "dataValidation":
        if given.get("type", "none") != "none":
            facts.ruled |= _columns(given.get("sqref") or (match["inner"] or b"").decode())
    elif name != "pane" or given.get("state", "").startswith("frozen"):
        facts.marks.add(name)


def _note_row(facts: SheetFacts, given: dict[str, str]) -> None:
    facts.row = whole(given.get("r") or str(facts.row + 1))
    if given.get("hidden") not in ("1", "true"):
        return
    if facts.hidden and facts.hidden[-1][1] == facts.row - 1:
        facts.hidden[-1] = (facts.hidden[-1][0], facts.row)
    else:
        facts.hidden.append((facts.row, facts.row))


def _columns(squares: str) -> set[int]:
    found: set[int] = set()
    for left, right in _RANGE.findall(squares):
        found.update(range(column_index(left), column_index(right or left) + 1))
    return found


@dataclass(frozen=True, slots=True)
class Program:
    """Who saved a package last. name: empty where it does not say; exported: nobody did since the export."""

    name: str = ""
    exported: bool = False


def saved_by(path: Path) -> Program:
    """The program that a package names as its writer (ECMA-376 part 1, 22.2 extended properties)."""
    with ZipFile(path) as archive:
        is_untouched = all(one.date_time == WRITTEN_AT for one in archive.infolist())
        part = PartNames.of(archive.namelist()).find("docProps/app.xml")
        if part is None:
            return Program()
        with archive.open(part) as stream:
            text = utf_8(stream.read(_PROPERTIES)).decode("utf-8", "replace")
    name, version = (_property(text, tag) for tag in ("Application", "AppVersion"))
    if name == "Microsoft Excel" and version == _EXPORTED:
        return Program(name, exported=True) if is_untouched else Program()
    return Program(f"{name} {version}".strip() if version not in name else name)


def _property(text: str, tag: str) -> str:
    found = re.search(rf"<(?:\w+:)?{tag}>([^<]*)<", text)
    return found[1].strip() if found else ""
