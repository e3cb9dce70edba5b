"""Where a person meets the result in a data sheet: beside the frozen columns on screen, and on paper.

No column is inserted: formulas, names and charts of the user's own go on pointing to what they pointed to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import unescape

from reconcile.domain.money import parse_decimal
from reconcile.workbook.contract import quoted
from reconcile.workbook.ooxml import Element, Part, Parts, column_index, column_letters, scan, xml_text
from reconcile.workbook.read import KEY, FoundSheet

_AREA: Final = re.compile(r"\$([A-Z]{1,3})\$([0-9]{1,7}):\$([A-Z]{1,3})\$([0-9]{1,7})")
_ROWS: Final = re.compile(r"\$[0-9]{1,7}:\$[0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The columns of the result in a sheet, from 0, and how many columns are frozen before them."""

    first: int
    last: int
    frozen: int


def scroll_to_result(part: Part, sheet: FoundSheet, first: int) -> int:
    """Opens the sheet with the result right beside the frozen columns; answers how many are frozen."""
    views = part.root.child("sheetViews")
    for view in views.children if views else ():
        pane = view.child("pane")
        if pane and pane.attributes.get("state", "").startswith("frozen"):
            frozen = int(parse_decimal(pane.attributes.get("xSplit", "")) or 0)
            if 0 < frozen <= first:
                top = pane.attributes.get("topLeftCell", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                cell = f"{column_letters(first)}{top or sheet.header + 1}"
                part.set_attributes(pane, {"topLeftCell": cell})
                return frozen
    return 0


def print_result(parts: Parts, sheet: FoundSheet, columns: ResultColumns) -> None:
    """Adds id and result to the printed area of a sheet, with the frozen columns at the left of each page.

    A sheet without a printed area is printed whole. An area that the tool cannot read stays as it is.
    """
    part = scan(parts.read(parts.workbook), ("sheets", "definedNames"))
    listed, names = part.root.child("sheets"), part.root.child("definedNames")
    titles = [one.attributes.get("name") for one in listed.children] if listed else []
    if not names or sheet.name not in titles:
        return
    mine = {
        one.attributes.get("name", ""): one
        for one in names.children
        if one.attributes.get("localSheetId") == str(titles.index(sheet.name))
    }
    area, repeated = mine.get("_xlnm.Print_Area"), mine.get("_xlnm.Print_Titles")
    wider = _with_result(_text(part, area), sheet, columns) if area else ""
    if not area or not wider:
        return
    _put_text(part, area, wider)
    if repeated and columns.frozen and _ROWS.fullmatch(_range_in(_text(part, repeated))):
        left = f"{quoted(sheet.name)}!$A:${column_letters(columns.frozen - 1)}"
        _put_text(part, repeated, f"{left},{_text(part, repeated)}")
    parts.put(parts.workbook, part.result())


def _range_in(reference: str) -> str:
    """The range behind the name of its sheet."""
    return reference.rpartition("!")[2]


def _with_result(printed: str, sheet: FoundSheet, columns: ResultColumns) -> str:
    """The printed area with one more for the result; "" where it has it already, or cannot be read."""
    found = _AREA.fullmatch(_range_in(printed))
    if not found or "," in printed or column_index(found[3]) >= columns.first:
        return ""
    key = sheet.columns.get(KEY, columns.first)
    # On paper the id stands with the result, unless it is printed already or far away.
    start = key if column_index(found[3]) < key < columns.first else columns.first
    rows = f"${column_letters(start)}${found[2]}:${column_letters(columns.last)}${found[4]}"
    return f"{printed},{quoted(sheet.name)}!{rows}"


def _text(part: Part, element: Element) -> str:
    if part.content.endswith(b"/>", element.start, element.end):
        return ""
    return unescape(part.content[_inside(part, element) : part.end_of(element)].decode()).strip()


def _put_text(part: Part, element: Element, text: str) -> None:
    part.replace(_inside(part, element), part.end_of(element), xml_text(text))


def _inside(part: Part, element: Element) -> int:
    """Where the text of an element begins."""
    return part.content.index(b">", element.start) + 1
