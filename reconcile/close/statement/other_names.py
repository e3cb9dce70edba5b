"""Keeps the names and ids of other partners out of the texts of a partner's statement."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

WITHHELD: Final = "not shown: it names others"
_FORMS: Final = re.compile(
    r"(?<![\s,])[\s,]+(?:ltd|limited|inc|incorporated|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|bv|nv|sa|sas|sarl"
    r"|srl|spa|oy|ab|aps|as|pty|kk|s\.?a\.?|b\.?v\.?|l\.?l\.?c\.?)\.?$"
)


class OtherNames:
    """Who is named in a text. names: an id and a name of every partner; one may have several names."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._ids: dict[str, set[str]] = defaultdict(set)
        for partner_id, name in names:
            for form in _forms(name, partner_id):
                self._ids[form].add(partner_id)
        self._found = lru_cache(10_000)(self._search)

    def for_partner(self, text: str, partner_id: str) -> str:
        """The text, or a word in its place where it names another partner.

        A name that is a part of the partner's own name, where that stands in the text, is not another's.
        """
        found = self._found(_plain(text))
        own = [span for span, ids in found if partner_id in ids]
        for span, ids in found:
            inside = any(first <= span[0] and span[1] <= last for first, last in own)
            if partner_id not in ids and not inside:
                return WITHHELD
        return text

    def _search(self, text: str) -> list[tuple[tuple[int, int], frozenset[str]]]:
        return [
            (match.span(), frozenset(ids))
            for form, ids in self._ids.items()
            if form in text
            for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text)
        ]


def _forms(name: str, partner_id: str) -> Iterable[str]:
    """How a partner may be named: by the id, the name, and the name without its legal form."""
    plain = _plain(name)
    bare = _FORMS.sub("", plain)
    return {form for form in (_plain(partner_id), plain, bare) if form}


def _plain(text: str) -> str:
    """A text as it is compared: one form of each letter, no marks that cannot be seen, single spaces."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return " ".join(text.split())
