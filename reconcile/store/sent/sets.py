"""The sets of workbooks that were exported together, and which of them came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict

from sqlalchemy import Connection, select

from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.store.sealing import add
from reconcile.store.tables import RETURNS, SPLIT_WORKBOOKS


def save_split_workbooks(connection: Connection, split_workbooks: Iterable[SplitWorkbook]) -> None:
    """Keeps who got which workbook of a set."""
    add(
        connection,
        SPLIT_WORKBOOKS,
        ({"position": position, **asdict(one)} for position, one in enumerate(split_workbooks)),
    )


def split_workbooks_with(connection: Connection, workbook_ids: Collection[str]) -> tuple[SplitWorkbook, ...]:
    """All workbooks of every set that one of these belongs to, set by set."""
    sets = select(SPLIT_WORKBOOKS.c.set_id).where(SPLIT_WORKBOOKS.c.workbook_id.in_(list(workbook_ids)))
    query = (
        select(SPLIT_WORKBOOKS)
        .where(SPLIT_WORKBOOKS.c.set_id.in_(sets))
        .order_by(SPLIT_WORKBOOKS.c.set_id, SPLIT_WORKBOOKS.c.position)
    )
    names = SplitWorkbook.__slots__
    rows = connection.execute(query).mappings().all()
    return tuple(SplitWorkbook(**{name: row[name] for name in names}) for row in rows)


def note_returns(connection: Connection, files: Iterable[tuple[str, str]], at: str) -> None:
    """Remembers that workbooks came back: workbook id and file; the first time counts."""
    rows = {workbook: {"workbook_id": workbook, "file": file, "at": at} for workbook, file in files}
    there = returned(connection, rows)
    add(connection, RETURNS, (row for workbook, row in rows.items() if workbook not in there))


def returned(connection: Connection, workbook_ids: Collection[str]) -> dict[str, str]:
    """When each of these came back for the first time, if it did: UTC, ISO 8601."""
    query = select(RETURNS.c.workbook_id, RETURNS.c.at).where(RETURNS.c.workbook_id.in_(list(workbook_ids)))
    return {row.workbook_id: row.at for row in connection.execute(query)}
