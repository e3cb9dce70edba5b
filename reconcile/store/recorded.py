"""Reads the record for the audit: every sealed row, and what of it can be read, however damaged it is."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from reconcile.store.anchor import Anchor
from reconcile.store.audit import Record
from reconcile.store.entries import Entry
from reconcile.store.run import Run
from reconcile.store.sealing import head_of
from reconcile.store.seals import SEALED, RowFacts, Seal, Sealed, facts_of_row
from reconcile.store.tables import ENTRIES, RUNS, SEALS

_DAMAGED = (ValueError, TypeError, AttributeError, zlib.error)
Row = Mapping[Any, Any]


def recorded(connection: Connection, anchors: Sequence[Anchor], *, whole: bool) -> Record:
    """Everything that is recorded. whole: with the columns that hold whole months."""
    runs = connection.execute(select(RUNS).order_by(text("rowid DESC"))).mappings().all()
    entries: dict[str, list[Row]] = {}
    for row in connection.execute(select(ENTRIES).order_by(ENTRIES.c.number)).mappings():
        entries.setdefault(str(row["run_id"]), []).append(row)
    return Record(
        runs=[_readable_run(row) for row in runs],
        entries={run_id: [_readable_entry(row) for row in rows] for run_id, rows in entries.items()},
        seals=tuple(
            _seal(row) for row in connection.execute(select(SEALS).order_by(SEALS.c.number)).mappings()
        ),
        head=head_of(connection),
        rows={
            name: _rows(connection, sealed, frozenset() if whole else sealed.bulky)
            for name, sealed in SEALED.items()
        },
        texts={run_id: [_texts(row) for row in rows] for run_id, rows in entries.items()},
        anchors=anchors,
    )


def recorded_in(connection: Connection, tables: Collection[str]) -> Record:
    """The seals and rows of some tables alone; the chain is not in it."""
    mine = select(SEALS).where(SEALS.c.sealed.in_(sorted(tables))).order_by(SEALS.c.number)
    return Record(
        runs=(),
        entries={},
        seals=tuple(_seal(row) for row in connection.execute(mine).mappings()),
        head=head_of(connection),
        rows={name: _rows(connection, SEALED[name], frozenset()) for name in tables},
        texts={},
    )


def _rows(connection: Connection, sealed: Sealed, unread: frozenset[str]) -> list[RowFacts]:
    columns = [column for column in sealed.table.columns if column.name not in unread]
    rows = connection.execute(select(*columns).order_by(text("rowid"))).mappings()
    return [facts_of_row(sealed, dict(row), unread) for row in rows]


def run_of(row: Row) -> Run:
    """The run of a row of the table. Raises ValueError, TypeError or zlib.error where its plan is damaged."""
    return Run(**{**row, "plan": zlib.decompress(row["plan"]).decode()})


def lost_ends(connection: Connection, anchors: Iterable[Anchor]) -> tuple[Anchor, ...]:
    """Those of the noted ends of the chain that this store does not hold."""
    return tuple(one for one in anchors if one.seals and not _holds(connection, one))


def _holds(connection: Connection, anchor: Anchor) -> bool:
    found = connection.execute(select(SEALS.c.hash).where(SEALS.c.number == anchor.seals)).scalar()
    return bool(found == anchor.hash)


def _readable_run(row: Row) -> Run:
    try:
        return run_of(row)
    except _DAMAGED:
        return Run(**{**{name: str(row[name]) for name in row}, "plan": ""})


def _readable_entry(row: Row) -> Entry:
    try:
        return Entry.from_row(row)
    except _DAMAGED:
        return Entry(str(row["at"]), str(row["operation_id"]), str(row["kind"]), {}, str(row["hash"]))


def _seal(row: Row) -> Seal:
    number, entry_number = (
        one if isinstance(one, int) else -1 for one in (row["number"], row["entry_number"])
    )
    sealed, key, digest, marks, seal_hash = (
        str(row[name]) for name in ("sealed", "key", "digest", "marks", "hash")
    )
    return Seal(number, sealed, key, entry_number, digest, marks, seal_hash)


def _texts(row: Row) -> dict[str, str]:
    return {str(name): str(value) for name, value in row.items()}
