"""A workbook file as its parts: to change or add a few of them, and copy all others as they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import IO, Final

# No DTD gets past check_package, and without one there are no entities to expand.
from xml.etree.ElementTree import fromstring
from zipfile import ZIP_DEFLATED, ZipFile

from reconcile.workbook.ooxml.encoding import utf_8
from reconcile.workbook.ooxml.part_names import TYPES, PartNames, rels_of, target_of, workbook_types
from reconcile.workbook.ooxml.xml_edit import Part, scan

OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


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
        spelled = self.spelled(name)
        if spelled in self.changed:
            return self.changed[spelled]
        with ZipFile(self.path) as archive:
            return utf_8(archive.read(spelled))

    def spelled(self, name: str) -> str:
        """A part's name as the file spells it; a new part's as it is given."""
        return PartNames.of(self.names).find(name) or name

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return PartNames.of(self.names).find(name) is not None

    def put(self, name: str, content: bytes, content_type: str = "") -> None:
        """Changes a part, or adds one of that content type."""
        if not self.has(name):
            self.names.append(name)
        self.changed[self.spelled(name)] = content
        if content_type and f'"/{name}"'.encode() not in self.read(TYPES):
            self._edit(TYPES, lambda _: f'Override PartName="/{name}" ContentType="{content_type}"')

    @property
    def workbook(self) -> str:
        """The part that lists the sheets."""
        documents = self.related("", "officeDocument")
        return next(iter(documents or workbook_types(fromstring(self.read(TYPES)))), "xl/workbook.xml")  # noqa: S314 - looked over before

    @property
    def is_strict(self) -> bool:
        """Whether it is Strict Open XML, whose names of everything differ."""
        return _STRICT in self.read(self.workbook)

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """The relations of a part by id: their kind, and the part they lead to; "" stands for the package."""
        rels = rels_of(name)
        if not self.has(rels):
            return {}
        found = {}
        for one in scan(self.read(rels)).root.children:
            given = one.attributes
            target = target_of(name, given.get("Target", ""))
            if given.get("TargetMode") != "External":
                found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target)
        return found

    def related(self, name: str, kind: str) -> list[str]:
        """The parts of one kind that a part leads to."""
        return [part for one, part in self.relations(name).values() if one == kind]

    def relate(self, name: str, kind: str, target: str) -> str:
        """Ties a part to another one; answers the relation's id."""
        rels, taken = rels_of(name), self.relations(name)
        if not self.has(rels):
            self.put(rels, f'<?xml version="1.0"?>\n<Relationships xmlns="{_PACKAGE}"/>'.encode())
        number = 1
        # Links outwards have ids, too.
        while f"rIdR{number}" in taken or f'"rIdR{number}"'.encode() in self.read(rels):
            number += 1
        given = f'Id="rIdR{number}" Type="{OFFICE}/{kind}" Target="/{escape(target)}"'
        self._edit(rels, lambda _: f"Relationship {given}")
        return f"rIdR{number}"

    def free(self, pattern: str) -> str:
        """The first name that no part has, of a pattern like `xl/comments{}.xml`."""
        number = 1
        while self.has(pattern.format(number)):
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
        self.changed[self.spelled(name)] = part.result()


def relation(part: Part, relation_id: str) -> str:
    """The attribute that names a relation. Some programs look for it as `r:id` and under no other prefix."""
    declared = part.root.attributes.get("xmlns:r")
    given = "" if declared == OFFICE else f'xmlns:r="{OFFICE}" '
    return f'{given}r:id="{relation_id}"'
