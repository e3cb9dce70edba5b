"""The state store: one SQLite file, written with full synchronisation, or a PostgreSQL database.

Everything that must survive a crash is committed before the call returns.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, func, select, text

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.domain.edited import Export
from reconcile.domain.money import Money, plain
from reconcile.domain.settlement import ReadPayment, Settlement
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.errors import DecisionNeeded, StateError
from reconcile.store.anchor import anchors_of, note_end
from reconcile.store.approval.kept_approvals import Claim, use
from reconcile.store.audit import Record, facts_of
from reconcile.store.backend import Backend
from reconcile.store.baselines import PLAIN, SentAs, export_of, export_row, holds, unpacked
from reconcile.store.database import FileDatabase
from reconcile.store.entries import Entry, chained
from reconcile.store.fence import Fence, LeaseLost, give_back, is_alive, kept_alive, renew, take_number
from reconcile.store.lock import holder_of, let_go, take
from reconcile.store.recorded import lost_ends, recorded, run_of
from reconcile.store.run import Effect, Holder, Run
from reconcile.store.sealing import add, change, head_of, put
from reconcile.store.sent.sets import note_returns, returned, save_split_workbooks, split_workbooks_with
from reconcile.store.sent.withdrawals import refuse_withdrawn
from reconcile.store.tables import (
    BILLS,
    EFFECTS,
    ENTRIES,
    EXPORTS,
    PAID_ACCOUNTS,
    PAYMENTS_READ,
    RUNS,
    SETTLEMENTS,
)

Kept = TypeVar("Kept", IssuedBill, Settlement, ReadPayment)


class Store:
    """An open state store. Close it, or use it in a `with`.

    create: make the file where there is none. Otherwise a store that is not there reads as an empty one, and
    reading leaves nothing behind. place: a file, or an open database.
    """

    def __init__(self, place: Path | Backend, *, create: bool = True) -> None:
        self.backend = FileDatabase(place, create=create) if isinstance(place, Path) else place
        self.path = self.backend.notes
        self._fence: Fence | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file, or the connections."""
        self.backend.engine.dispose()

    def save_export(self, export: Export, baseline: Snapshot, sent_as: SentAs = PLAIN) -> None:
        """Keeps the baseline of an exported workbook."""
        with self.writing() as connection:
            add(connection, EXPORTS, [export_row(export, baseline, sent_as)])

    def save_exports(
        self,
        exports: Iterable[tuple[Export, Snapshot]],
        split: Sequence[SplitWorkbook],
        sent_as: SentAs = PLAIN,
    ) -> None:
        """Keeps workbooks that were exported together, sent alike but for their files; all or none."""
        sent = {one.workbook_id: replace(sent_as, file=one.file) for one in split}
        with self.writing() as connection:
            rows = (export_row(one, base, sent.get(one.workbook_id, PLAIN)) for one, base in exports)
            add(connection, EXPORTS, rows)
            save_split_workbooks(connection, split)

    def split_workbooks_with(self, workbook_ids: Collection[str]) -> tuple[SplitWorkbook, ...]:
        """All workbooks of every set that one of these belongs to."""
        with self.reading() as connection:
            return split_workbooks_with(connection, workbook_ids)

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
                f"The state store {self.backend} holds a damaged baseline of {workbook_id}. "
                "Put a backup of the file in its place, or export again."
            ) from error

    @contextmanager
    def running(
        self, environment: Environment, holder: Holder, *, take_over: bool = False
    ) -> Iterator[Holder | None]:
        """Holds the lock of an environment for as long as a run is written; see `lock.take` and `fence`.

        Answers the holder whose process ended without letting go, if any. Raises DecisionNeeded.
        """
        name, backend = str(environment), self.backend
        with backend.hold(name) as is_free:
            with self.writing() as connection:
                may_take = is_free and not is_alive(connection, name, backend)
                gone = take(
                    connection, name, holder, may_take=may_take, take_over=take_over, lease=backend.lease
                )
                fence = take_number(connection, name, backend)
            try:
                self._fence = fence
                with kept_alive(fence, backend):
                    yield gone
            finally:
                self._fence = None
                # On a full disk the note stays; without the process lock it is known to be of a dead process.
                if fence.seconds_left > 0:
                    self._give_back(name, holder, fence)

    def _give_back(self, environment: str, holder: Holder, fence: Fence) -> None:
        with suppress(StateError), self.writing() as connection:
            if give_back(connection, fence):
                let_go(connection, environment, holder)

    def check_hold(self) -> None:
        """Raises LeaseLost where this process held an environment, and the lease on it is over."""
        if self._fence:
            self._fence.check()

    def holder(self, environment: Environment) -> Holder | None:
        """Who holds the lock of an environment, or held it when its process died."""
        with self.reading() as connection:
            return holder_of(connection, str(environment))

    def is_held(self, environment: Environment) -> bool:
        """Whether a living process holds the lock of an environment; of a file, one of this computer."""
        if self.backend.lease is not None:
            with self.reading() as connection:
                return is_alive(connection, str(environment), self.backend)
        with self.backend.hold(str(environment)) as is_free:
            return not is_free

    def is_gone(self, environment: Environment, holder: Holder) -> bool:
        """Whether it is known that the process of a holder is gone."""
        is_known = holder.is_near or self.backend.lease is not None
        return is_known and not self.is_held(environment)

    def start_run(self, run: Run, claim: Claim | None = None, returned: Collection[str] = ()) -> None:
        """Records that a run begins, with its plan, before anything is written to the API.

        claim: the approval that it uses, in the same step. returned: the ids of the workbooks that it
        applies. Raises DecisionNeeded where the approval does not hold, or a workbook was withdrawn.
        """
        values = {name: getattr(run, name) for name in Run.__slots__ if name != "plan"}
        with self._held(run.environment) as connection:
            refuse_withdrawn(connection, returned)
            if claim:
                use(connection, run.environment, claim, run.run_id, run.started_at)
            add(connection, RUNS, [{**values, "plan": zlib.compress(run.plan.encode())}])
            _append(connection, run.run_id, Entry(run.started_at, "", "begin", facts_of(run)))

    def runs(self, environment: Environment | None = None) -> tuple[Run, ...]:
        """All runs of an environment, newest first; of every environment without one."""
        # In the order in which they were recorded: two may begin in one second, and a clock may be set back.
        query = select(RUNS).order_by(text("rowid DESC"))
        if environment:
            query = query.where(RUNS.c.environment == str(environment))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        with self.undamaged("run"):
            return tuple(run_of(row) for row in rows)

    def run(self, run_id: str) -> Run | None:
        """One run by its id."""
        with self.reading() as connection:
            row = connection.execute(select(RUNS).where(RUNS.c.run_id == run_id)).mappings().first()
        with self.undamaged("run"):
            return run_of(row) if row else None

    def append(
        self, run: Run, entry: Entry, effects: Iterable[Effect] = (), state: str | None = None
    ) -> None:
        """Adds an entry to a run's journal, and what goes with it; it is all on disk when this returns.

        effects: what its workbooks caused. state: the run's new state, if it changes.
        """
        with self._held(run.environment) as connection:
            _append(connection, run.run_id, entry)
            for effect in effects:
                put(connection, EFFECTS, {"environment": run.environment, **asdict(effect)})
            if state:
                ended = None if state == "running" else entry.at
                change(connection, RUNS, RUNS.c.run_id == run.run_id, {"state": state, "ended_at": ended})

    def entries(self, run_id: str, after: int = 0) -> tuple[Entry, ...]:
        """A run's journal in order. after: how many entries are left out."""
        mine = (ENTRIES.c.run_id == run_id) & (ENTRIES.c.number > after)
        query = select(ENTRIES).where(mine).order_by(ENTRIES.c.number)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        with self.undamaged("journal entry"):
            return tuple(Entry.from_row(row) for row in rows)

    def record(self, *, whole: bool = True) -> Record:
        """Everything that is recorded, for the audit. What is damaged is in it as far as it can be read.

        whole: with the months themselves that were exported and closed, which takes long to read.
        """
        with self.reading() as connection:
            return recorded(connection, anchors_of(self.path), whole=whole)

    def effects(self, workbook_id: str, action: str) -> dict[str, str]:
        """What earlier runs of a workbook caused by one kind of operation: record id to resulting id."""
        query = select(EFFECTS.c.record_id, EFFECTS.c.result_id).where(
            EFFECTS.c.workbook_id == workbook_id, EFFECTS.c.action == action
        )
        with self.reading() as connection:
            return {row.record_id: row.result_id for row in connection.execute(query)}

    def record_bills(
        self,
        environment: Environment,
        bills: Iterable[IssuedBill],
        accounts: Iterable[PaidAccount] = (),
        known: int | None = None,
        used: tuple[Claim, str, str] | None = None,
    ) -> None:
        """Remembers the bills of one set of files, and the accounts that these pay; all of it or nothing.

        known: how many bills there were when these were made. used: the approval that the set uses, the id of
        the set, and when, in UTC and ISO 8601. Raises DecisionNeeded when there are more bills now, and where
        the approval does not hold any more.
        """
        mine = select(func.count()).select_from(BILLS).where(BILLS.c.environment == str(environment))
        with self.writing() as connection:
            if known is not None and connection.execute(mine).scalar_one() != known:
                raise DecisionNeeded(
                    "Bills were issued in the meantime, so nothing was written. Run it again."
                )
            if used:
                claim, set_id, at = used
                use(connection, str(environment), claim, set_id, at)
            add(connection, BILLS, _rows(environment, bills))
            paid = [{"environment": str(environment), **asdict(one)} for one in accounts]
            add(connection, PAID_ACCOUNTS, paid)

    def paid_accounts(self, environment: Environment) -> tuple[PaidAccount, ...]:
        """The account of each partner in each payment file, oldest first."""
        table = PAID_ACCOUNTS
        query = select(table).where(table.c.environment == str(environment)).order_by(text("rowid"))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        names = [one.name for one in fields(PaidAccount)]
        return tuple(PaidAccount(**{name: row[name] for name in names}) for row in rows)

    def bills(self, environment: Environment) -> tuple[IssuedBill, ...]:
        """Every bill that went out, oldest first; one that was issued again is there each time."""
        return self._kept(BILLS, environment, IssuedBill)

    def record_settlements(
        self,
        environment: Environment,
        settlements: Iterable[Settlement],
        readings: Iterable[ReadPayment] = (),
    ) -> None:
        """Remembers what one run of `payments` found out about payouts, and what it read; all or nothing."""
        with self.writing() as connection:
            add(connection, SETTLEMENTS, _rows(environment, settlements))
            add(connection, PAYMENTS_READ, _rows(environment, readings))

    def readings(self, environment: Environment, where: ColumnElement[bool]) -> tuple[ReadPayment, ...]:
        """The readings of payments that meet a condition, oldest first."""
        return self._kept(PAYMENTS_READ, environment, ReadPayment, where)

    def settlements(self, environment: Environment) -> tuple[Settlement, ...]:
        """What every run of `payments` found out, oldest first; a payout may be there more than once."""
        return self._kept(SETTLEMENTS, environment, Settlement)

    def _kept(
        self, table: Table, environment: Environment, kind: type[Kept], *where: ColumnElement[bool]
    ) -> tuple[Kept, ...]:
        query = select(table).where(table.c.environment == str(environment), *where).order_by(text("rowid"))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        names = [one.name for one in fields(kind) if one.name != "amount"]
        with self.undamaged(f"row of {table.name}"):
            return tuple(
                kind(
                    **{name: row[name] for name in names},
                    amount=Money(Decimal(row["amount"]), row["currency"]),
                )
                for row in rows
            )

    def exports(self, environment: Environment, holding: str = "") -> tuple[Export, ...]:
        """The exports of an environment, oldest first. holding: only those with the record of this id."""
        columns = (EXPORTS.c.export, EXPORTS.c.baseline) if holding else (EXPORTS.c.export,)
        query = select(*columns).where(EXPORTS.c.environment == str(environment))
        with self.reading() as connection, self.undamaged("export"):
            rows = connection.execute(query.order_by(EXPORTS.c.exported_at))
            return tuple(export_of(row.export) for row in rows if not holding or holds(row.baseline, holding))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.backend.translated(), self.backend.engine.begin() as connection:
            self.backend.begin_reading(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other process can come between: what it reads is still so when it writes.

        The end of the chain of seals is noted beside the store afterwards: see `anchor`.
        """
        with self.backend.translated():
            with self.backend.engine.begin() as connection:
                self.backend.begin_writing(connection)
                yield connection
                head = head_of(connection)
                lost = lost_ends(connection, anchors_of(self.path))
            note_end(self.path, head, lost)

    @contextmanager
    def _held(self, environment: str) -> Iterator[Connection]:
        """A transaction that writes a journal. Raises LeaseLost where another process holds it."""
        fence = self._fence
        if self.backend.lease is not None and (fence is None or fence.environment != environment):
            raise LeaseLost(f"{environment} is not held by this process, so its journal cannot be written.")
        with self.writing() as connection:
            asked_at = renew(connection, fence, self.backend) if fence else 0
            yield connection
        if fence:
            fence.note_renewal(asked_at)

    @contextmanager
    def undamaged(self, what: str) -> Iterator[None]:
        """Raises StateError where a row cannot be read as what it was written as."""
        try:
            yield
        except (ValueError, TypeError, AttributeError, ArithmeticError, zlib.error) as error:
            raise StateError(
                f"The state store {self.backend} holds a damaged {what}. Look: reconcile history --verify. "
                "Put a backup of the file in its place."
            ) from error


def _rows(
    environment: Environment, values: Iterable[IssuedBill | Settlement | ReadPayment]
) -> list[dict[str, Any]]:
    return [
        {one.name: getattr(value, one.name) for one in fields(value) if one.name != "amount"}
        | {"environment": str(environment), "amount": plain(value.amount.amount)}
        | {"currency": value.amount.currency}
        for value in values
    ]


def _append(connection: Connection, run_id: str, entry: Entry) -> None:
    last = connection.execute(
        select(ENTRIES.c.number, ENTRIES.c.hash)
        .where(ENTRIES.c.run_id == run_id)
        .order_by(ENTRIES.c.number.desc())
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, run_id)
    add(connection, ENTRIES, [{"run_id": run_id, **chained(entry, number, previous)}])
