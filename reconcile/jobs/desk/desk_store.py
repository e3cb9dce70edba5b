"""Keeps what the desk needs in the state store: rows by kind and key, some for a while, some for one use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from reconcile.jobs.session import Session
from reconcile.store.desk.desk_rows import DeskRow, change_desk_row, desk_rows, drop_desk_rows, put_desk_row
from reconcile.store.store import Store

__all__ = ["DeskRow", "DeskStore", "desk_store"]


@dataclass(frozen=True)
class DeskStore:
    """The rows of the desk in one environment. Safe to use from several threads and several desks."""

    store: Store
    session: Session

    def put(self, kind: str, key: str, owner: str, body: bytes, seconds: float | None = None) -> None:
        """Keeps something, in the place of what has its kind and key. seconds: for how long."""
        at = self.session.clock().isoformat(timespec="microseconds")
        until = None if seconds is None else time.time() + seconds
        with self.store.writing() as connection:
            put_desk_row(connection, self._here, DeskRow(kind, key, owner, at, body, until))

    def get(self, kind: str, key: str) -> DeskRow | None:
        """What is kept of a kind under a key; None where nothing is, or not any more."""
        if not key:
            return None
        with self.store.reading() as connection:
            return next(iter(desk_rows(connection, self._here, kind, key)), None)

    def every(self, kind: str, owner: str = "") -> tuple[DeskRow, ...]:
        """All that is kept of a kind, oldest first. owner: only what is of this person."""
        with self.store.reading() as connection:
            found = desk_rows(connection, self._here, kind)
        return tuple(row for row in found if not owner or row.owner == owner)

    def claim(self, kind: str, key: str, owner: str, body: bytes, seconds: float) -> DeskRow | None:
        """Keeps something where nothing of its kind and key is kept; answers what is there already, if it is.

        Of two who claim at the same moment, one gets None.
        """
        at = self.session.clock().isoformat(timespec="microseconds")
        with self.store.writing() as connection:
            found = next(iter(desk_rows(connection, self._here, kind, key)), None)
            if found is None:
                row = DeskRow(kind, key, owner, at, body, time.time() + seconds)
                put_desk_row(connection, self._here, row)
        return found

    def take(self, kind: str, key: str) -> DeskRow | None:
        """Like `get`, and removes it: of two who take, one gets it."""
        if not key:
            return None
        with self.store.writing() as connection:
            found = next(iter(desk_rows(connection, self._here, kind, key)), None)
            if found:
                drop_desk_rows(connection, self._here, kind, key)
        return found

    def change(self, row: DeskRow, body: bytes, seconds: float | None = None) -> bool:
        """Puts another body into a row that was read. False where somebody changed it in between.

        seconds: how long it is kept from now on; otherwise as long as before.
        """
        until = row.until if seconds is None else time.time() + seconds
        with self.store.writing() as connection:
            return change_desk_row(connection, self._here, replace(row, body=body, until=until))

    def remove(self, kind: str, key: str = "", owner: str = "") -> None:
        """Removes what is kept of a kind: of a key, of an owner, or all."""
        with self.store.writing() as connection:
            drop_desk_rows(connection, self._here, kind, key, owner)

    @property
    def _here(self) -> str:
        return str(self.session.environment)


@contextmanager
def desk_store(session: Session) -> Iterator[DeskStore]:
    """The rows of the desk, for as long as the block lasts."""
    with session.store() as store:
        yield DeskStore(store, session)
