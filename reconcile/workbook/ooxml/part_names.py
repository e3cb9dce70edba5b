"""Finds the parts of a package by name, as the reader, the doctor and every copy do (ECMA-376 part 2).

Names of parts differ by more than by case (6.2.2.3), and programs write them with backslashes, a leading
slash or `%20`, too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

TYPES: Final = "[Content_Types].xml"
"""The part that says of what type each part is."""

_FOLDERS: Final = ("xl/", "_rels/", "docprops/", "customxml/", "[content_types].xml")
_MAIN: Final = ".main+xml"
_SHEETS: Final = ("spreadsheetml", "ms-excel")


def normal_name(name: str) -> str:
    """A part's name in the one form in which names are compared."""
    return unquote(name).replace("\\", "/").removeprefix("/").casefold()


def is_unsafe(name: str) -> bool:
    """Whether a part's name leads out of the package."""
    normal = normal_name(name)
    is_absolute = unquote(name)[:1] in ("/", "\\") and not normal.startswith(_FOLDERS)
    return is_absolute or normal.startswith("/") or ".." in normal.split("/") or ":" in normal


@dataclass(frozen=True, slots=True)
class PartNames:
    """The names of the parts of a package as the file spells them, by their normal names."""

    spelled: Mapping[str, str]

    @classmethod
    def of(cls, names: Iterable[str]) -> PartNames:
        """The names of a package's directory."""
        return cls({normal_name(name): name for name in names})

    def find(self, name: str) -> str | None:
        """How the file spells a part's name; None where there is no such part."""
        return self.spelled.get(normal_name(name))

    def named(self, name: str) -> str:
        """The same. Raises KeyError where there is no such part."""
        found = self.find(name)
        if found is None:
            raise KeyError(f"there is no part {name}")
        return found


def rels_of(part: str) -> str:
    """The part that holds the relations of a part; "" stands for the package."""
    folder, name = posixpath.split(part.replace("\\", "/"))
    return posixpath.join(folder, "_rels", f"{name}.rels")


def target_of(part: str, target: str) -> str:
    """The part that a relation of a part leads to."""
    folder = posixpath.dirname(part.replace("\\", "/"))
    joined = posixpath.join("/", folder, unquote(target).replace("\\", "/"))
    return posixpath.normpath(joined).lstrip("/")


def workbook_types(types: Element) -> list[str]:
    """The parts that the list of content types calls the main part of a workbook."""
    return [
        element.get("PartName", "").lstrip("/")
        for element in types
        if element.get("ContentType", "").endswith(_MAIN)
        and any(word in element.get("ContentType", "") for word in _SHEETS)
    ]
