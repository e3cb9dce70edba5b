"""An office: an operator with a state store and workbooks, who uses the real code of `reconcile`.

This file alone binds the simulation to the product: rows of workbooks go in, calls to the server come out.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builders import make_sheet
from simulation.world import Killed, Wire, World
from sqlalchemy import Connection as Transaction

from reconcile.apply.execute import Executed, execute, new_run, refuse_unfinished
from reconcile.apply.journal import Journal
from reconcile.apply.runner import Runner
from reconcile.check.damaged import RULE
from reconcile.check.review import review
from reconcile.domain.edited import SCHEMA_VERSION, EditedRow, EditedWorkbook, Export
from reconcile.domain.fields import FIELDS, RecordKind, Value, Values
from reconcile.domain.policy.names_and_limits import Conduct, Policy
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import ReconcileError
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key
from reconcile.introw.fetch import fetch_live, fetch_snapshot
from reconcile.jobs import plan as planning
from reconcile.plan.build import Circumstances, build_plan
from reconcile.plan.codec import from_json, to_json
from reconcile.plan.model import Plan
from reconcile.plan.sources import Source
from reconcile.store.run import Holder, Run
from reconcile.store.store import Store
from reconcile.workbook.contract import line_row, payout_row
from reconcile.workbook.read import baseline_of

ENVIRONMENT = Environment("https://api.introw.test", "default")
CONNECTION = Connection(ENVIRONMENT.origin, Key("a-key-of-the-simulation"), page_size=50)
POLICY, CONDUCT = Policy(), Conduct()
FIRST_NEW = 30
"""The worksheet row of the first new line."""


@dataclass(frozen=True)
class Book:
    """A workbook as a person has it. typed: what was typed into it. at: when it was exported."""

    edited: EditedWorkbook
    at: float
    typed: tuple[tuple[str, str, str], ...] = ()

    @property
    def new_rows(self) -> tuple[EditedRow, ...]:
        """The rows of `New lines` that were filled in."""
        return self.edited.new_lines.rows


@dataclass(frozen=True)
class Ended:
    """How a command ended. executed: the run, if there was one. error: what it said instead."""

    office: str
    executed: Executed | None = None
    error: str = ""
    crashed: bool = False
    killed: bool = False


class MortalStore(Store):
    """A store whose every commit is a step of the world, so that the process can die before and after it."""

    world: World

    def begin(self, world: World) -> None:
        """An empty store for another story: to make one anew takes longer than to play the story."""
        self.world = world
        self.close()
        for beside in self.path.parent.glob(f"{self.path.name}.*"):
            beside.unlink()
        shutil.copyfile(_empty_store(), self.path)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that writes."""
        self.world.before_step()
        with super().writing() as connection:
            yield connection
        self.world.after_step()


@functools.cache
def _empty_store() -> Path:
    path = memory() / "empty.db"
    Store(path).close()
    return path


@functools.cache
def store_of(name: str) -> MortalStore:
    """The state store of an office."""
    return MortalStore(memory() / f"{name}.db")


@functools.cache
def memory() -> Path:
    """A folder in memory, where there is one, that is removed when the process ends."""
    there = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.TemporaryDirectory(prefix="simulation-", dir=there)
    atexit.register(folder.cleanup)
    return Path(folder.name)


