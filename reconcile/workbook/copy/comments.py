"""Puts notes on cells of a sheet, beside those that are there (ECMA-376 part 1, 18.7; part 4, 14.1).

A note is an entry in the sheet's comments and a shape in its drawing of the old kind, without which Excel
does not show it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconcile.workbook.ooxml import (
    MAIN,
    SHEET_ORDER,
    Element,
    Part,
    Parts,
    column_index,
    relation,
    scan,
    xml_text,
)

AUTHOR: Final = "reconcile"
_COMMENTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_EMPTY_COMMENTS: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{MAIN}">'
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
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_r{cell}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:210pt;height:70pt;z-index:1;'
    'visibility:hidden" fillcolor="#fff3c4" o:insetmode="auto"><v:fill color2="#fff3c4"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_PLACE: Final = re.compile(r"([A-Z]+)([0-9]+)")
_OURS: Final = f"{AUTHOR}: ".encode()
# Words in a run of text, outside the names of fonts and the like.
_WORDS: Final = re.compile(rb"<(?:\w+:)?t\b[^>]*>[^<]*[^<\s]")
_SHAPES: Final = re.compile(rb"<v:shape\b.*?</v:shape>", re.DOTALL)
_ROW: Final = re.compile(rb"<(?:\w+:)?Row>\s*([0-9]+)\s*<")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?Column>\s*([0-9]+)\s*<")


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
    new, gone = _write_comments(part, notes)
    parts.put(name, part.result(), _COMMENTS)
    if not existing:
        parts.relate(sheet, "comments", name)
    _draw(parts, sheet, new, gone)


def _write_comments(part: Part, notes: Mapping[str, str]) -> tuple[list[str], set[str]]:
    """Writes the notes; answers the cells that had none before, and those that have none any more."""
    prefix = part.prefix(part.root)
    authors, listed = part.root.child("authors"), part.root.child("commentList")
    if authors is None or listed is None:
        raise ValueError("comments without a list")
    there = {one.attributes.get("ref", ""): one for one in listed.children}
    gone = {cell for cell, one in there.items() if not _renew(part, one, notes.get(cell, ""))}
    new = [cell for cell in notes if cell not in there]
    number = len(authors.children)
    texts = "".join(
        f'<{prefix}comment ref="{cell}" authorId="{number}"><{prefix}text>{_run(prefix, notes[cell])}'
        f"</{prefix}text></{prefix}comment>"
        for cell in new
    )
    if new:
        part.append(authors, f"<{prefix}author>{AUTHOR}</{prefix}author>")
        part.append(listed, texts)
    return new, gone


def _renew(part: Part, comment: Element, note: str) -> bool:
    """What we wrote into a note earlier goes, and what we say now comes; whether a note is left."""
    text = comment.child("text")
    if text is None:
        return True
    left = False
    for piece in text.children:
        left |= _cut(part, piece)
    if note:
        part.append(text, _run(part.prefix(part.root), note, first=not left))
    elif not left:
        part.pieces = [one for one in part.pieces if not comment.start <= one[0] < comment.end]
        part.replace(comment.start, comment.end, "")
    return bool(left or note)


def _cut(part: Part, piece: Element) -> bool:
    """Takes our words out of a piece of a note; whether words of the person are left in it.

    Programs that save a note may have joined our words to those of the person, which come first.
    """
    content = part.content[piece.start : piece.end]
    at = content.find(_OURS)
    if at < 0:
        return bool(_WORDS.search(content))
    if not _WORDS.search(content[:at] + b"<"):
        part.replace(piece.start, piece.end, "")
        return False
    end = content.index(b"</", at)
    part.replace(piece.start + at, piece.start + end, "")
    return True


def _run(prefix: str, note: str, *, first: bool = True) -> str:
    words = xml_text(f"{AUTHOR}: {note}")
    between = "" if first else "\n"
    return f'<{prefix}r><{prefix}t xml:space="preserve">{between}{words}</{prefix}t></{prefix}r>'


def _draw(parts: Parts, sheet: str, new: list[str], gone: set[str]) -> None:
    """The shapes of notes, in the sheet's own drawing if it has one."""
    part = scan(parts.read(sheet))
    known = _drawing_of(parts, sheet, part)
    name = known or parts.free("xl/drawings/vmlDrawing{}.vml")
    # Excel writes tags without an end into these parts, so they are no XML to a parser.
    content = parts.read(name) if known else _EMPTY_DRAWING.encode()
    places = {_place(cell) for cell in gone}
    content = _SHAPES.sub(lambda found: b"" if _stands_at(found[0]) in places else found[0], content)
    end = content.rindex(b"</")
    shapes = "".join(_shape(cell) for cell in new).encode()
    if new or known:
        parts.put(name, content[:end] + shapes + content[end:], _DRAWING)
    if new and known is None:
        relation_id = parts.relate(sheet, "vmlDrawing", name)
        element = f"<{part.prefix(part.root)}legacyDrawing {relation(part, relation_id)}/>"
        part.add_child("legacyDrawing", element, SHEET_ORDER)
        parts.put(sheet, part.result())


def _drawing_of(parts: Parts, sheet: str, part: Part) -> str | None:
    """The part with the shapes of a sheet's notes."""
    legacy = part.root.child("legacyDrawing")
    given = legacy.attributes.items() if legacy else ()
    ids = [value for key, value in given if key.rpartition(":")[2] == "id"]
    known = parts.relations(sheet).get(ids[0]) if ids else None
    return known[1] if known else None


def _stands_at(shape: bytes) -> tuple[int, int] | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    return (int(row[1]), int(column[1])) if row and column else None


def _place(cell: str) -> tuple[int, int]:
    """Row and column of a cell, both from 0."""
    found = _PLACE.fullmatch(cell)
    if found is None:
        raise ValueError(f"{cell} is no cell")
    return int(found[2]) - 1, column_index(found[1])


def _shape(cell: str) -> str:
    row, column = _place(cell)
    return _SHAPE.format(cell=cell, row=row, column=column)
