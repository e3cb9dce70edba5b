"""Writes rows and seals them: the one way in which a table that decides something is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, select, text, update

from reconcile.store.seals import SEALED, Head, Seal, Sealed, facts_of_row, removal_of, seal_of
from reconcile.store.tables import HEAD, SEALS

Row = Mapping[str, Any]


def add(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Inserts rows, each with its seal."""
    sealed, kept = SEALED[table.name], list(rows)
    if kept:
        connection.execute(insert(table), [dict(row) for row in kept])
        add_seals(connection, [_written(sealed, row) for row in kept])


def put(connection: Connection, table: Table, row: Row) -> None:
    """Inserts a row, or replaces the one with its key, with its seal."""
    sealed = SEALED[table.name]
    connection.execute(delete(table).where(_is(sealed, row)))
    add(connection, table, [row])


def change(connection: Connection, table: Table, where: ColumnElement[bool], values: Row) -> None:
    """Changes the rows that meet the condition, each with its new seal."""
    sealed = SEALED[table.name]
    before = connection.execute(select(table).where(where)).mappings().all()
    connection.execute(update(table).where(where).values(**values))
    add_seals(connection, [_written(sealed, {**row, **values}) for row in before])


def remove(connection: Connection, table: Table, where: ColumnElement[bool]) -> None:
    """Takes rows away; the seals say so."""
    sealed = SEALED[table.name]
    rows = connection.execute(select(table).where(where)).mappings().all()
    connection.execute(delete(table).where(where))
    keys = [sealed.key_of(dict(row)) for row in rows]
    add_seals(connection, [_removed(sealed, key) for key in keys])


def adopt(connection: Connection, sealed: Sealed, where: ColumnElement[bool] | None = None) -> None:
    """Seals rows as they are found, in the order in which they were written."""
    query = select(sealed.table).order_by(text("rowid"))
    rows = connection.execute(query if where is None else query.where(where)).mappings()
    add_seals(connection, (_written(sealed, dict(row)) for row in rows))


def head_of(connection: Connection) -> Head:
    """Where the chain of seals ends."""
    row = connection.execute(select(HEAD.c.seals, HEAD.c.hash)).first()
    return Head(row.seals, row.hash) if row else Head()


def add_seals(connection: Connection, makers: Iterable[Callable[[Head], Seal]]) -> None:
    """Adds seals at the end of the chain."""
    head = head_of(connection)
    seals = []
    for make in makers:
        seal = make(head)
        seals.append({name: getattr(seal, name) for name in Seal.__slots__})
        head = Head(seal.number, seal.hash)
    if seals:
        connection.execute(insert(SEALS), seals)
        now = {"seals": head.seals, "hash": head.hash}
        if connection.execute(update(HEAD).values(now)).rowcount == 0:
            connection.execute(insert(HEAD).values(only=1, **now))


def _written(sealed: Sealed, row: Row) -> Callable[[Head], Seal]:
    facts = facts_of_row(sealed, row)
    return lambda head: seal_of(head, sealed, facts)


def _removed(sealed: Sealed, key: str) -> Callable[[Head], Seal]:
    return lambda head: removal_of(head, sealed, key)


def _is(sealed: Sealed, row: Row) -> ColumnElement[bool]:
    return and_(*(sealed.table.c[name] == row[name] for name in sealed.key))
