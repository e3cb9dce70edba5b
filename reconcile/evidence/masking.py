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
from stdnum.iso7064 import mod_97_10

# Also in JSON, where a line break is a backslash and a letter.
_BETWEEN: Final = r"(?:\\[nrt]|[\s\u00a0\u2000-\u200b\u202f./_:-])"
_CANDIDATE: Final = re.compile(rf"(?=([A-Za-z]{{2}}[0-9]{{2}}(?:{_BETWEEN}{{0,3}}[A-Za-z0-9]){{11,30}}))")
_SEPARATOR: Final = re.compile(_BETWEEN)
# In a hash something looks like an IBAN by chance; to mask it would break the proof.
_HASH: Final = re.compile(r"[0-9a-f]{32,}")
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
        return _without_ibans(text)

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


def _without_ibans(text: str) -> str:
    """The text with every IBAN masked, wherever it begins."""
    parts, done, hashes = [], 0, _HASH.finditer(text)
    of_hash = next(hashes, None)
    for found in _CANDIDATE.finditer(text):
        start = found.start()
        while of_hash and of_hash.end() <= start:
            of_hash = next(hashes, None)
        if start < done or (of_hash and of_hash.start() <= start):
            continue
        length, number = _iban_at(found[1])
        if length:
            parts += [text[done:start], _last_four(number)]
            done = start + length
    return "".join([*parts, text[done:]])


def _iban_at(text: str) -> tuple[int, str]:
    """How many characters of the beginning are an IBAN, and the IBAN; 0 where none is."""
    for end in range(len(text), 14, -1):
        number = _SEPARATOR.sub("", text[:end])
        if text[end - 1].isalnum() and mod_97_10.is_valid(number[4:] + number[:4]) and iban.is_valid(number):
            return end, number
    return 0, ""


def _last_four(account: str) -> str:
    return f"…{account[-4:]}"
