"""A workbook file as its parts: to change or add a few of them, and copy all others as they are."""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from reconcile.workbook.ooxml.xml_edit import Part, scan

OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "[Content_Types].xml"


@dataclass(slots=True)
class Parts:
    """An open workbook file, and its parts that were changed or added.

    Raises KeyError for a part that is not there, and ValueError for one that cannot be read.
    """

    path: Path
    changed: dict[str, bytes] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path) -> Parts:
        """The parts of a file that was looked over before."""
        with ZipFile(path) as archive:
            return cls(path, names=archive.namelist())

    def read(self, name: str) -> bytes:
        """A part as it is by now."""
        if name in self.changed:
            return self.changed[name]
        with ZipFile(self.path) as archive:
            return archive.read(name)

    def put(self, name: str, content: bytes, content_type: str = "") -> None:
        """Changes a part, or adds one of that content type."""
        self.changed[name] = content
        if name not in self.names:
            self.names.append(name)
        if content_type and f'"/{name}"'.encode() not in self.read(_TYPES):
            self._edit(_TYPES, lambda _: f'Override PartName="/{name}" ContentType="{content_type}"')

    @property
    def workbook(self) -> str:
        """The part that lists the sheets."""
        return self.related("", "officeDocument")[0]

    @property
    def is_strict(self) -> bool:
        """Whether it is Strict Open XML, whose names of everything differ."""
        return _STRICT in self.read(self.workbook)

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """The relations of a part by id: their kind, and the part they lead to; "" stands for the package."""
        rels = _rels(name)
        if rels not in self.names:
            return {}
        found = {}
        for one in scan(self.read(rels)).root.children:
            given = one.attributes
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(name), given.get("Target", "")))
            if given.get("TargetMode") != "External":
                found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target.lstrip("/"))
        return found

    def related(self, name: str, kind: str) -> list[str]:
        """The parts of one kind that a part leads to."""
        return [part for one, part in self.relations(name).values() if one == kind]

    def relate(self, name: str, kind: str, target: str) -> str:
        """Ties a part to another one; answers the relation's id."""
        rels, taken = _rels(name), self.relations(name)
        if rels not in self.names:
            self.put(rels, f'<?xml version="1.0"?>\n<Relationships xmlns="{_PACKAGE}"/>'.encode())
        number = 1
        # Links outwards have ids, too.
        while f"rIdR{number}" in taken or f'"rIdR{number}"'.encode() in self.read(rels):
            number += 1
        given = f'Id="rIdR{number}" Type="{OFFICE}/{kind}" Target={quoteattr("/" + target)}'
        self._edit(rels, lambda _: f"Relationship {given}")
        return f"rIdR{number}"

    def free(self, pattern: str) -> str:
        """The first name that no part has, of a pattern like `xl/comments{}.xml`."""
        taken = {name.casefold() for name in self.names}
        number = 1
        while pattern.format(number).casefold() in taken:
            number += 1
        return pattern.format(number)

    def save(self, stream: IO[bytes]) -> None:
        """Writes the copy: what was not changed goes through byte for byte."""
        with ZipFile(self.path) as source, ZipFile(stream, "w", ZIP_DEFLATED) as target:
            members = {info.filename: info for info in source.infolist()}
            for name in self.names:
                if name in self.changed:
                    target.writestr(name, self.changed[name])
                    continue
                with source.open(members[name]) as before, target.open(name, "w", force_zip64=True) as after:
                    shutil.copyfileobj(before, after, 1 << 20)

    def _edit(self, name: str, element: Callable[[Part], str]) -> None:
        """Adds an empty element to the root of a part."""
        part = scan(self.read(name))
        part.append(part.root, f"<{part.prefix(part.root)}{element(part)}/>")
        self.changed[name] = part.result()


def relation(part: Part, relation_id: str) -> str:
    """The attribute that names a relation. Some programs look for it as `r:id` and under no other prefix."""
    declared = part.root.attributes.get("xmlns:r")
    given = "" if declared == OFFICE else f'xmlns:r="{OFFICE}" '
    return f'{given}r:id="{relation_id}"'


def _rels(name: str) -> str:
    folder, base = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{base}.rels")
