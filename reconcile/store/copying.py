"""Copies a whole store into an empty one, in either direction, and proves that the copy is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select, text

from reconcile.errors import DecisionNeeded, StateError
from reconcile.store.audit import Break, Record, audit
from reconcile.store.fence import is_alive
from reconcile.store.lock import holder_of
from reconcile.store.store import Store
from reconcile.store.tables import DESK, FENCES, KEPT_FILES, LOCKS, METADATA

_TOGETHER: Final = 500
_FEW: Final = 8
"""Rows that are read together of a table that holds whole files."""
_LARGE: Final = (KEPT_FILES, DESK)


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied. rows: per table. seals: the number of the last one. breaks: those of the record."""

    rows: Mapping[str, int]
    seals: int
    breaks: tuple[Break, ...]


def copy_store(source: Store, target: Store) -> Copied:
    """Copies every row with its seal, all or none, and reads the copy back.

    Raises DecisionNeeded while a process holds an environment of the source; StateError where the target is
    not empty, or where the copy is not the same.
    """
    with source.reading() as there:
        _refuse_held(source, there)
        prints = {table.name: hashlib.sha256() for table in METADATA.sorted_tables}
        rows = dict.fromkeys(prints, 0)
        with target.writing() as here:
            _refuse_filled(target, here)
            for table in METADATA.sorted_tables:
                for some in _rows(source, there, table):
                    here.execute(insert(table), some)
                    prints[table.name].update(_text(some))
                    rows[table.name] += len(some)
    _compare(target, {name: one.hexdigest() for name, one in prints.items()})
    before, after = _alone(source.record()), _alone(target.record())
    breaks = audit(before)
    if before.head != after.head or breaks != audit(after):
        raise StateError(
            f"The copy in {target.backend} has other seals than {source.backend}. Do not use it."
        )
    return Copied(rows, after.head.seals, breaks)


def _refuse_held(source: Store, connection: Connection) -> None:
    for environment in connection.execute(select(LOCKS.c.environment)).scalars():
        holder, backend = holder_of(connection, environment), source.backend
        if backend.lease is None:
            with backend.hold(environment) as is_free:
                is_held = not is_free
        else:
            is_held = is_alive(connection, environment, backend)
        if is_held:
            raise DecisionNeeded(
                f"Nothing was copied: {environment} is held by {holder}. Wait until its run ends."
            )


def _refuse_filled(target: Store, connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise StateError(f"{target.backend} is not empty, so nothing was copied into it.")


def _rows(source: Store, connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order in which they were written. A lease does not move with its number.

    They are read while the target is written, and what fails in reading is said of the source.
    """
    with source.backend.translated():
        found = connection.execute(select(table).order_by(text("rowid"))).mappings()
        for some in found.partitions(_FEW if table in _LARGE else _TOGETHER):
            rows = [dict(row) for row in some]
            yield [{**row, "alive_until": None} for row in rows] if table is FENCES else rows


def _text(rows: list[dict[str, Any]]) -> bytes:
    return "".join(f"{sorted(row.items())!r}\n" for row in rows).encode("utf-8", "replace")


def _compare(target: Store, prints: Mapping[str, str]) -> None:
    with target.reading() as connection:
        for table in METADATA.sorted_tables:
            found = hashlib.sha256()
            for some in _rows(target, connection, table):
                found.update(_text(some))
            if found.hexdigest() != prints[table.name]:
                raise StateError(
                    f"The table {table.name} of the copy in {target.backend} differs. Do not use it."
                )


def _alone(record: Record) -> Record:
    """The record without what this computer noted about its end, which a copy elsewhere cannot have."""
    return replace(record, anchors=())
