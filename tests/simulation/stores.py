"""State stores of which every commit is a step of the world: the real one, and one without a database.

A commit of the real store takes longer than all the rest of a story. Most stories therefore play on the
`QuickStore`, which answers what the real one answers, and some on the real one. That both tell the same is a
test: a story goes the same way on either.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from simulation.world import World
from sqlalchemy import Connection as Transaction

from reconcile.domain.edited import Export
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.errors import DecisionNeeded
from reconcile.store.audit import facts_of
from reconcile.store.baselines import PLAIN, SentAs
from reconcile.store.entries import Entry, chained
from reconcile.store.lock import refusal
from reconcile.store.run import Effect, Holder, Run
from reconcile.store.store import Store


class Backup(Protocol):
    """Puts a copy of a store back."""

    def __call__(self) -> None:
        """Now."""


class MortalStore(Store):
    """A store whose every commit is a step of the world, so that the process can die before and after it."""

    world: World

    def begin(self, world: World) -> None:
        """An empty store for another story: to make one anew takes longer than to play the story."""
        self.world = world
        self.close()
        for beside in self.path.parent.glob(f"{self.path.name}.*"):
            if beside.is_file():
                beside.unlink()
        shutil.copyfile(_empty_store(), self.path)

    def copied(self) -> Backup:
        """A copy of the file, made by hand."""
        backup = self.path.with_suffix(".backup")
        shutil.copyfile(self.path, backup)

        def put_back() -> None:
            self.close()
            shutil.copyfile(backup, self.path)

        return put_back

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that writes."""
        self.world.before_step()
        with super().writing() as connection:
            yield connection
        self.world.after_step()


@dataclass
class _Kept:
    """What is on the disk."""

    baselines: dict[str, Snapshot] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    rows: dict[str, list[Entry]] = field(default_factory=dict)
    effects: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    returned: dict[str, str] = field(default_factory=dict)

    def copied(self) -> _Kept:
        return _Kept(
            dict(self.baselines),
            dict(self.runs),
            {key: list(rows) for key, rows in self.rows.items()},
            {key: dict(rows) for key, rows in self.effects.items()},
            dict(self.holders),
            dict(self.returned),
        )


