"""Texts in the characters that every bank takes: the Latin set of SEPA (EPC217-08)."""

from __future__ import annotations

import re
from typing import Final

from anyascii import anyascii

_REPLACED: Final = str.maketrans(
    {"_": "-", "&": "+", '"': "'", "<": "(", ">": ")", "[": "(", "]": ")", "@": "."}
)
_OTHERS: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def bank_text(text: str, limit: int) -> str:
    """A text in letters of the Latin set, at most so long. No slash begins, ends or follows another."""
    plain = _OTHERS.sub(" ", anyascii(text).translate(_REPLACED))
    plain = re.sub("/{2,}", "/", " ".join(plain.split()))
    return plain.strip("/ ")[:limit].rstrip("/ ")
