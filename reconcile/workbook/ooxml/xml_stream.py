"""Reads the XML of a part piece by piece, so that neither its size nor its shape decides over memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Final, TypeVar, cast

# No DTD gets past check_package, and without one there are no entities to expand.
from xml.etree.ElementTree import Element, XMLPullParser, fromstring

from reconcile.errors import WorkbookError
from reconcile.workbook.ooxml.read_budget import Budget

_CHUNK: Final = 1 << 16
SINGLE: Final = 8 * 1024 * 1024
"""The bytes of XML that are held in one piece at most: a row, a text, a list of styles or of merged cells.

The columns of an export, each filled with as much text as a cell can hold, have less than one.
"""
_DEPTH: Final = 1000  # spreadsheets need about ten
_MARK: Final = 1 << 20
"""Bytes from the end of one mark to the end of the next: the longest text of a cell has less than a fifth."""
_OTHER_ENCODING: Final = re.compile(
    rb"""<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-8["']|us-ascii["'])""", re.IGNORECASE
)


class ElementParser:
    """Takes XML in pieces, and gives the elements with one name, namespaces aside, as they are complete."""

    def __init__(self, name: str, budget: Budget) -> None:
        self._name, self._tail, self._budget = name, "}" + name, budget
        self._parser: XMLPullParser[Element] = XMLPullParser(("end",))
        self._unused = self._depth = self._open = 0
        self._last = b""

    def feed(self, chunk: bytes) -> Iterator[Element]:
        """What a piece completes; each element is emptied after use.

        Raises ParseError where it is no XML, and WorkbookError where the time is up or an element too large.
        """
        self._budget.check_time()
        if not chunk:
            return
        self._depth += _deeper(chunk, self._last)
        self._last = chunk[-1:]
        if self._depth > _DEPTH or self._has_endless_mark(chunk):
            raise _too_long(self._budget)
        self._parser.feed(chunk)
        self._unused += len(chunk)
        # "end" is the only event that is asked for, and it comes with its element.
        for _, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
            tag = element.tag
            if tag.endswith(self._tail) or tag == self._name:
                self._unused = 0
                yield element
                element.clear()
        if self._unused > SINGLE:
            raise _too_long(self._budget)

    def _has_endless_mark(self, chunk: bytes) -> bool:
        """Whether a mark has too many attributes: the parser takes the square of their number."""
        longest = max(self._open + len(chunk.partition(b">")[0]), _longest_mark(chunk))
        _, ends, rest = chunk.rpartition(b">")
        self._open = len(rest) if ends else longest
        return longest > _MARK

    def close(self) -> None:
        """Raise ParseError where the XML is not complete."""
        self._parser.close()


Plain = TypeVar("Plain")


def plain_or_parsed(
    stream: IO[bytes], name: str, plain: Callable[[list[bytes]], Iterable[Plain | None]], budget: Budget
) -> Iterator[Plain | Element]:
    """The elements with that name as they are complete: what `plain` makes of their bytes, or parsed.

    `plain` is given the UTF-8 bytes of some elements, each up to its end mark, and answers None for each that
    is not written plainly. That, and all between the elements, is parsed in its place, so that nothing
    malformed passes. Raises as ElementParser does.
    """
    parser = ElementParser(name, budget)
    end = f"</{name}>".encode()
    kept = b""
    chunk = stream.read(_CHUNK)
    is_utf_8 = not _OTHER_ENCODING.match(chunk)
    while chunk:
        budget.check_time()
        *pieces, kept = (kept + chunk).split(end)
        plainly = plain(pieces) if is_utf_8 else [None] * len(pieces)
        for piece, found in zip(pieces, plainly, strict=True):
            if found is None:
                yield from parser.feed(piece + end)
            else:
                yield found
        if not pieces:
            # Far from any end mark: what stands before or behind the elements, or an unusual spelling.
            yield from parser.feed(kept[: -len(end)])
            kept = kept[-len(end) :]
        chunk = stream.read(_CHUNK)
    yield from parser.feed(kept)
    parser.close()


def document(stream: IO[bytes], budget: Budget) -> Element:
    """A small part as a whole. Raises ParseError and WorkbookError as ElementParser does."""
    text = stream.read(SINGLE + 1)
    if len(text) > SINGLE or _deeper(text) > _DEPTH or _longest_mark(text) > _MARK:
        raise _too_long(budget)
    return fromstring(text)  # noqa: S314 - see the import


def _deeper(text: bytes, last: bytes = b"") -> int:
    """About how many more elements are opened than closed: each open one takes memory until its end.

    last: the byte before the text, since a chunk may end inside a mark of two bytes. Over the thousands of
    chunks of a large sheet, what is missed there would add up.
    """
    joined = last + text
    return text.count(b"<") - 2 * joined.count(b"</") - joined.count(b"/>")


def _longest_mark(text: bytes) -> int:
    """The most bytes between the ends of two marks; looked for only where there is room for too many."""
    return max(map(len, text.split(b">"))) if len(text) > _MARK else 0


def _too_long(budget: Budget) -> WorkbookError:
    """The error for a piece that hardly any program writes."""
    return WorkbookError(
        f"{budget.path.name} has a row or a list, such as that of its styles, of more than "
        f"{SINGLE // 2**20} MB or nested without end. If you trust it, bring the edits into a copy of the "
        "exported workbook."
    )
