"""What a database must offer so that the store can be kept in it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, Engine


class Backend(Protocol):
    """An open database.

    engine: its connections. notes: the file beside which this computer notes the end of the chain of seals.
    lease: seconds for which a holder is believed alive without a sign; None where the operating system tells.
    now: the database's own clock, in seconds. version: of the store in it.
    """

    engine: Engine
    notes: Path
    lease: float | None
    now: ColumnElement[float]

    def translated(self) -> AbstractContextManager[None]:
        """Turns what the database raises into a StateError."""

    def begin_reading(self, connection: Connection) -> None:
        """Begins a transaction in which everything is read as of one moment."""

    def begin_writing(self, connection: Connection) -> None:
        """Begins a transaction that no other process can come between."""

    def hold(self, environment: str) -> AbstractContextManager[bool]:
        """Holds what the operating system ends with the process; answers whether it could."""

    def cut(self) -> None:
        """Ends every wait for an answer of the database, from another thread."""

    def version(self, connection: Connection) -> int:
        """The version of the store."""

    def size(self, connection: Connection) -> int:
        """How many bytes it takes."""

    def __str__(self) -> str:
        """Where it is, without a password."""
