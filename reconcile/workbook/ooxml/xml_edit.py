"""Changes parts of a workbook's XML in place: every byte that is not changed stays as it is.

A library that reads a workbook and writes it again loses what it does not know (openpyxl: charts, pictures,
slicers). Here a part is only scanned, and pieces are put in at exact places.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

# No DTD gets past check_package, and without one there are no entities to expand.
from xml.parsers.expat import ExpatError, ParserCreate

from reconcile.domain.spreadsheet import column_index
from reconcile.workbook.ooxml.spec import whole

_TAG: Final = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_NAME: Final = re.compile(rb"<(?:([^\s/>:]+):)?([^\s/>]+)")


@dataclass(slots=True)
class Element:
    """An element in a part: its local name, its attributes, and where it begins and ends in the bytes.

    index: of a row its number, from 1; of a cell its column, from 0.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    index: int = -1
    end: int = 0
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)


@dataclass(slots=True)
class Part:
    """A part of the package, what was found in it, and the pieces to put into it.

    rightmost: the last column that a cell holds something in, from 0; -1 where none does.
    """

    content: bytes
    root: Element
    rightmost: int = -1
    pieces: list[tuple[int, int, bytes]] = field(default_factory=list)

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of some bytes; of none, where start is end."""
        self.pieces.append((start, end, text.encode("utf-8")))

    def prefix(self, element: Element) -> str:
        """The namespace prefix of an element's tag with its colon, or an empty text."""
        name = _NAME.match(self.content, element.start)
        return f"{name[1].decode()}:" if name and name[1] else ""

    def set_attributes(self, element: Element, values: Mapping[str, str | None]) -> None:
        """Change attributes in the start tag of an element, once; None takes one away."""
        tag = _TAG.match(self.content, element.start)
        assert tag
        text = tag[0].decode()
        for name, value in values.items():
            text = re.sub(rf"""\s{name}\s*=\s*("[^"]*"|'[^']*')""", "", text)
            if value is not None:
                close = re.search(r"\s*/?>\Z", text)
                assert close
                text = f'{text[: close.start()]} {name}="{value}"{text[close.start() :]}'
        self.replace(tag.start(), tag.end(), text)

    def append(self, element: Element, text: str, attributes: Mapping[str, str | None] | None = None) -> None:
        """Put a text at the end of what is in an element, which may be empty (`<dxfs/>`)."""
        tag, name = _TAG.match(self.content, element.start), _NAME.match(self.content, element.start)
        assert tag
        assert name
        if not tag[0].endswith(b"/>"):
            self.set_attributes(element, attributes or {})
            end = self.end_of(element)
            self.replace(end, end, text)
            return
        given = {**element.attributes, **(attributes or {})}
        written = "".join(f' {key}="{value}"' for key, value in given.items() if value is not None)
        full = name[0].decode()
        self.replace(tag.start(), tag.end(), f"{full}{written}>{text}</{full[1:]}>")

    def end_of(self, element: Element) -> int:
        """Where the end tag of an element begins."""
        return self.content.rindex(b"</", element.start, element.end)

    def put_cells(self, row: Element, cells: Mapping[int, str]) -> None:
        """Put cells into a row by their column, from 0, each in the place of the one that stands there."""
        for old in row.children:
            if old.index in cells:
                self.replace(old.start, old.end, "")
        for column, text in sorted(cells.items()):
            later = (cell.start for cell in row.children if cell.index > column)
            place = next(later, None)
            if place is None:
                self.append(
                    row, "".join(cells[one] for one in sorted(cells) if one >= column), {"spans": None}
                )
                return
            self.replace(place, place, text)
        self.set_attributes(row, {"spans": None})

    def add_child(self, name: str, text: str, order: str) -> None:
        """Put a new child of the root where the format wants it; `order` names its children in order."""
        names = order.split()
        later = names[names.index(name) + 1 :]
        following = (child.start for child in self.root.children if child.name in later)
        place = next(following, None)
        place = self.end_of(self.root) if place is None else place
        self.replace(place, place, text)

    def result(self) -> bytes:
        """The part with everything in its place."""
        done, at = [], 0
        for start, end, text in sorted(self.pieces, key=lambda piece: piece[:2]):
            done += [self.content[at:start], text]
            at = end
        return b"".join([*done, self.content[at:]])


def scan(content: bytes, deep: Collection[str] = (), rows: Collection[int] = ()) -> Part:
    """A part with the children of its root, those of the elements `deep`, and the cells of some rows.

    Raises ValueError where it is no XML.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        declared = r"""(<\?xml[^>]*encoding=["'])[^"']*"""
        content = re.sub(declared, r"\1UTF-8", content.decode("utf-16"), count=1).encode()
    scanner = _Scanner(content, frozenset(deep), rows)
    try:
        scanner.parser.Parse(content, True)  # noqa: FBT003  expat's signature
    except ExpatError as error:
        raise ValueError(str(error)) from error
    return Part(content, scanner.root, scanner.rightmost)


class _Scanner:
    """Notes where elements are while expat goes through a part."""

    def __init__(self, content: bytes, deep: frozenset[str], rows: Collection[int]) -> None:
        self.content, self.deep, self.rows = content, deep, rows
        self.root = Element("", {}, 0)
        self.open: list[Element] = []
        self.row = 0
        self.column = -1
        self.rightmost = -1
        self.parser = ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag.rpartition(":")[2], attributes, self.parser.CurrentByteIndex)
        if not self.open:
            self.root = element
        elif element.name == "row":
            # A row or a cell that does not name its place stands after the one before.
            self.row = element.index = whole(attributes.get("r", str(self.row + 1)))
            self.column = -1
        elif element.name == "c" and self.open[-1].name == "row":
            place = attributes.get("r", "").rstrip("0123456789")
            self.column = element.index = column_index(place) if place else self.column + 1
        self.open.append(element)

    def _end(self, _: str) -> None:
        element, at = self.open.pop(), self.parser.CurrentByteIndex
        # Of `<c/>` the parser names the byte behind it, of `</c>` the byte where the end tag begins.
        element.end = self.content.index(b">", at) + 1 if self.content.startswith(b"</", at) else at
        if not self.open:
            return
        parent = self.open[-1]
        if parent.name == "row" and element.children:
            self.rightmost = max(self.rightmost, element.index)
        if self._is_kept(element, parent):
            parent.children.append(element)

    def _is_kept(self, element: Element, parent: Element) -> bool:
        if parent.name == "sheetData":
            return element.index in self.rows
        return len(self.open) == 1 or parent.name in self.deep or parent.name in ("row", "c")
