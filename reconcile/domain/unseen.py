"""Characters of a text that a person does not see, or takes for others: a copied text brings them along."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

# Letters and marks without a shape of their own; the category of the others says that they have none.
_SHAPELESS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for code in range(0xE0100, 0xE01F0)
}
_HIDING: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
_SOFT_HYPHEN, _FIXED_HYPHEN = "\u00ad", "\u2011"
_JOINERS: Final = "\u200c\u200d"
_BREAKS: Final = "\n\t"
_CONTROL_PICTURES: Final = {code: 0x2400 + code for code in range(32) if chr(code) not in _BREAKS}


def is_hidden(character: str) -> bool:
    """Whether a character shows nothing at all. A line feed and a tab show where they stand."""
    if character in _BREAKS:
        return False
    return character in _SHAPELESS or unicodedata.category(character) in _HIDING


def is_lookalike(character: str) -> bool:
    """Whether a character looks like a plain space or hyphen, or shows at the end of a line only."""
    if character in (_SOFT_HYPHEN, _FIXED_HYPHEN):
        return True
    return character != " " and unicodedata.category(character) == "Zs"


def marked(text: str) -> str:
    """The text with every such character as its number: `PO⟨U+00A0⟩7`."""
    if text.isascii() and text.isprintable():
        return text  # as most texts are
    return "".join(number(one) if is_hidden(one) or is_lookalike(one) else one for one in text)


def visible(text: str) -> str:
    """The text with what nobody sees made visible, so that no value can steer a terminal or mislead."""
    if text.isascii() and text.isprintable():
        return text  # as most texts are
    return marked(text.translate(_CONTROL_PICTURES))


def ends_marked(text: str) -> str:
    """The text with the spaces, tabs and line feeds at both ends as their numbers."""
    inner = text.strip(" \t\n")
    if inner == text:
        return text
    before, _, after = text.partition(inner) if inner else (text, "", "")
    return "".join((*map(number, before), inner, *map(number, after)))


def number(character: str) -> str:
    """`⟨U+200B⟩`."""
    return f"⟨U+{ord(character):04X}⟩"


def hidden_in(text: str) -> Iterator[str]:
    """The hidden characters of a text, in order. Joiners between letters of other scripts belong there."""
    if text.isascii() and text.isprintable():
        return
    for place, one in enumerate(text):
        beside = text[place - 1 : place] + text[place + 1 : place + 2]
        joins = one in _JOINERS and len(beside) == 2 and not any(sign.isascii() for sign in beside)
        if one != _SOFT_HYPHEN and is_hidden(one) and not joins:
            yield one


def unseen_in(text: str) -> Iterator[str]:
    """All such characters of a text, with the spaces, tabs and line feeds at its ends."""
    inner = text.strip(" \t\n")
    yield from (one for one in inner if is_hidden(one) or is_lookalike(one))
    yield from text.replace(inner, "", 1) if inner else text
