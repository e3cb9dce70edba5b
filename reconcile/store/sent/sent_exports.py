"""What a store knows of each exported workbook: who has it, whether it came back, which runs it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from reconcile.domain.edited import Export
from reconcile.domain.snapshot import Environment
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.store.baselines import export_of, sent_as_of
from reconcile.store.evidence.kept_files import SENT
from reconcile.store.sent.sets import returned, split_workbooks_with
from reconcile.store.sent.withdrawals import Withdrawal, withdrawn
from reconcile.store.store import Store
from reconcile.store.tables import EXPORTS, KEPT_FILES, PAYMENTS_READ, RUNS, SETTLEMENTS


@dataclass(frozen=True, slots=True)
class RunOfExport:
    """A run that a workbook had, an undo of one included."""

    run_id: str
    state: str
    started_at: str


@dataclass(frozen=True, slots=True)
class SentExport:
    """An exported workbook. file: its name. note: what it says to its recipients. reasons_told: see `SentAs`.

    split: who got it, where it is one of a split. returned_at: when it came back first, UTC, ISO 8601;
    empty where it did not. withdrawal: how it was made void, if it is. is_of_payments: whether it was made by
    matching payments, and waits for nobody.
    """

    export: Export
    file: str = ""
    note: str = ""
    split: SplitWorkbook | None = None
    returned_at: str = ""
    runs: tuple[RunOfExport, ...] = ()
    withdrawal: Withdrawal | None = None
    reasons_told: bool = False
    is_of_payments: bool = False


def sent_exports(store: Store, environment: Environment) -> tuple[SentExport, ...]:
    """The exported workbooks of an environment, oldest first."""
    query = select(EXPORTS.c.workbook_id, EXPORTS.c.export).where(EXPORTS.c.environment == str(environment))
    with store.reading() as connection, store.undamaged("export"):
        rows = connection.execute(query.order_by(EXPORTS.c.exported_at, text("rowid"))).all()
        ids = [row.workbook_id for row in rows]
        split_workbooks = {one.workbook_id: one for one in split_workbooks_with(connection, ids)}
        back, void = returned(connection, ids), withdrawn(connection, ids)
        runs, files = _runs(connection, environment), _files(connection, environment)
        matched = _of_payments(connection, environment)
        found = []
        for row in rows:
            key, sent_as = row.workbook_id, sent_as_of(row.export)
            split = split_workbooks.get(key)
            file = sent_as.file or (split.file if split else files.get(key, ""))
            found.append(
                SentExport(
                    export_of(row.export),
                    file,
                    sent_as.note,
                    split,
                    back.get(key, ""),
                    tuple(runs.get(key, ())),
                    void.get(key),
                    sent_as.reasons_told,
                    key in matched,
                )
            )
    return tuple(found)


def _runs(connection: Connection, environment: Environment) -> Mapping[str, list[RunOfExport]]:
    """The runs by workbook, in the order in which they began."""
    columns = (RUNS.c.run_id, RUNS.c.workbook_id, RUNS.c.state, RUNS.c.started_at)
    query = select(*columns).where(RUNS.c.environment == str(environment)).order_by(text("rowid"))
    found: dict[str, list[RunOfExport]] = {}
    for row in connection.execute(query):
        for workbook_id in row.workbook_id.split(", "):
            found.setdefault(workbook_id, []).append(RunOfExport(row.run_id, row.state, row.started_at))
    return found


def _of_payments(connection: Connection, environment: Environment) -> frozenset[str]:
    """The workbooks that were made by matching payments."""
    tables = (SETTLEMENTS, PAYMENTS_READ)
    queries = [
        select(one.c.workbook_id).where(one.c.environment == str(environment)).distinct() for one in tables
    ]
    return frozenset(key for query in queries for key in connection.execute(query).scalars())


def _files(connection: Connection, environment: Environment) -> Mapping[str, str]:
    """The names under which workbooks were kept as they were sent, for the exports of earlier versions."""
    table = KEPT_FILES.c
    query = select(table.owner, table.name).where(table.environment == str(environment), table.role == SENT)
    return {row.owner: row.name for row in connection.execute(query)}
