"""Characters of a text that a person does not see, or takes for others: a copied text brings them along."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

# What has no shape of its own though its category does not say so: fillers, variation selectors, and the code
# points that Unicode keeps for such use (Default_Ignorable_Code_Point).
_SHAPELESS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\U0001d159") | {
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
    for code in range(first, last + 1)
}
_FORMS: Final = "\ufe0e\ufe0f"
_KEYCAP: Final = "\u20e3"
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


def one_line(text: str) -> str:
    """The text made visible, its line breaks too, so that no value begins a new line."""
    return visible(text).replace("\n", "␊")


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
    """The hidden characters of a text, in order; none that letters of other scripts or signs need."""
    if text.isascii() and text.isprintable():
        return
    for place, one in enumerate(text):
        beside = text[place - 1 : place] + text[place + 1 : place + 2]
        joins = one in _JOINERS and len(beside) == 2 and not any(sign.isascii() for sign in beside)
        if one != _SOFT_HYPHEN and is_hidden(one) and not joins and not _forms_sign(text, place):
            yield one


def _forms_sign(text: str, place: int) -> bool:
    """Whether a selector says how the sign before it looks, as in an emoji: `☎` or a keycap."""
    before, behind = text[place - 1 : place], text[place + 1 : place + 2]
    return text[place] in _FORMS and (unicodedata.category(before or " ") == "So" or behind == _KEYCAP)


def unseen_in(text: str) -> Iterator[str]:
    """All such characters of a text, with the spaces, tabs and line feeds at its ends."""
    inner = text.strip(" \t\n")
    yield from (one for one in inner if is_hidden(one) or is_lookalike(one))
    yield from text.replace(inner, "", 1) if inner else text
