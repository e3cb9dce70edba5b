"""A state store in a PostgreSQL database: connected, made, or refused with a reason."""

from __future__ import annotations

import importlib.util
import os
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Float,
    cast,
    create_engine,
    event,
    func,
    inspect,
)
from sqlalchemy.exc import DBAPIError

from reconcile.errors import StateError
from reconcile.state_server import StateServer
from reconcile.store.tables import METADATA, STORE_VERSION, VERSION

_WRITERS: Final = 0x7265636F6E63696C
"""The advisory lock under which one transaction at a time writes."""
_FIRST: Final = 11
"""The version of the first stores in PostgreSQL."""
_CONNECT_SECONDS: Final = 10
_PATIENCE: Final = 3
"""How many leases a statement waits for its turn to write before it is given up."""
_SILENCE: Final = 4
"""After how many leases without a byte an answer is given up: more than the wait for a turn."""
_REASONS: Final = {
    "25006": "it is read-only. Ask for a database that can be written, or wait until it can be again",
    "42501": "its user may not do that. Give the user all rights on the tables, or name another one",
    "53100": "its disk is full. Make room, then run it again",
    "57P01": "it was shut down. Start it, then run it again",
    "57P03": "it is starting or stopping. Run it again a little later",
    "53300": "it has no connection left. Run it again a little later",
}
_REFUSALS: Final = (
    ("password", "the user or the password is wrong. Check RECONCILE_STATE_PASSWORD or the profile"),
    ("root certificate file", "the file that sslrootcert names is not there. Check the URL of the state"),
    ("match host name", "its certificate is of another server. Check the host in the URL of the state"),
    ("does not exist", "the database or the user does not exist. Check the URL, or have it made"),
    ("certificate", "its certificate has expired, or its issuer is not trusted: name that with sslrootcert"),
    ("SSL", "the connection is not protected by TLS. Turn TLS on at the server"),
)


class PostgresDatabase:
    """The database of a team. notes: see `Backend`. Raises StateError where it cannot be used."""

    now: ColumnElement[float] = cast(func.date_part("epoch", func.clock_timestamp()), Float)

    def __init__(self, server: StateServer, password: str, notes: Path) -> None:
        if importlib.util.find_spec("psycopg") is None:
            raise StateError("State on PostgreSQL needs an extra: pip install 'reconcile[postgres]'.")
        self.server = server
        self.notes = notes
        self.lease: float | None = server.lease
        with suppress(OSError):
            notes.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sockets: weakref.WeakSet[Any] = weakref.WeakSet()
        self.engine = _engine(server, password)
        event.listen(self.engine, "do_connect", self._connect)
        event.listen(self.engine, "connect", self._connected)

    def __str__(self) -> str:
        return str(self.server)

    def _connect(self, _: object, __: object, where: Any, named: Any) -> Any:  # noqa: ANN401  SQLAlchemy's
        from reconcile.store.postgres.bounded_connection import connected  # psycopg is an extra

        return connected(self.server.lease * _SILENCE, *where, **named)

    def _connected(self, connection: Any, _: object) -> None:  # noqa: ANN401  SQLAlchemy does not type it
        self._sockets.add(connection)

    def cut(self) -> None:
        """Ends every wait for an answer, from another thread."""
        for one in list(self._sockets):
            with suppress(Exception), socket.socket(fileno=os.dup(one.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns what the database raises into a StateError, which holds no password."""
        try:
            yield
        except DBAPIError as error:
            raise StateError(f"The state store {self} cannot be used: {_reason(error.orig)}.") from None

    def begin_reading(self, connection: Connection) -> None:
        """Begins a transaction in which everything is read as of one moment."""
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def begin_writing(self, connection: Connection) -> None:
        """Begins a transaction that no other process can come between: it waits for its turn."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    @contextmanager
    def hold(self, environment: str) -> Iterator[bool]:  # noqa: ARG002  the lease tells who lives
        """Nothing on this computer is held."""
        yield True

    def version(self, connection: Connection) -> int:
        """The version of the store; 0 where there is none."""
        if not inspect(connection).has_table(VERSION.name):
            return 0
        return int(connection.execute(func.max(VERSION.c.version).select()).scalar() or 0)

    def size(self, connection: Connection) -> int:
        """How many bytes the database takes."""
        return int(connection.execute(func.pg_database_size(func.current_database()).select()).scalar_one())

    def check(self) -> None:
        """Raises StateError for a database without a whole store of this version."""
        with self.translated(), self.engine.begin() as connection:
            version = self.version(connection)
            missing = sorted(set(METADATA.tables) - set(inspect(connection).get_table_names()))
        if version > STORE_VERSION:
            raise StateError(
                f"The state store {self} was written by a newer reconcile (version {version}). "
                "Upgrade reconcile."
            )
        if version == 0 and len(missing) == len(METADATA.tables):
            raise StateError(
                f"There is no state store in {self} yet. Make it: reconcile state migrate. If your team has "
                "one already, check the URL."
            )
        if version == 0 or (missing and version == STORE_VERSION):
            raise StateError(
                f"The state store {self} is only half there: it lacks "
                f"{', '.join(missing) or 'its version'}. Put a backup in its place."
            )
        if version < _FIRST:
            raise StateError(
                f"The state store {self} is of version {version}, which no reconcile ever wrote to "
                f"PostgreSQL: stores there begin with {_FIRST}. Put a backup in its place."
            )
        if version < STORE_VERSION:
            raise StateError(
                f"The state store {self} is of version {version}, and this is {STORE_VERSION}. Bring it to "
                "this version, once for the team: reconcile state migrate."
            )

    def make(self) -> bool:
        """Makes the store in an empty database, or adds what one of an earlier version lacks.

        Answers whether it had to be made.
        """
        with self.translated(), self.engine.begin() as connection:
            self.begin_writing(connection)
            tables = set(inspect(connection).get_table_names())
            is_empty = VERSION.name not in tables and not tables & set(METADATA.tables)
            if is_empty:
                METADATA.create_all(connection)
                VERSION.create(connection)
                connection.execute(VERSION.insert().values(version=STORE_VERSION))
            elif _FIRST <= self.version(connection) < STORE_VERSION:
                METADATA.create_all(connection)
                connection.execute(VERSION.update().values(version=STORE_VERSION))
        self.check()
        return is_empty


def _engine(server: StateServer, password: str) -> Engine:
    """The engine. A transaction that stands idle for a lease is ended: its process may be stopped."""
    milliseconds = int(server.lease * 1000)
    limits = {
        "idle_in_transaction_session_timeout": milliseconds,
        "lock_timeout": milliseconds * _PATIENCE,
        "client_encoding": "UTF8",
    }
    url = URL.create(
        "postgresql+psycopg", server.user, password or None, server.host, server.port, server.database
    )
    arguments = {
        **server.tls,
        "connect_timeout": _CONNECT_SECONDS,
        "keepalives_idle": max(int(server.lease / 3), 1),
        "tcp_user_timeout": milliseconds,
        "application_name": "reconcile",
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    return create_engine(url, connect_args=arguments)


def _reason(error: BaseException | None) -> str:
    state = getattr(error, "sqlstate", None)
    if state in _REASONS:
        return _REASONS[state]
    text = str(error)
    for sign, reason in _REFUSALS:
        if state is None and sign in text:
            return reason
    if state is None:
        return "it cannot be reached, or the connection was lost. Check the URL, the network and the server"
    first = text.splitlines()[0] if text else "it refused a statement"
    return f"{first.rstrip('.')}. Look into the server's log"
