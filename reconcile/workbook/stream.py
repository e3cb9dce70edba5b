"""Reads the XML of a part piece by piece, so that neither its size nor its shape decides over memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, cast

# No DTD gets past check_package, and without one there are no entities to expand.
from xml.etree.ElementTree import Element, XMLPullParser, fromstring

from reconcile.errors import WorkbookError
from reconcile.workbook.budget import Budget

_CHUNK: Final = 1 << 13  # larger ones are slower: the elements of a chunk should stay in the cache
SINGLE: Final = 8 * 1024 * 1024
"""The bytes of XML that are held in one piece at most: a row, a text, a list of styles or of merged cells.

The columns of an export, each filled with as much text as a cell can hold, have less than one.
"""
_DEPTH: Final = 1000  # spreadsheets need about ten


def wholes(stream: IO[bytes], name: str, budget: Budget) -> Iterator[Element]:
    """The elements with that name, namespaces aside, each as soon as it is complete, and emptied after use.

    Raises ParseError where it is no XML, and WorkbookError where the time is up or a piece is too large.
    """
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    tail = "}" + name
    unused = depth = 0
    last = b""
    while chunk := stream.read(_CHUNK):
        budget.check_time()
        depth += _deeper(chunk, last)
        last = chunk[-1:]
        if depth > _DEPTH:
            raise _too_long(budget)
        parser.feed(chunk)
        unused += len(chunk)
        # "end" is the only event that is asked for, and it comes with its element.
        for _, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
            tag = element.tag
            if tag.endswith(tail) or tag == name:
                unused = 0
                yield element
                element.clear()
        if unused > SINGLE:
            raise _too_long(budget)
    parser.close()


def document(stream: IO[bytes], budget: Budget) -> Element:
    """A small part as a whole. Raises ParseError and WorkbookError as `wholes` does."""
    text = stream.read(SINGLE + 1)
    if len(text) > SINGLE or _deeper(text) > _DEPTH:
        raise _too_long(budget)
    return fromstring(text)  # noqa: S314 - see the import


def _deeper(text: bytes, last: bytes = b"") -> int:
    """About how many more elements are opened than closed: each open one takes memory until its end.

    last: the byte before the text, since a chunk may end inside a mark of two bytes. Over the thousands of
    chunks of a large sheet, what is missed there would add up.
    """
    joined = last + text
    return text.count(b"<") - 2 * joined.count(b"</") - joined.count(b"/>")


def _too_long(budget: Budget) -> WorkbookError:
    """The error for a piece that hardly any program writes."""
    return WorkbookError(
        f"{budget.path.name} has a row or a list, such as that of its styles, of more than "
        f"{SINGLE // 2**20} MB or nested without end. If you trust it, bring the edits into a copy of the "
        "exported workbook."
    )
