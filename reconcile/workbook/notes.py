"""Puts notes on cells of a sheet, beside those that are there (ECMA-376 part 1, 18.7; part 4, 14.1).

A note is an entry in the sheet's comments and a shape in its drawing of the old kind, without which Excel
does not show it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconcile.workbook.grid import column_index
from reconcile.workbook.parts import OFFICE, Parts
from reconcile.workbook.sheetparts import SHEET_ORDER, shown
from reconcile.workbook.splice import Part, Spot, scan

AUTHOR: Final = "reconcile"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMENTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_EMPTY_COMMENTS: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{_MAIN}">'
    "<authors></authors><commentList></commentList></comments>"
)
_EMPTY_DRAWING: Final = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="1"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" '
    'o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
_SHAPE: Final = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_r{number}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:210pt;height:70pt;z-index:1;'
    'visibility:hidden" fillcolor="#fff3c4" o:insetmode="auto"><v:fill color2="#fff3c4"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_PLACE: Final = re.compile(r"([A-Z]+)([0-9]+)")


def add_notes(parts: Parts, sheet: str, notes: Mapping[str, str]) -> None:
    """Notes by cell. A note that a person put on a cell stays, with ours below it.

    Ours of an earlier review are replaced, and taken away where there is nothing to say any more.
    """
    existing = parts.related(sheet, "comments")
    if not notes and not existing:
        return
    name = existing[0] if existing else parts.free("xl/comments{}.xml")
    content = parts.read(name) if existing else _EMPTY_COMMENTS.encode()
    part = scan(content, ("authors", "commentList", "comment", "text"))
    placed = _write_comments(part, notes)
    parts.put(name, part.result(), _COMMENTS)
    if not existing:
        parts.relate(sheet, "comments", name)
    _draw(parts, sheet, placed)


def _write_comments(part: Part, notes: Mapping[str, str]) -> list[str]:
    """Adds the notes; answers the cells that had none before."""
    prefix = part.prefix(part.root)
    authors, listed = part.root.child("authors"), part.root.child("commentList")
    if authors is None or listed is None:
        raise ValueError("comments without a list")
    part.append(authors, f"<{prefix}author>{AUTHOR}</{prefix}author>")
    number = len(authors.children)
    there = {one.attributes.get("ref", ""): one for one in listed.children}
    for cell, one in there.items():
        _renew(part, one, notes.get(cell, ""))
    new = [cell for cell in notes if cell not in there]
    texts = "".join(
        f'<{prefix}comment ref="{cell}" authorId="{number}"><{prefix}text>{_run(prefix, notes[cell])}'
        f"</{prefix}text></{prefix}comment>"
        for cell in new
    )
    part.append(listed, texts)
    return new


def _renew(part: Part, comment: Spot, note: str) -> None:
    """A note that is there: what we wrote into it earlier goes, and what we say now comes."""
    text = comment.child("text")
    if text is None:
        return
    prefix = part.prefix(part.root)
    for run in text.children:
        if f"{AUTHOR}: ".encode() in part.content[run.start : run.end]:
            part.replace(run.start, run.end, "")
    if note:
        part.append(text, _run(prefix, note))


def _run(prefix: str, note: str) -> str:
    return f'<{prefix}r><{prefix}t xml:space="preserve">{shown(f"{AUTHOR}: {note}")}</{prefix}t></{prefix}r>'


def _draw(parts: Parts, sheet: str, cells: list[str]) -> None:
    """The shapes of new notes, in the sheet's own drawing if it has one."""
    if not cells:
        return
    part = scan(parts.read(sheet))
    legacy = part.root.child("legacyDrawing")
    relations = parts.relations(sheet)
    ids = (
        [value for key, value in legacy.attributes.items() if key.rpartition(":")[2] == "id"]
        if legacy
        else []
    )
    known = relations.get(ids[0]) if ids else None
    name = known[1] if known else parts.free("xl/drawings/vmlDrawing{}.vml")
    content = parts.read(name) if known else _EMPTY_DRAWING.encode()
    drawing = scan(content)
    drawing.append(drawing.root, "".join(_shape(cell, number) for number, cell in enumerate(cells, start=1)))
    parts.put(name, drawing.result(), _DRAWING)
    if known is None:
        relation = parts.relate(sheet, "vmlDrawing", name)
        element = f'<{part.prefix(part.root)}legacyDrawing xmlns:rl="{OFFICE}" rl:id="{relation}"/>'
        part.add_child("legacyDrawing", element, SHEET_ORDER)
        parts.put(sheet, part.result())


def _shape(cell: str, number: int) -> str:
    found = _PLACE.fullmatch(cell)
    if found is None:
        raise ValueError(f"{cell} is no cell")
    return _SHAPE.format(number=number, row=int(found[2]) - 1, column=column_index(found[1]))