@dataclass
class Office:
    """One operator. checks: whether the checks of workbooks run, which take ten times as long as all the rest."""

    name: str
    world: World
    store: MortalStore
    checks: bool = False
    book: Book | None = None
    saved: str = ""
    saved_book: Book | None = None
    backup: Path | None = None
    count: int = 0
    asked: list[Book] = field(default_factory=list)
    plans: list[tuple[Plan, Book]] = field(default_factory=list)

    # --- commands ------------------------------------------------------------------------------------

    def export(self) -> Ended:
        """`reconcile export`: the office gets a fresh workbook."""
        return self._command(self._export)

    def apply(self) -> Ended:
        """`reconcile apply march.xlsx --yes`."""
        if self.book is None:
            return Ended(self.name)
        return self._command(lambda store, client: self._apply(store, client, self._plan(store, client)))

    def save_plan(self) -> Ended:
        """`reconcile diff march.xlsx --save plan.json`."""
        if self.book is None:
            return Ended(self.name)
        return self._command(self._save_plan)

    def apply_saved(self) -> Ended:
        """`reconcile apply plan.json --yes`."""
        if not self.saved:
            return Ended(self.name)
        return self._command(
            lambda store, client: self._apply(store, client, from_json(self.saved, "plan.json"))
        )

    def resume(self) -> Ended:
        """`reconcile resume`, where there is something to resume."""
        return self._command(self._resume)

    def set_aside(self) -> Ended:
        """`reconcile resume RUN --set-aside "enough"`."""
        return self._command(self._set_aside)

    @property
    def unfinished(self) -> Run | None:
        """The run that stands in the way of the next one."""
        return next((one for one in self.store.runs(ENVIRONMENT) if one.is_unfinished), None)

    # --- what people do to files ---------------------------------------------------------------------

    def keep_backup(self) -> None:
        """Somebody copies the state store."""
        self.backup = self.store.path.with_suffix(".backup")
        shutil.copyfile(self.store.path, self.backup)

    def restore(self) -> None:
        """Somebody puts the copy back."""
        if self.backup:
            self.store.close()
            shutil.copyfile(self.backup, self.store.path)

    def take(self, book: Book | None) -> None:
        """The office gets a copy of somebody's workbook."""
        self.book = book or self.book

    def type(self, record: str, name: str, value: str) -> None:
        """Types into a row of the workbook; record `new` stands for the next free row of `New lines`."""
        if self.book is None:
            return
        typed = (*self.book.typed, (record, name, value))
        edited = self.book.edited
        if record == "new":
            edited = _with_new(edited, value)
        elif (sheet := "payouts" if name in ("stage", "po_number") else "lines") and record:
            rows = tuple(
                replace(row, values={**row.values, **_entry(name, value)}) if row.id == record else row
                for row in getattr(edited, sheet).rows
            )
            edited = replace(edited, **{sheet: replace(getattr(edited, sheet), rows=rows)})
        self.book = replace(self.book, edited=edited, typed=typed)

    def move_rows(self, *, keep_tokens: bool) -> None:
        """Cuts the new lines and pastes them further down; hidden columns travel along, or do not."""
        if self.book is None or not self.book.new_rows:
            return
        edited = self.book.edited
        rows = [
            replace(
                row,
                number=row.number + 7,
                token=row.token if keep_tokens else f"new-{row.number + 7 - FIRST_NEW + 1:03}",
            )
            for row in edited.new_lines.rows
        ]
        self.book = replace(
            self.book, edited=replace(edited, new_lines=replace(edited.new_lines, rows=tuple(rows)))
        )

    def strip(self) -> None:
        """The document inspector removes the hidden columns."""
        if self.book is None:
            return
        edited = self.book.edited
        rows = tuple(replace(row, token=None) for row in edited.new_lines.rows)
        self.book = replace(self.book, edited=replace(edited, new_lines=replace(edited.new_lines, rows=rows)))

    # --- the product ---------------------------------------------------------------------------------

    def _command(self, work: Any) -> Ended:  # noqa: ANN401  a method of this class
        world = self.world
        world.busy += 1
        world.stopped = world.busy > 1 and world.stopped
        try:
            with Client(CONNECTION, clock=world.clock, transport=Wire(world, self.name)) as client:
                client.stop_when(lambda: world.stopped and world.busy <= 1)
                return Ended(self.name, work(self.store, client))
        except Killed:
            return Ended(self.name, killed=True)
        except ReconcileError as error:
            return Ended(self.name, error=str(error))
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            return Ended(self.name, error=f"{type(error).__name__}: {error}", crashed=True)
        finally:
            world.dead = False
            world.busy -= 1

    def _export(self, store: Store, client: Client) -> None:
        now = self.world.now()
        snapshot = fetch_snapshot(client, ENVIRONMENT, Scope(), now)
        self.count += 1
        export = Export(
            f"wb_{self.name}_{self.count}",
            SCHEMA_VERSION,
            "0",
            ENVIRONMENT,
            Scope(),
            now,
            self.name,
            snapshot.fingerprint,
        )
        store.save_export(export, snapshot)
        self.book = Book(_workbook(export, snapshot), self.world.seconds)

    def _plan(self, store: Store, client: Client) -> Plan:
        book = self.book
        assert book is not None
        self.asked.append(book)
        edited, workbook_id = book.edited, book.edited.export.workbook_id
        baseline = store.baseline(workbook_id) or baseline_of(edited)
        live = fetch_live(client, ENVIRONMENT, baseline, self.world.now())
        findings = ()
        if self.checks:
            findings = tuple(one for one in review(edited, baseline, POLICY) if one.rule != RULE)
        source = Source(baseline, edited, findings, planning._own_work(store, workbook_id))  # noqa: SLF001
        plan = build_plan((source,), live, POLICY, Circumstances(self.world.now(), self.name))
        self.plans.append((plan, book))
        return plan

    def _save_plan(self, store: Store, client: Client) -> None:
        self.saved = to_json(self._plan(store, client))
        self.saved_book = self.book

    def _apply(self, store: Store, client: Client, plan: Plan) -> Executed | None:
        refuse_unfinished(store, ENVIRONMENT)
        if not plan.operations:
            return None
        self.count += 1
        run = new_run(plan, f"run-{self.name}-{self.count}", self.world.now(), self.name)
        with store.running(ENVIRONMENT, Holder.here(run.run_id, self.name, run.started_at)):
            refuse_unfinished(store, ENVIRONMENT)
            runner = self._runner(store, client, plan, run)
            runner.look()
            store.start_run(run)
            return execute(runner)

    def _resume(self, store: Store, client: Client) -> Executed | None:
        run = next((one for one in store.runs(ENVIRONMENT) if one.is_unfinished), None)
        if run is None:
            return None
        with store.running(ENVIRONMENT, Holder.here(run.run_id, self.name, run.started_at)):
            return execute(self._runner(store, client, from_json(run.plan, run.run_id), run))

    def _set_aside(self, store: Store, _: Client) -> None:
        run = next((one for one in store.runs(ENVIRONMENT) if one.is_unfinished), None)
        if run:
            self._journal(store, run).end("set aside", "enough")

    def _runner(self, store: Store, client: Client, plan: Plan, run: Run) -> Runner:
        world = self.world
        return Runner(
            plan,
            client,
            self._journal(store, run),
            POLICY.names,
            CONDUCT,
            stop=lambda: world.stopped and world.busy <= 1,
        )

    def _journal(self, store: Store, run: Run) -> Journal:
        return Journal(store, run, self.world.now, self.name)


