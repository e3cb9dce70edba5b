"""The file of the state store: opened, made, brought to the present version, or refused with a reason."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, create_engine, event, literal
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from reconcile.errors import StateError
from reconcile.store.anchor import anchor_file
from reconcile.store.lock import process_lock
from reconcile.store.migration import migrate
from reconcile.store.tables import METADATA, STORE_VERSION

_WAIT_SECONDS: Final = 30


class FileDatabase:
    """An SQLite file, made where there is none. Raises StateError where it cannot be used.

    create: otherwise a file that is not there reads as an empty one, and is not made.
    """

    lease: float | None = None
    now: ColumnElement[float] = literal(0.0)

    def __init__(self, path: Path, *, create: bool) -> None:
        self.notes = path
        if not create and not path.exists():
            self.engine = create_engine("sqlite://", poolclass=StaticPool)
            METADATA.create_all(self.engine)
            return
        _make(path)
        self.engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _WAIT_SECONDS})
        event.listen(self.engine, "connect", _durable)
        with self.translated(), self.engine.begin() as connection:
            self._check(connection)

    def __str__(self) -> str:
        return str(self.notes)

    def _check(self, connection: Connection) -> None:
        """Refuses a file that cannot be used, and brings an older one to this version."""
        version = self.version(connection)
        if version > STORE_VERSION:
            raise StateError(
                f"The state store {self} was written by a newer reconcile (version {version}). "
                "Upgrade reconcile."
            )
        _refuse_cut(self.notes, connection)
        if version < STORE_VERSION:
            self.begin_writing(connection)
            if version:
                _keep_copy(self.notes, version)
            migrate(connection, version)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns what the database raises into a StateError."""
        try:
            yield
        except DatabaseError as error:
            raise StateError(
                f"The state store {self} cannot be used: {error.orig}. "
                "Check the file and the disk, or point --state elsewhere."
            ) from error

    def begin_reading(self, connection: Connection) -> None:
        """Begins a transaction in which everything is read as of one moment."""
        connection.exec_driver_sql("BEGIN")

    def begin_writing(self, connection: Connection) -> None:
        """Begins a transaction that no other process can come between."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def hold(self, environment: str) -> AbstractContextManager[bool]:
        """Holds the file that says that a process of this environment lives."""
        return process_lock(self.notes, environment)

    def cut(self) -> None:
        """Nothing waits for a file longer than the time-out of its lock."""

    def version(self, connection: Connection) -> int:
        """The version of the store; 0 for a new file."""
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def size(self, connection: Connection) -> int:
        """How many bytes it takes."""
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _for_its_owner(path)
    except OSError as error:
        raise StateError(
            f"The state store {path} cannot be made: {error.strerror}. "
            "Check the folder and the disk, or point --state elsewhere."
        ) from error


def _for_its_owner(path: Path) -> None:
    """The file can be read by its owner alone, from its first moment on."""
    if path.exists() and not path.is_file():
        raise StateError(f"The state store {path} is not a file. Name another one with --state.")
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    elif path.stat().st_mode & 0o077:
        # Whoever may only read a copy of the file cannot change its mode, and need not.
        with suppress(PermissionError):
            path.chmod(0o600)


def copy_of(path: Path, version: int) -> Path:
    """Where a store is kept as it was before a newer program took it over."""
    return path.with_name(f"{path.name}.version-{version}")


def _keep_copy(path: Path, version: int) -> None:
    """Keeps the store and its noted end as they are, for whoever goes back to the program before.

    Raises StateError where there is no room for it; the store is then as it was.
    """
    copy = copy_of(path, version)
    draft = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
    try:
        _for_its_owner(draft)
        # A connection of its own: that of the caller holds a lock, and would wait for itself.
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target)
        end = anchor_file(path)
        if end.exists():
            _for_its_owner(anchor_file(copy))
            anchor_file(copy).write_bytes(end.read_bytes())
        draft.replace(copy)
    except (OSError, sqlite3.Error) as error:
        raise StateError(
            f"The state store {path} is of an earlier version ({version}) and is kept as it is before "
            f"it is brought to this one, but {copy} cannot be written: {error}. Nothing was changed. Make "
            "room, or point --state elsewhere."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _refuse_cut(path: Path, connection: Connection) -> None:
    """SQLite takes the missing part of a file's last page for zeros, and would read nonsense."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    there = path.stat().st_size
    if there < pages * size:
        raise StateError(
            f"The end of the state store {path} is missing ({there:,} of {pages * size:,} bytes are there), "
            "so nothing in it may be relied on. Put a backup in its place. Without one, move the file away "
            "and apply the workbook again: what is live already is not sent again."
        )


def _durable(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's connection has no public type
    # Transactions begin where we say so, not where the driver thinks that one is needed.
    connection.isolation_level = None
    # Text that is no UTF-8 was put there past this program; the audit names it, so it must be readable.
    connection.text_factory = _text
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA foreign_keys = ON")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
