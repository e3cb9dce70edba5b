"""The state store: one SQLite file, written with full synchronisation.

Everything that must survive a crash is committed before the call returns.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter
from sqlalchemy import Engine, create_engine, event, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from reconcile.domain.bill import IssuedBill
from reconcile.domain.edited import Export
from reconcile.domain.money import Money, plain
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.errors import StateError
from reconcile.store.entries import Entry, chained
from reconcile.store.tables import BILLS, EFFECTS, ENTRIES, EXPORTS, METADATA, RUNS, STORE_VERSION


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan. state: `running`, `finished`, `stopped` or `set aside`. plan: its JSON."""

    run_id: str
    environment: str
    workbook_id: str
    started_at: str
    ended_at: str | None
    started_by: str
    state: str
    plan: str

    @property
    def is_unfinished(self) -> bool:
        """Whether it can be resumed."""
        return self.state in ("running", "stopped")


class Store:
    """An open state store. Close it, or use it in a `with`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._engine.dispose()

    def save_export(self, export: Export, baseline: Snapshot) -> None:
        """Keeps the baseline of an exported workbook."""
        with self._begin() as connection:
            connection.execute(
                insert(EXPORTS).values(
                    workbook_id=export.workbook_id,
                    environment=str(export.environment),
                    exported_at=export.exported_at.isoformat(),
                    export=_exports().dump_json(export).decode(),
                    baseline=zlib.compress(_snapshots().dump_json(baseline)),
                )
            )

    def baseline(self, workbook_id: str) -> Snapshot | None:
        """What was exported to that workbook; None when this store did not see it."""
        with self._begin() as connection:
            row = connection.execute(
                select(EXPORTS.c.baseline).where(EXPORTS.c.workbook_id == workbook_id)
            ).first()
        return _snapshots().validate_json(zlib.decompress(row.baseline)) if row else None

    def start_run(self, run: Run) -> None:
        """Records that a run begins, with its plan, before anything is written to the API."""
        values = {name: getattr(run, name) for name in Run.__slots__ if name != "plan"}
        with self._begin() as connection:
            connection.execute(insert(RUNS).values(**values, plan=zlib.compress(run.plan.encode())))

    def end_run(self, run_id: str, state: str, at: datetime) -> None:
        """Records how a run ended."""
        ended = None if state == "running" else at.astimezone(UTC).isoformat()
        with self._begin() as connection:
            connection.execute(
                update(RUNS).where(RUNS.c.run_id == run_id).values(state=state, ended_at=ended)
            )

    def runs(self, environment: Environment | None = None) -> tuple[Run, ...]:
        """All runs of an environment, newest first; of every environment without one."""
        query = select(RUNS).order_by(RUNS.c.started_at.desc(), RUNS.c.run_id)
        if environment:
            query = query.where(RUNS.c.environment == str(environment))
        with self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Run(**{**row, "plan": zlib.decompress(row["plan"]).decode()}) for row in rows)

    def run(self, run_id: str) -> Run | None:
        """One run by its id."""
        return next((run for run in self.runs() if run.run_id == run_id), None)

    def append(self, run_id: str, entry: Entry) -> None:
        """Adds an entry to a run's journal; it is on disk when this returns."""
        with self._begin() as connection:
            last = connection.execute(
                select(ENTRIES.c.number, ENTRIES.c.hash)
                .where(ENTRIES.c.run_id == run_id)
                .order_by(ENTRIES.c.number.desc())
            ).first()
            number, previous = (last.number + 1, last.hash) if last else (1, run_id)
            connection.execute(insert(ENTRIES).values(run_id=run_id, **chained(entry, number, previous)))

    def entries(self, run_id: str) -> tuple[Entry, ...]:
        """A run's journal in order."""
        query = select(ENTRIES).where(ENTRIES.c.run_id == run_id).order_by(ENTRIES.c.number)
        with self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Entry.from_row(row) for row in rows)

    def record_effect(self, run: Run, action: str, record_id: str, result_id: str) -> None:
        """Remembers what a workbook caused, so that its next diff does not ask for it again."""
        values = {
            "workbook_id": run.workbook_id,
            "environment": run.environment,
            "action": action,
            "record_id": record_id,
            "result_id": result_id,
        }
        with self._begin() as connection:
            keys = ["workbook_id", "action", "record_id"]
            latest = upsert(EFFECTS).values(**values)
            connection.execute(latest.on_conflict_do_update(keys, set_={"result_id": result_id}))

    def effects(self, workbook_id: str, action: str) -> dict[str, str]:
        """What earlier runs of a workbook caused by one kind of operation: record id to resulting id."""
        query = select(EFFECTS.c.record_id, EFFECTS.c.result_id).where(
            EFFECTS.c.workbook_id == workbook_id, EFFECTS.c.action == action
        )
        with self._begin() as connection:
            return {row.record_id: row.result_id for row in connection.execute(query)}

    def record_bills(self, environment: Environment, bills: Iterable[IssuedBill]) -> None:
        """Remembers the bills of one set of import files, all of them or none."""
        rows = [
            {name: getattr(bill, name) for name in IssuedBill.__slots__ if name != "amount"}
            | {"environment": str(environment), "amount": plain(bill.amount.amount)}
            | {"currency": bill.amount.currency}
            for bill in bills
        ]
        if rows:
            with self._begin() as connection:
                connection.execute(insert(BILLS), rows)

    def bills(self, environment: Environment) -> tuple[IssuedBill, ...]:
        """Every bill that went out, oldest first; one that was issued again is there each time."""
        query = select(BILLS).where(BILLS.c.environment == str(environment)).order_by(text("rowid"))
        with self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            IssuedBill(
                **{name: row[name] for name in IssuedBill.__slots__ if name != "amount"},
                amount=Money(Decimal(row["amount"]), row["currency"]),
            )
            for row in rows
        )

    @contextmanager
    def _begin(self) -> Iterator[Any]:
        with _translated(self.path), self._engine.begin() as connection:
            yield connection


def _open(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StateError(f"The state folder {path.parent} cannot be made: {error.strerror}.") from error
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _durable)
    with _translated(path), engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > STORE_VERSION:
            raise StateError(
                f"The state store {path} was written by a newer reconcile (version {version}). "
                "Upgrade reconcile."
            )
        if version < STORE_VERSION:
            METADATA.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {STORE_VERSION}")
    path.chmod(0o600)
    return engine


def _durable(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's connection has no public type
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise StateError(
            f"The state store {path} cannot be used: {error.orig}. "
            "Check the file and the disk, or point --state elsewhere."
        ) from error


@cache
def _snapshots() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


@cache
def _exports() -> TypeAdapter[Export]:
    return TypeAdapter(Export)