class QuickStore(Store):
    """A store in memory. What it does not answer itself is asked of a database, which begins empty."""

    world: World
    has_rows = False

    def begin(self, world: World) -> None:
        """An empty store for another story."""
        self.world = world
        self.kept = _Kept()
        self.held: set[str] = set()
        self._put_back(_empty_store())
        self.has_rows = False

    def copied(self) -> Backup:
        """A copy of what is on the disk; who runs at the moment is not."""
        backup, file = self.kept.copied(), _empty_store()
        if self.has_rows:
            file = self.path.with_suffix(".backup")
            shutil.copyfile(self.path, file)

        def put_back() -> None:
            self.kept = backup.copied()
            self._put_back(file)

        return put_back

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction of what is asked of the database: a step as well."""
        self.world.before_step()
        with super().writing() as connection:
            yield connection
        self.has_rows = True
        self.world.after_step()

    def _put_back(self, file: Path) -> None:
        """Another database in the place of this one, where anything was written to this one."""
        if self.has_rows:
            self.close()
            for beside in self.path.parent.glob(f"{self.path.name}.*"):
                # The reading of live stays: nobody puts an older one back with the store.
                if beside.is_file():
                    beside.unlink()
            shutil.copyfile(file, self.path)

    @contextmanager
    def _commit(self) -> Iterator[_Kept]:
        """One commit: a step before it, and one after it."""
        self.world.before_step()
        yield self.kept
        self.world.after_step()

    def save_export(self, export: Export, baseline: Snapshot, sent_as: SentAs = PLAIN) -> None:
        """Keeps the baseline of a workbook."""
        assert sent_as is PLAIN, "no story sends an export with a note"
        with self._commit() as kept:
            kept.baselines[export.workbook_id] = baseline

    def baseline(self, workbook_id: str) -> Snapshot | None:
        """What was exported to that workbook."""
        return self.kept.baselines.get(workbook_id)

    @contextmanager
    def running(
        self, environment: Environment, holder: Holder, *, take_over: bool = False
    ) -> Iterator[Holder | None]:
        """Holds the lock of an environment. All holders are of this computer, so `take_over` is never needed."""
        name = str(environment)
        may_take = name not in self.held
        assert not take_over, "no story takes a lock over"
        if may_take:
            self.held.add(name)
        try:
            with self._commit() as kept:
                gone = kept.holders.get(name)
                if not may_take:
                    raise DecisionNeeded(refusal(name, gone))
                kept.holders[name] = holder
            try:
                yield gone
            finally:
                with self._commit() as kept:
                    kept.holders.pop(name, None)
        finally:
            if may_take:
                self.held.discard(name)

    def holder(self, environment: Environment) -> Holder | None:
        """Who holds the lock of an environment, or held it when its process died."""
        return self.kept.holders.get(str(environment))

    def is_held(self, environment: Environment) -> bool:
        """Whether a living process holds the lock of an environment."""
        return str(environment) in self.held

    def start_run(
        self,
        run: Run,
        claim: object = None,
        returned: Collection[str] = (),  # noqa: ARG002  no story withdraws a workbook
    ) -> None:
        """Records that a run begins."""
        assert claim is None, "no story asks for approvals"
        with self._commit() as kept:
            kept.runs[run.run_id] = run
            self._add(run.run_id, Entry(run.started_at, "", "begin", facts_of(run)))

    def runs(self, environment: Environment | None = None) -> tuple[Run, ...]:
        """All runs, newest first."""
        every = reversed(self.kept.runs.values())
        return tuple(one for one in every if environment is None or one.environment == str(environment))

    def run(self, run_id: str) -> Run | None:
        """One run by its id."""
        return self.kept.runs.get(run_id)

    def append(
        self, run: Run, entry: Entry, effects: Iterable[Effect] = (), state: str | None = None
    ) -> None:
        """Adds an entry to a run's journal, and what goes with it."""
        with self._commit() as kept:
            self._add(run.run_id, entry)
            for one in effects:
                there = kept.effects.setdefault((one.workbook_id, one.action), {})
                there.pop(one.record_id, None)
                there[one.record_id] = one.result_id
            if state:
                ended = None if state == "running" else entry.at
                before = kept.runs[run.run_id]
                kept.runs[run.run_id] = replace(before, state=state, ended_at=ended)

    def entries(self, run_id: str) -> tuple[Entry, ...]:
        """A run's journal in order."""
        return tuple(self.kept.rows.get(run_id, ()))

    def effects(self, workbook_id: str, action: str) -> dict[str, str]:
        """What earlier runs of a workbook caused by one kind of operation."""
        return dict(self.kept.effects.get((workbook_id, action), {}))

    def split_workbooks_with(self, workbook_ids: Iterable[str]) -> tuple[()]:  # noqa: ARG002  no story splits an export
        """All workbooks of a split export."""
        return ()

    def note_returns(self, files: Iterable[tuple[str, str]], at: datetime) -> None:
        """Remembers that workbooks came back."""
        with self._commit() as kept:
            for workbook_id, _ in files:
                kept.returned.setdefault(workbook_id, at.isoformat(timespec="seconds"))

    def returned(self, workbook_ids: Iterable[str]) -> dict[str, str]:
        """When each of these came back."""
        kept = self.kept.returned
        return {one: kept[one] for one in workbook_ids if one in kept}

    def _add(self, run_id: str, entry: Entry) -> None:
        rows = self.kept.rows.setdefault(run_id, [])
        previous = rows[-1].hash if rows else run_id
        rows.append(Entry.from_row(chained(entry, len(rows) + 1, previous)))


OfficeStore = MortalStore | QuickStore


@functools.cache
def _empty_store() -> Path:
    path = memory() / "empty.db"
    Store(path).close()
    return path


@functools.cache
def store_of(name: str, *, real: bool) -> OfficeStore:
    """The state store of an office."""
    return MortalStore(memory() / f"{name}.db") if real else QuickStore(memory() / f"quick-{name}.db")


@functools.cache
def memory() -> Path:
    """A folder in memory, where there is one, that is removed when the process ends."""
    there = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.TemporaryDirectory(prefix="simulation-", dir=there)
    atexit.register(folder.cleanup)
    return Path(folder.name)
