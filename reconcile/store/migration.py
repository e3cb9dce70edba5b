"""Brings a store of an earlier version to the present one.

Versions: 1 runs and effects, 2 bills, 3 seals over journal entries, 4 sets of workbooks, 5 settlements,
6 closes, 7 baselines in pieces, 8 seals over every row that decides something,
9 bank accounts that were paid, 10 dates of bills and late entries of closes, 11 numbers under which an
environment is held, the environments that a store was begun for, and payments that were read,
12 files of exports and plans, 13 answers to suggestions of payments, 14 approvals, 15 closes that were tried,
16 what the desk keeps, 17 workbooks that were withdrawn, and words of the server that no setting names,
18 comments on changes.
A store in PostgreSQL begins with 11; what a later version needs beside the tables of 11 are new tables.

Not by Alembic: programs before version 11 know a store's version by SQLite's `user_version` and refuse a
newer one by it, and rows that are taken over must be sealed in the transaction that raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Integer, func, inspect, literal_column, select, text

from reconcile.store.sealing import add_seals, adopt
from reconcile.store.seals import SEALED, adoption_of
from reconcile.store.tables import BILLS, ENTRIES, METADATA, SEALS, STORE_VERSION

_ROWID: ColumnElement[int] = literal_column("entries.rowid", Integer)
_RENAMED = {"run_id": "key", "entry_hash": "digest"}
_ADDED = {"sealed": ENTRIES.name, "marks": ""}


def migrate(connection: Connection, version: int) -> None:
    """Adds what a store of this version lacks. version: 0 for a new file.

    Rows that an earlier version did not seal are sealed as they are found, and a seal says so.
    """
    tables = inspect(connection).get_table_names()
    had_seals = SEALS.name in tables
    is_sealed = had_seals and "sealed" in {one["name"] for one in inspect(connection).get_columns(SEALS.name)}
    if had_seals and not is_sealed:
        _widen_seals(connection)
    if BILLS.name in tables:
        _date_bills(connection)
    METADATA.create_all(connection)
    if tables and not is_sealed:
        _adopt_all(connection, version)
    connection.exec_driver_sql(f"PRAGMA user_version = {STORE_VERSION}")


def _widen_seals(connection: Connection) -> None:
    for old, new in _RENAMED.items():
        connection.execute(text(f"ALTER TABLE seals RENAME COLUMN {old} TO {new}"))
    for column, value in _ADDED.items():
        connection.execute(text(f"ALTER TABLE seals ADD COLUMN {column} TEXT NOT NULL DEFAULT '{value}'"))


def _date_bills(connection: Connection) -> None:
    if "dated" not in {one["name"] for one in inspect(connection).get_columns(BILLS.name)}:
        connection.execute(text("ALTER TABLE bills ADD COLUMN dated TEXT NOT NULL DEFAULT ''"))


def _adopt_all(connection: Connection, version: int) -> None:
    before = connection.execute(select(func.count()).select_from(SEALS)).scalar_one()
    for sealed in SEALED.values():
        adopt(connection, sealed, _unsealed(connection) if sealed.table is ENTRIES else None)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    entries = sum(sealed == ENTRIES.name for sealed in _seals_after(connection, before))
    add_seals(connection, [lambda head: adoption_of(head, version, at, entries)])


def _seals_after(connection: Connection, number: int) -> Iterable[str]:
    return connection.execute(select(SEALS.c.sealed).where(SEALS.c.number > number)).scalars().all()


def _unsealed(connection: Connection) -> ColumnElement[bool] | None:
    """The entries from before the first one that was sealed; an unsealed one after it was slipped in."""
    own = (SEALS.c.key == ENTRIES.c.run_id) & (SEALS.c.entry_number == ENTRIES.c.number)
    first = connection.execute(select(func.min(_ROWID)).select_from(ENTRIES.join(SEALS, own))).scalar()
    return None if first is None else first > _ROWID
