"""Reads rows of the record with their seals, and the seals of the whole chain, for the proofs of a pack."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, text

from reconcile.domain.snapshot import Environment
from reconcile.errors import StateError
from reconcile.store.evidence.kept_files import MANIFEST, STAMP
from reconcile.store.seals import SEALED, Seal, Sealed, Value, facts_of_row
from reconcile.store.store import Store
from reconcile.store.tables import (
    APPROVAL_USES,
    APPROVALS,
    CLOSES,
    COMMENTS,
    ENTRIES,
    EXPORTS,
    KEPT_FILES,
    LATE_ENTRIES,
    REOPENINGS,
    RETURNS,
    RUNS,
    SEALS,
    SPLIT_WORKBOOKS,
    WITHDRAWALS,
)

Wanted = Sequence[tuple[Table, ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row with its last seal. hashes: of each column. previous: the hash of the seal before its own."""

    table: str
    columns: Mapping[str, Value]
    hashes: Mapping[str, str]
    seal: Seal
    previous: str


def rows_of_run(run_id: str, workbooks: Collection[str], plan: str) -> Wanted:
    """The rows that concern a run. workbooks: the ids of its exports. plan: its fingerprint."""
    names, owners = list(workbooks), [run_id, plan, *workbooks]
    return (
        (RUNS, RUNS.c.run_id == run_id),
        (ENTRIES, ENTRIES.c.run_id == run_id),
        (EXPORTS, EXPORTS.c.workbook_id.in_(names)),
        (SPLIT_WORKBOOKS, SPLIT_WORKBOOKS.c.workbook_id.in_(names)),
        (RETURNS, RETURNS.c.workbook_id.in_(names)),
        (COMMENTS, COMMENTS.c.workbook_id.in_(names)),
        (WITHDRAWALS, WITHDRAWALS.c.workbook_id.in_(names)),
        (KEPT_FILES, KEPT_FILES.c.owner.in_(owners) & KEPT_FILES.c.role.not_in([MANIFEST, STAMP])),
        (REOPENINGS, REOPENINGS.c.what == run_id),
        *_approvals_used_by([run_id]),
    )


def rows_of_period(environment: Environment, period: str, close_ids: Collection[str]) -> Wanted:
    """The rows that concern a closed period. close_ids: of its closes, those made again included."""
    return (
        (CLOSES, CLOSES.c.close_id.in_(list(close_ids))),
        (LATE_ENTRIES, LATE_ENTRIES.c.close_id.in_(list(close_ids))),
        (REOPENINGS, (REOPENINGS.c.environment == str(environment)) & (REOPENINGS.c.period == period)),
        *_approvals_used_by(close_ids),
    )


def _approvals_used_by(names: Collection[str]) -> Wanted:
    """The approvals that runs or closes used, with the requests and everything that answered these."""
    used = APPROVAL_USES.c.what.in_(list(names))
    requests = select(APPROVAL_USES.c.request).where(used)
    return ((APPROVAL_USES, used), (APPROVALS, APPROVALS.c.request.in_(requests)))


def manifest_row(owner: str, sha256: str) -> Wanted:
    """The row that seals the manifest of a pack."""
    table = KEPT_FILES.c
    return ((KEPT_FILES, (table.owner == owner) & (table.role == MANIFEST) & (table.sha256 == sha256)),)


def sealed_rows(store: Store, wanted: Wanted) -> tuple[SealedRow, ...]:
    """The rows, table by table in the order in which they were written, each with its last seal.

    Raises StateError where a row has none.
    """
    with store.reading() as connection:
        rows = [
            (SEALED[table.name], row) for table, where in wanted for row in _rows(connection, table, where)
        ]
        keys = {(sealed.name, sealed.key_of(row)) for sealed, row in rows}
        last = _last_seals(connection, keys)
    return tuple(_sealed_row(store, sealed, row, last) for sealed, row in rows)


def seal_hashes(store: Store, count: int) -> Iterator[bytes]:
    """The hashes of the first seals of the chain, in order: the leaves of the tree."""
    query = select(SEALS.c.hash).where(SEALS.c.number <= count).order_by(SEALS.c.number)
    with store.reading() as connection:
        for name in connection.execute(query).scalars():
            yield bytes.fromhex(name)


def _rows(connection: Connection, table: Table, where: ColumnElement[bool]) -> list[dict[str, Value]]:
    found = connection.execute(select(table).where(where).order_by(text("rowid"))).mappings()
    return [{column.name: row[column.name] for column in table.columns} for row in found]


def _last_seals(
    connection: Connection, keys: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[Seal, str]]:
    """The last seal of each of these rows, and the hash of the seal before it in the chain."""
    found: dict[tuple[str, str], tuple[Seal, str]] = {}
    previous = ""
    for row in connection.execute(select(SEALS).order_by(SEALS.c.number)).mappings():
        seal = Seal(**_named(row))
        if (seal.sealed, seal.row_key) in keys:
            found[seal.sealed, seal.row_key] = (seal, previous)
        previous = seal.hash
    return found


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in Seal.__slots__}


def _sealed_row(
    store: Store,
    sealed: Sealed,
    row: Mapping[str, Value],
    last: Mapping[tuple[str, str], tuple[Seal, str]],
) -> SealedRow:
    key = sealed.key_of(row)
    if (sealed.name, key) not in last:
        raise StateError(
            f"The state store {store.backend} has no seal over {sealed.name} {key}. "
            "Look: reconcile history --verify."
        )
    seal, previous = last[sealed.name, key]
    return SealedRow(sealed.name, row, facts_of_row(sealed, row).columns, seal, previous)
