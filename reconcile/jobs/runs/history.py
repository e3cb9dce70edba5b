"""Reads the record of the runs, and checks whether it was changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from reconcile.apply.journal_view import COLUMNS, as_csv, facts, rows, words
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.store.audit import Break, Record, audit
from reconcile.store.entries import Entry
from reconcile.store.run import Run

_RUN_COLUMNS = ("run_id", "state", "started_at", "ended_at", "started_by", "environment", "workbook_id")


@dataclass(frozen=True)
class Journal:
    """The journal of one run."""

    run: Run
    record: Record

    def as_json(self) -> str:
        """The entries for a machine."""
        found = [{"number": number, **asdict(one)} for number, one in enumerate(self._entries, start=1)]
        return json.dumps(found, indent=2, ensure_ascii=False)

    def as_csv(self) -> str:
        """The entries for a spreadsheet program."""
        return as_csv(rows(self.run, self._entries), COLUMNS)

    def as_text(self) -> Iterator[str]:
        """The entries for people, a line each, after a line about the run."""
        run = self.run
        yield f"{run.run_id} {run.state}, workbook {run.workbook_id}, by {run.started_by}, {run.environment}"
        yield from map(words, rows(run, self._entries))

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return tuple(self.record.entries.get(self.run.run_id, ()))


@dataclass(frozen=True)
class History:
    """The record of the runs. breaks: where it is not what was written."""

    record: Record
    breaks: tuple[Break, ...]

    def journal(self, run_id: str) -> Journal:
        """The journal of a run. Raises ConfigurationError for one that is not there."""
        record = self.record
        run = next((run for run in record.runs if run.run_id == run_id), None)
        names = {run_id, json.dumps([run_id])}
        # A run that was removed from the list may still have left its entries.
        if run is None and run_id not in record.entries and all(one.key not in names for one in record.seals):
            raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
        if run is None:
            raise ConfigurationError(
                f"Run {run_id} was removed from the record. See: reconcile history --verify"
            )
        return Journal(run, record)

    def as_json(self) -> str:
        """The runs for a machine."""
        return json.dumps([facts(run) for run in self.record.runs], indent=2)

    def as_csv(self) -> str:
        """The runs for a spreadsheet program."""
        return as_csv([facts(run) for run in self.record.runs], _RUN_COLUMNS)

    def as_text(self) -> Iterator[str]:
        """The runs for people, a line each."""
        for run in self.record.runs:
            when = run.started_at[:16]
            yield f"{run.run_id}  {run.state:<9}  {when}  {run.started_by}  {run.environment}"
        if not self.record.runs:
            yield "There are no runs yet."

    def verdict(self) -> Iterator[str]:
        """Whether the record is what was written, with its seal, and what was adopted; a line each."""
        head = self.record.head
        counts = f"{len(self.record.runs)} runs, {head.seals} seals"
        if self.breaks:
            yield f"{counts}: {len(self.breaks)} places are not what was written."
        else:
            yield f"{counts}: nothing was changed. Seal {head.seals}: {head.hash or '-'}"
        yield from self.record.adopted


def history(session: Session) -> History:
    """The record of all runs, newest first, checked."""
    with session.store(create=False) as store:
        record = store.record()
    return History(record, audit(record))
