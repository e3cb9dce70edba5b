"""Texts and labels of a file as they are compared: Latin letters without case and accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters with a stroke, which no accent can be taken off.
_LETTERS: Final = str.maketrans({"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "\u0131": "i", "đ": "d", "Đ": "d"})
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BETWEEN: Final = re.compile(r"[\W_]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(text: str) -> str:
    """The text without case and accents, its underscores and white space as single spaces."""
    if text.isascii():
        return " ".join(text.casefold().replace("_", " ").split())
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().replace("_", " ").split())


@lru_cache(maxsize=4096)
def plain_label(label: str) -> str:
    """A header in plain words: `Balance due (USD)` is `balance due`, `voidDate` is `void date`."""
    return " ".join(_BETWEEN.sub(" ", plain(_HUMP.sub(" ", unbracketed(label)))).split())


def unbracketed(label: str) -> str:
    """A header without what stands in brackets; the header itself where nothing else would be left."""
    return _BRACKETS.sub(" ", label).strip() or label


def pattern(*stems: str) -> re.Pattern[str]:
    """A pattern of stems of words.

    A stem stands at the beginning of a word and goes on as it likes; one that ends in `$` is a whole word. In
    scripts that do not part words by spaces it may stand anywhere.
    """
    listed = " ".join(stems).split()
    words = [stem.replace("+", " ") for stem in listed]
    latin = [one for one in words if one[0].isascii()]
    others = [re.escape(one) for one in words if not one[0].isascii()]
    starts = [re.escape(one.removesuffix("$")) + (r"\b" if one.endswith("$") else "") for one in latin]
    return re.compile("|".join(filter(None, (rf"\b(?:{'|'.join(starts)})" if starts else "", *others))))
