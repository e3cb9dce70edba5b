"""Ids as people choose them: with the name of what they stand for, `Acme Partners (ptn_z2113)`."""

from __future__ import annotations

import re
from typing import Final

_NAMED: Final = re.compile(r"\A.* \(([^()\s]+)\)", re.DOTALL)


def named(words: str, record_id: str) -> str | None:
    """The words and the id in one text; None where the id could not be told from it again."""
    text = f"{' '.join(words.split())} ({record_id})"
    return text if id_of(text) == record_id else None


def id_of(text: str) -> str:
    """The id in such a text; any other text is an id itself."""
    found = _NAMED.fullmatch(text)
    return found[1] if found else text
