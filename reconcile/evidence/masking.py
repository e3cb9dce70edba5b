"""Account numbers and keys are found in what goes into a pack, and masked. Pure.

An IBAN is known by its check digits, wherever a person typed it; other accounts and keys where they are told.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from stdnum import iban

_CANDIDATE: Final = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))[A-Za-z]{2}[0-9]{2}(?:[ \u00a0.-]?[A-Za-z0-9]){11,40}"
)
_SEPARATORS: Final = str.maketrans(dict.fromkeys(" \u00a0.-"))
_SHORTEST: Final = 6
"""Letters of the shortest account number that is masked wherever it stands."""
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Masker:
    """Masks what must not be in a pack. accounts: the organisation's own. keys: passwords and keys."""

    accounts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def masked(self, text: str) -> str:
        """The text without account numbers and keys; the same text where there are none."""
        for key in filter(None, self.keys):
            text = text.replace(key, "(key)")
        for account in self.accounts:
            if len(account) >= _SHORTEST:
                text = text.replace(account, _last_four(account))
        return _CANDIDATE.sub(lambda found: _without_iban(found[0]), text)

    def is_clean(self, content: bytes) -> bool:
        """Whether a file holds none of them; of a workbook, each of its parts."""
        return all(self.masked(text) == text for text in _texts(content))


def _texts(content: bytes) -> Iterator[str]:
    if content.startswith(_ZIP):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("utf-8", "replace")
    else:
        yield content.decode("utf-8", "replace")


def _without_iban(text: str) -> str:
    """The candidate with its longest beginning that is an IBAN masked."""
    for end in range(len(text), 14, -1):
        number = text[:end].translate(_SEPARATORS)
        ends_word = end == len(text) or not text[end].isalnum()
        if ends_word and iban.is_valid(number):
            return _last_four(number) + text[end:]
    return text


def _last_four(account: str) -> str:
    return f"…{account[-4:]}"
