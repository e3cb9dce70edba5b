"""The state store: one SQLite file, written with full synchronisation.

Everything that must survive a crash is committed before the call returns.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from reconcile.domain.bill import IssuedBill
from reconcile.domain.edited import Export
from reconcile.domain.money import Money, plain
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.domain.split_by import Handout
from reconcile.errors import StateError
from reconcile.store.audit import Record, facts_of
from reconcile.store.baselines import packed, unpacked
from reconcile.store.entries import Entry, Head, Seal, chained, sealed
from reconcile.store.lock import holder_of, let_go, process_lock, take
from reconcile.store.run import Effect, Holder, Run
from reconcile.store.sets import handouts_with, note_returns, returned, save_handouts
from reconcile.store.tables import (
    BILLS,
    EFFECTS,
    ENTRIES,
    EXPORTS,
    HEAD,
    METADATA,
    RUNS,
    SEALS,
    SETTLEMENTS,
    STORE_VERSION,
)

Kept = TypeVar("Kept", IssuedBill, Settlement)


class Store:
    """An open state store. Close it, or use it in a `with`.

    create: make the file where there is none. Otherwise a store that is not there reads as an empty one, and
    reading leaves nothing behind.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._engine = _open(path) if create or path.exists() else _empty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._engine.dispose()

    def save_export(self, export: Export, baseline: Snapshot) -> None:
        """Keeps the baseline of an exported workbook."""
        self.save_exports([(export, baseline)], ())

    def save_exports(self, exports: Iterable[tuple[Export, Snapshot]], handouts: Iterable[Handout]) -> None:
        """Keeps the baselines of workbooks that were exported together, and who got which; all or none."""
        with self.writing() as connection:
            for export, baseline in exports:
                connection.execute(insert(EXPORTS).values(_export_row(export, baseline)))
            save_handouts(connection, handouts)

    def handouts_with(self, workbook_ids: Collection[str]) -> tuple[Handout, ...]:
        """All workbooks of every set that one of these belongs to."""
        with self.reading() as connection:
            return handouts_with(connection, workbook_ids)

    def note_returns(self, files: Iterable[tuple[str, str]], at: datetime) -> None:
        """Remembers that workbooks came back, by workbook id and file; the first time counts."""
        with self.writing() as connection:
            note_returns(connection, files, at.astimezone(UTC).isoformat(timespec="seconds"))

    def returned(self, workbook_ids: Collection[str]) -> dict[str, str]:
        """When each of these workbooks came back first, if it did: UTC, ISO 8601."""
        with self.reading() as connection:
            return returned(connection, workbook_ids)

    def baseline(self, workbook_id: str) -> Snapshot | None:
        """What was exported to that workbook; None when this store did not see it.

        Raises StateError where what was kept is damaged.
        """
        with self.reading() as connection:
            row = connection.execute(
                select(EXPORTS.c.baseline).where(EXPORTS.c.workbook_id == workbook_id)
            ).first()
        try:
            return unpacked(row.baseline) if row else None
        except (ValueError, zlib.error) as error:
            raise StateError(
                f"The state store {self.path} holds a damaged baseline of {workbook_id}. "
                "Put a backup of the file in its place, or export again."
            ) from error

    @contextmanager
    def running(
        self, environment: Environment, holder: Holder, *, take_over: bool = False
    ) -> Iterator[Holder | None]:
        """Holds the lock of an environment for as long as a run is written; see `lock.take`.

        Answers the holder whose process ended without letting go, if any. Raises DecisionNeeded.
        """
        name = str(environment)
        with process_lock(self.path, name) as may_take:
            with self.writing() as connection:
                gone = take(connection, name, holder, may_take=may_take, take_over=take_over)
            try:
                yield gone
            finally:
                # On a full disk the note stays; without the process lock it is known to be of a dead process.
                with suppress(StateError), self.writing() as connection:
                    let_go(connection, name, holder)

    def holder(self, environment: Environment) -> Holder | None:
        """Who holds the lock of an environment, or held it when its process died."""
        with self.reading() as connection:
            return holder_of(connection, str(environment))

    def is_held(self, environment: Environment) -> bool:
        """Whether a living process of this computer holds the lock of an environment."""
        with process_lock(self.path, str(environment)) as is_free:
            return not is_free

    def start_run(self, run: Run) -> None:
        """Records that a run begins, with its plan, before anything is written to the API."""
        values = {name: getattr(run, name) for name in Run.__slots__ if name != "plan"}
        with self.writing() as connection:
            connection.execute(insert(RUNS).values(**values, plan=zlib.compress(run.plan.encode())))
            _append(connection, run.run_id, Entry(run.started_at, "", "begin", facts_of(run)))

    def runs(self, environment: Environment | None = None) -> tuple[Run, ...]:
        """All runs of an environment, newest first; of every environment without one."""
        # In the order in which they were recorded: two may begin in one second, and a clock may be set back.
        query = select(RUNS).order_by(text("rowid DESC"))
        if environment:
            query = query.where(RUNS.c.environment == str(environment))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Run(**{**row, "plan": zlib.decompress(row["plan"]).decode()}) for row in rows)

    def run(self, run_id: str) -> Run | None:
        """One run by its id."""
        return next((run for run in self.runs() if run.run_id == run_id), None)

    def append(
        self, run: Run, entry: Entry, effects: Iterable[Effect] = (), state: str | None = None
    ) -> None:
        """Adds an entry to a run's journal, and what goes with it; it is all on disk when this returns.

        effects: what its workbooks caused. state: the run's new state, if it changes.
        """
        with self.writing() as connection:
            _append(connection, run.run_id, entry)
            for effect in effects:
                _record(connection, run, effect)
            if state:
                ended = None if state == "running" else entry.at
                mine = RUNS.c.run_id == run.run_id
                connection.execute(update(RUNS).where(mine).values(state=state, ended_at=ended))

    def entries(self, run_id: str) -> tuple[Entry, ...]:
        """A run's journal in order."""
        query = select(ENTRIES).where(ENTRIES.c.run_id == run_id).order_by(ENTRIES.c.number)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Entry.from_row(row) for row in rows)

    def record(self) -> Record:
        """Everything that is recorded of runs, for the audit."""
        runs = self.runs()
        with self.reading() as connection:
            seals = connection.execute(select(SEALS).order_by(SEALS.c.number)).mappings().all()
            rows = connection.execute(select(ENTRIES).order_by(ENTRIES.c.number)).mappings().all()
            head = _head(connection)
        entries: dict[str, list[Entry]] = {}
        for row in rows:
            entries.setdefault(row["run_id"], []).append(Entry.from_row(row))
        return Record(runs, entries, tuple(Seal(**seal) for seal in seals), head)

    def effects(self, workbook_id: str, action: str) -> dict[str, str]:
        """What earlier runs of a workbook caused by one kind of operation: record id to resulting id."""
        query = select(EFFECTS.c.record_id, EFFECTS.c.result_id).where(
            EFFECTS.c.workbook_id == workbook_id, EFFECTS.c.action == action
        )
        with self.reading() as connection:
            return {row.record_id: row.result_id for row in connection.execute(query)}

    def record_bills(self, environment: Environment, bills: Iterable[IssuedBill]) -> None:
        """Remembers the bills of one set of import files, all of them or none."""
        self._keep(BILLS, environment, bills)

    def bills(self, environment: Environment) -> tuple[IssuedBill, ...]:
        """Every bill that went out, oldest first; one that was issued again is there each time."""
        return self._kept(BILLS, environment, IssuedBill)

    def record_settlements(self, environment: Environment, settlements: Iterable[Settlement]) -> None:
        """Remembers what one run of `payments` found out about payouts, all of it or nothing."""
        self._keep(SETTLEMENTS, environment, settlements)

    def settlements(self, environment: Environment) -> tuple[Settlement, ...]:
        """What every run of `payments` found out, oldest first; a payout may be there more than once."""
        return self._kept(SETTLEMENTS, environment, Settlement)

    def _keep(
        self, table: Table, environment: Environment, values: Iterable[IssuedBill | Settlement]
    ) -> None:
        rows = [
            {one.name: getattr(value, one.name) for one in fields(value) if one.name != "amount"}
            | {"environment": str(environment), "amount": plain(value.amount.amount)}
            | {"currency": value.amount.currency}
            for value in values
        ]
        if rows:
            with self.writing() as connection:
                connection.execute(insert(table), rows)

    def _kept(self, table: Table, environment: Environment, kind: type[Kept]) -> tuple[Kept, ...]:
        query = select(table).where(table.c.environment == str(environment)).order_by(text("rowid"))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        names = [one.name for one in fields(kind) if one.name != "amount"]
        return tuple(
            kind(**{name: row[name] for name in names}, amount=Money(Decimal(row["amount"]), row["currency"]))
            for row in rows
        )

    def exports(self, environment: Environment) -> tuple[Export, ...]:
        """The exports of an environment, oldest first."""
        query = select(EXPORTS.c.export).where(EXPORTS.c.environment == str(environment))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(EXPORTS.c.exported_at)).all()
        return tuple(_exports().validate_json(row.export) for row in rows)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _translated(self.path), self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other process can come between: what it reads is still so when it writes."""
        with _translated(self.path), self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection


def _append(connection: Connection, run_id: str, entry: Entry) -> None:
    last = connection.execute(
        select(ENTRIES.c.number, ENTRIES.c.hash)
        .where(ENTRIES.c.run_id == run_id)
        .order_by(ENTRIES.c.number.desc())
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, run_id)
    columns = chained(entry, number, previous)
    connection.execute(insert(ENTRIES).values(run_id=run_id, **columns))
    seal = sealed(_head(connection), run_id, number, str(columns["hash"]))
    connection.execute(insert(SEALS).values({name: getattr(seal, name) for name in Seal.__slots__}))
    head = {"seals": seal.number, "hash": seal.hash}
    connection.execute(upsert(HEAD).values(only=1, **head).on_conflict_do_update(["only"], set_=head))


def _head(connection: Connection) -> Head:
    row = connection.execute(select(HEAD.c.seals, HEAD.c.hash)).first()
    return Head(row.seals, row.hash) if row else Head()


def _record(connection: Connection, run: Run, effect: Effect) -> None:
    latest = upsert(EFFECTS).values(environment=run.environment, **asdict(effect))
    keys = ["workbook_id", "action", "record_id"]
    connection.execute(latest.on_conflict_do_update(keys, set_={"result_id": effect.result_id}))


def _export_row(export: Export, baseline: Snapshot) -> dict[str, Any]:
    return {
        "workbook_id": export.workbook_id,
        "environment": str(export.environment),
        "exported_at": export.exported_at.isoformat(),
        "export": _exports().dump_json(export).decode(),
        "baseline": packed(baseline),
    }


def _open(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _for_its_owner(path)
    except OSError as error:
        raise StateError(
            f"The state store {path} cannot be made: {error.strerror}. "
            "Check the folder and the disk, or point --state elsewhere."
        ) from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _durable)
    with _translated(path), engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > STORE_VERSION:
            raise StateError(
                f"The state store {path} was written by a newer reconcile (version {version}). "
                "Upgrade reconcile."
            )
        _refuse_cut(path, connection)
        if version < STORE_VERSION:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            METADATA.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {STORE_VERSION}")
    return engine


def _empty() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    return engine


def _for_its_owner(path: Path) -> None:
    """The file can be read by its owner alone, from its first moment on."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    elif path.stat().st_mode & 0o077:
        # Whoever may only read a copy of the file cannot change its mode, and need not.
        with suppress(PermissionError):
            path.chmod(0o600)


def _refuse_cut(path: Path, connection: Connection) -> None:
    """SQLite takes the missing part of a file's last page for zeros, and would read nonsense."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    there = path.stat().st_size
    if there < pages * size:
        raise StateError(
            f"The end of the state store {path} is missing ({there:,} of {pages * size:,} bytes are there), "
            "so nothing in it may be relied on. Put a backup in its place. Without one, move the file away "
            "and apply the workbook again: what is live already is not sent again."
        )


def _durable(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's connection has no public type
    # Transactions begin where we say so, not where the driver thinks that one is needed.
    connection.isolation_level = None
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
def _exports() -> TypeAdapter[Export]:
    return TypeAdapter(Export)
