"""In which order rows were first written, as the chain of seals has it, whatever the clocks said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Table, func, select, text

from reconcile.store.seals import SEALED
from reconcile.store.store import Store
from reconcile.store.tables import SEALS


def sealed_order(
    store: Store, table: Table, without: Collection[str] = ()
) -> tuple[tuple[Mapping[str, Any], int], ...]:
    """The rows of a table, each with the number of its first seal; 0 for one that has none.

    without: columns that are not read, such as the content of files.
    """
    columns = [column for column in table.columns if column.name not in without]
    first = (
        select(SEALS.c.key, func.min(SEALS.c.number))
        .where(SEALS.c.sealed == table.name)
        .group_by(SEALS.c.key)
    )
    with store.reading() as connection:
        numbers = {row[0]: row[1] for row in connection.execute(first)}
        rows = connection.execute(select(*columns).order_by(text("rowid"))).mappings().all()
    sealed = SEALED[table.name]
    found = [{column.name: row[column.name] for column in columns} for row in rows]
    return tuple((row, numbers.get(sealed.key_of(row), 0)) for row in found)
