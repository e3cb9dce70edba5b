"""The file of the state store: opened, made, brought to the present version, or refused with a reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from reconcile.errors import StateError
from reconcile.store.migration import migrate
from reconcile.store.tables import METADATA, STORE_VERSION


def opened(path: Path) -> Engine:
    """The database of a file, which is made or brought to this version where it is not. Raises StateError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _for_its_owner(path)
    except OSError as error:
        raise StateError(
            f"The state store {path} cannot be made: {error.strerror}. "
            "Check the folder and the disk, or point --state elsewhere."
        ) from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _durable)
    with translated(path), engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > STORE_VERSION:
            raise StateError(
                f"The state store {path} was written by a newer reconcile (version {version}). "
                "Upgrade reconcile."
            )
        _refuse_cut(path, connection)
        if version < STORE_VERSION:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection, version)
    return engine


def empty() -> Engine:
    """A database of nothing, in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    return engine


def _for_its_owner(path: Path) -> None:
    """The file can be read by its owner alone, from its first moment on."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    elif path.stat().st_mode & 0o077:
        # Whoever may only read a copy of the file cannot change its mode, and need not.
        with suppress(PermissionError):
            path.chmod(0o600)


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


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what the database raises into a StateError."""
    try:
        yield
    except DatabaseError as error:
        raise StateError(
            f"The state store {path} cannot be used: {error.orig}. "
            "Check the file and the disk, or point --state elsewhere."
        ) from error
