"""Tells whether anything in a state store was written since: where two answers are equal, nothing was."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy.exc import DatabaseError

from reconcile.store.database import FileDatabase
from reconcile.store.store import Store

_WAIT_SECONDS: Final = 30
_SNAPSHOT: Final = "SELECT CAST(txid_current_snapshot() AS text)"
"""The transactions that can be seen, in PostgreSQL: it is another one once any of them has ended."""


class StoreState:
    """The state of a store, asked for again and again, from any thread.

    A file counts its changes for each connection, by whichever program they are made; what is written past
    SQLite is seen by the file's time and size. A store that cannot be asked is never the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._watching: sqlite3.Connection | None = None
        self._file: tuple[int, ...] = ()

    def now(self) -> Hashable:
        """The state at this moment."""
        backend = self._store.backend
        try:
            if isinstance(backend, FileDatabase):
                with self._lock:
                    return self._of_file(backend.notes)
            with backend.engine.connect() as connection:
                return str(connection.exec_driver_sql(_SNAPSHOT).scalar_one())
        except (OSError, sqlite3.Error, DatabaseError):
            return object()

    def _of_file(self, path: Path) -> Hashable:
        found = path.stat()
        file = (found.st_dev, found.st_ino)
        if self._watching is None or file != self._file:
            # Another file was put into its place: its changes are counted anew.
            if self._watching:
                self._watching.close()
            self._watching = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False)
            self._file = file
        with closing(self._watching.execute("PRAGMA data_version")) as answer:
            (changes,) = answer.fetchone()
        return (id(self._watching), changes, *file, found.st_mtime_ns, found.st_size)