def _entry(name: str, value: str) -> dict[str, Value]:
    if name in ("Decline", "Detach"):
        reason: Value = "DUPLICATE" if name == "Decline" else None
        return {"action": name, "decline_reason": reason}
    return {name: value}


def _with_new(edited: EditedWorkbook, value: str) -> EditedWorkbook:
    """The next ready row of `New lines` is filled in: `payout amount description`, or `-` for the pool."""
    payout_id, amount, description = value.split(" ", 2)
    number = FIRST_NEW + len(edited.new_lines.rows)
    known = {row.id: row for row in edited.payouts.rows}
    partner = known[payout_id].fixed["partner_id"] if payout_id in known else "ptn_1"
    blank: dict[str, Value] = dict.fromkeys(one.name for one in FIELDS[RecordKind.NEW_LINE])
    values = blank | {
        "partner_id": partner,
        "payout_id": payout_id if payout_id in known else None,
        "amount": amount,
        "currency": "USD",
        "description": description,
    }
    row = EditedRow(number, None, values, None, f"new-{number - FIRST_NEW + 1:03}", {})
    return replace(edited, new_lines=replace(edited.new_lines, rows=(*edited.new_lines.rows, row)))


def _workbook(export: Export, snapshot: Snapshot) -> EditedWorkbook:
    """The workbook of a snapshot as it would be read back untouched."""
    payouts = [payout_row(one, snapshot, export.workbook_id) for one in snapshot.payouts.values()]
    lines = [line_row(one, snapshot, export.workbook_id) for one in snapshot.lines.values()]
    return EditedWorkbook(
        f"{export.workbook_id}.xlsx",
        export,
        make_sheet(
            RecordKind.PAYOUT,
            [
                _row(
                    n,
                    row,
                    {
                        "amount": str(row.record.amount.amount),
                        "currency": row.currency,
                        "partner_id": row.record.partner_id,
                        "partner": row.record.partner_name,
                        "batch_id": row.record.batch_id,
                    },
                )
                for n, row in enumerate(payouts, 2)
            ],
        ),
        make_sheet(
            RecordKind.LINE,
            [
                _row(
                    n,
                    row,
                    {
                        "partner_id": row.record.partner_id,
                        "payout_id": row.record.payout_id,
                        "status": row.record.status,
                        "partner": snapshot.partner_name(row.record.partner_id),
                    },
                )
                for n, row in enumerate(lines, 2)
            ],
        ),
        make_sheet(RecordKind.NEW_LINE, ()),
        findings=(),
    )


def _row(number: int, row: Any, fixed: Values) -> EditedRow:  # noqa: ANN401  a row of either kind
    return EditedRow(number, row.id, row.values, row.values, row.token, fixed)
