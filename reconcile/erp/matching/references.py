"""Finds our references in what banks and people write: ids, bill numbers, purchase orders.

Banks drop underscores, change case, and break lines in the middle of a word (the character set of SEPA has
no underscore), so texts are compared by letters and digits only. A hit must not be part of a longer word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

# A key of this length is looked for anywhere in a text; a shorter one must be a word of its own.
_LONG: Final = 8
# A shorter word than this must be there with its punctuation: `3-1` is not `31`.
_WORD: Final = 4
# Of the references with one beginning, as many as are worth a look.
_MOST_SHOWN: Final = 20
# All but letters and digits: to drop these takes three fifths of the time of joining the others.
_OTHERS: Final = re.compile(r"[\W_]+")
_BETWEEN: Final = re.compile(r"[\s,;|+?()*\"]+")


def key_of(text: str) -> str:
    """A reference by which it is compared: letters and digits, without case."""
    return _OTHERS.sub("", text.casefold())


@dataclass(frozen=True, slots=True)
class Hit:
    """A reference that was found: as we know it, and the places in the index that it leads to."""

    reference: str
    leads_to: frozenset[int]


@dataclass(slots=True)
class References:
    """An index of references; each leads to one or more numbers."""

    _known: dict[str, set[int]] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)
    _starts: dict[str, set[int]] = field(default_factory=dict)
    _sorted: list[str] = field(default_factory=list)

    def add(self, reference: str, number: int) -> None:
        """Lets a reference lead to a number."""
        for key in _keys(reference):
            self._known.setdefault(key, set()).add(number)
            self._shown.setdefault(key, reference)
            if len(key) >= _LONG:
                self._starts.setdefault(key[:_LONG], set()).add(len(key))

    def hits(self, texts: Iterable[str]) -> list[Hit]:
        """The references in these texts, longest first; one inside a longer one does not count."""
        found = dict.fromkeys(key for text in texts for key in self._in(text))
        keys = sorted(found, key=_longest_first)
        whole = [key for place, key in enumerate(keys) if not any(key in longer for longer in keys[:place])]
        return [Hit(self._shown[key], frozenset(self._known[key])) for key in whole]

    def glued(self, texts: Iterable[str]) -> list[Hit]:
        """The long references that stand in these texts with letters glued to them, longest first."""
        found = {key for text in texts for key in self._inside(text, whole=False)}
        return [
            Hit(self._shown[key], frozenset(self._known[key])) for key in sorted(found, key=_longest_first)
        ]

    def beginning_with(self, start: str) -> list[Hit]:
        """The references of which a word is only the beginning; none where it is one itself."""
        key = key_of(start)
        if len(key) < _WORD or key in self._known:
            return []
        if len(self._sorted) != len(self._known):
            self._sorted[:] = sorted(self._known)
        place = bisect_left(self._sorted, key)
        found: list[str] = []
        while place < len(self._sorted) and self._sorted[place].startswith(key) and len(found) <= _MOST_SHOWN:
            found.append(self._sorted[place])
            place += 1
        return [Hit(self._shown[one], frozenset(self._known[one])) for one in found]

    def _in(self, text: str) -> Iterator[str]:
        for word in (text.strip(), *_BETWEEN.split(text)):
            yield from (key for key in _keys(word.strip(".:'#")) if key in self._known)
        yield from self._inside(text)

    def _inside(self, text: str, *, whole: bool = True) -> Iterator[str]:
        """The long keys that stand in a text, whatever punctuation, spaces and line ends are in between.

        whole: not as a part of a longer word; else only as one whose other letters are glued to it.
        """
        places = [place for place, char in enumerate(text) if char.isalnum()]
        # Some letters have two as their lower case; the first will do, on both sides.
        squashed = key_of(text) if text.isascii() else "".join(text[one].casefold()[:1] for one in places)
        for start in range(len(squashed) - _LONG + 1):
            for length in self._starts.get(squashed[start : start + _LONG], ()):
                key = squashed[start : start + length]
                ends = places[start], places[min(start + length, len(places)) - 1]
                if key in self._known and (_is_whole(text, *ends) if whole else _is_glued(text, *ends)):
                    yield key


def _keys(reference: str) -> tuple[str, ...]:
    """The forms under which a reference is known: letters and digits if there are enough, or as it stands."""
    key = key_of(reference)
    if len(key) >= _WORD:
        return (key,)
    raw = reference.strip().casefold()
    return (f"={raw}",) if key else ()


def _is_whole(text: str, first: int, last: int) -> bool:
    return not text[:first][-1:].isalnum() and not text[last + 1 :][:1].isalnum()


def _is_glued(text: str, first: int, last: int) -> bool:
    """Whether letters are glued to it. Digits beside its own digits make another number of it."""
    before, after = text[:first][-1:], text[last + 1 :][:1]
    other = (before.isdigit() and text[first].isdigit()) or (after.isdigit() and text[last].isdigit())
    return not other and (before.isalnum() or after.isalnum())


def _longest_first(key: str) -> tuple[int, str]:
    return -len(key), key
