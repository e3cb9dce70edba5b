"""Words of the server that no setting names, as they were seen last: stages, statuses, decline reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import select

from reconcile.domain.snapshot import Environment
from reconcile.store.sealing import put
from reconcile.store.store import Store
from reconcile.store.tables import SEEN_WORDS

LONGEST: Final = 100
"""Characters of a word that is kept; a longer one is no word."""
MOST: Final = 50
"""Words that are kept of one look; a server that has more of them makes them up."""


@dataclass(frozen=True, slots=True)
class SeenWord:
    """A word and where it stood. kind: `stage`, `status` or `reason`. records: how many had it.

    at, by: when it was seen last, UTC, ISO 8601, and by whom.
    """

    environment: str
    kind: str
    word: str
    records: int
    at: str
    by: str


def keep_words(store: Store, words: Iterable[SeenWord]) -> None:
    """Remembers words, each in the place of what was known of it."""
    kept = [one for one in words if 0 < len(one.word) <= LONGEST][:MOST]
    if kept:
        with store.writing() as connection:
            for one in kept:
                put(connection, SEEN_WORDS, asdict(one))


def seen_words(store: Store, environment: Environment) -> tuple[SeenWord, ...]:
    """The words that were seen, by kind and word."""
    table = SEEN_WORDS
    query = select(table).where(table.c.environment == str(environment)).order_by(table.c.kind, table.c.word)
    with store.reading() as connection:
        return tuple(SeenWord(**row) for row in connection.execute(query).mappings())
