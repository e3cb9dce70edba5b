"""Words of the sender that stand on record or in a workbook: bounded, and with nothing that is not seen."""

from __future__ import annotations

from typing import Final

from reconcile.domain.unseen import hidden_in, number
from reconcile.errors import ConfigurationError

_LINES: Final = 20


def sender_words(text: str, option: str, most: int) -> str:
    """The text without spaces at its ends.

    Raises ConfigurationError where it is blank, longer than `most` characters or 20 lines, or holds what
    nobody sees.
    """
    words = text.strip()
    if not words:
        raise ConfigurationError(f"{option} is blank. Say it in a few words.")
    if len(words) > most:
        raise ConfigurationError(f"{option} has {len(words):,} characters; at most {most:,} are taken.")
    if (lines := words.count("\n") + 1) > _LINES:
        raise ConfigurationError(f"{option} has {lines:,} lines; at most {_LINES} are taken.")
    if hidden := next(hidden_in(words), ""):
        raise ConfigurationError(
            f"{option} holds a character that nobody sees ({number(hidden)}). Type the text again."
        )
    return words
