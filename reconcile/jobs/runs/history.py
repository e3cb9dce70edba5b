"""Reads the record of the runs, and checks whether it was changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconcile.apply.journal_view import COLUMNS, as_csv, facts, rows, words
from reconcile.domain.phrases import counted, did_you_mean, moment
from reconcile.domain.unseen import visible
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.store.audit import Break, Record, audit
from reconcile.store.entries import Entry
from reconcile.store.run import Run

if TYPE_CHECKING:
    from reconcile.jobs.approvals.verify_signatures import SignatureVerdict
    from reconcile.jobs.runs.record_events import Event
    from reconcile.jobs.runs.record_life import Life
    from reconcile.jobs.runs.run_summary import RunSummary
    from reconcile.store.store import Store

_RUN_COLUMNS = (
    "run_id",
    "state",
    "started_at",
    "ended_at",
    "started_by",
    "environment",
    "workbook_id",
    "files",
    "counts",
    "moved",
)


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
    """The record of the runs. breaks: where it is not what was written.

    events: what else happened to the payout or line that is named. signatures: checked with the whole record.
    """

    record: Record
    breaks: tuple[Break, ...]
    events: tuple[Event, ...] = ()
    signatures: SignatureVerdict | None = None

    def shown(self, name: str | None) -> History | Journal | Life:
        """All runs; with a name, the journal of that run or the life of that payout or line.

        Raises ConfigurationError where nothing of the record has that id.
        """
        if name is None:
            return self
        if _is_run(self.record, name):
            return self.journal(name)
        from reconcile.jobs.runs.record_life import life_of

        return life_of(self.record, name, self.events) or self.journal(name)

    def journal(self, run_id: str) -> Journal:
        """The journal of a run. Raises ConfigurationError for one that is not there."""
        record = self.record
        run = next((run for run in record.runs if run.run_id == run_id), None)
        names = {run_id, json.dumps([run_id])}
        # A run that was removed from the list may still have left its entries.
        if run is None and run_id not in record.entries and all(one.key not in names for one in record.seals):
            hint = did_you_mean(run_id, (one.run_id for one in record.runs))
            raise ConfigurationError(
                f"There is no run {run_id}, and nothing on record names a payout, line or payment "
                f"of that id. List the runs with: reconcile history.{hint}"
            )
        if run is None:
            raise ConfigurationError(
                f"Run {run_id} was removed from the record. See: reconcile history --verify"
            )
        return Journal(run, record)

    def as_json(self) -> str:
        """The runs for a machine."""
        return json.dumps(self._rows, indent=2, ensure_ascii=False)

    def as_csv(self) -> str:
        """The runs for a spreadsheet program."""
        return as_csv(self._rows, _RUN_COLUMNS)

    def as_text(self) -> Iterator[str]:
        """The runs for people, a line each."""
        for run in self.record.runs:
            when, about = moment(run.started_at), self._summary(run)
            what = ", ".join(part for part in (about.counts, about.moved) if part)
            line = f"{run.run_id}  {run.state:<9}  {when}  {run.started_by}  {about.files}: {what}"
            yield visible(f"{line}  {run.environment}")
        if not self.record.runs:
            yield "There are no runs yet."

    @property
    def _rows(self) -> list[dict[str, Any]]:
        return [facts(run) | self._summary(run).as_values() for run in self.record.runs]

    @cached_property
    def summaries(self) -> tuple[tuple[Run, RunSummary], ...]:
        """The runs with what each was about, newest first."""
        return tuple((run, self._summary(run)) for run in self.record.runs)

    def _summary(self, run: Run) -> RunSummary:
        from reconcile.jobs.runs.run_summary import summary_of

        return summary_of(run, self.record.entries.get(run.run_id, ()))

    def verdict(self) -> Iterator[str]:
        """Whether the record is what was written, with its seal, and what was adopted; a line each."""
        head = self.record.head
        counts = f"{counted(len(self.record.runs), 'run')}, {counted(head.seals, 'seal')}"
        if self.breaks:
            places = counted(len(self.breaks), "place is", "places are")
            yield f"{counts}: {places} not what was written."
        else:
            yield f"{counts}: nothing was changed. Seal {head.seals}: {head.hash or '-'}"
        yield from self.record.adopted
        if self.signatures:
            yield from self.signatures.as_text()

    @property
    def problems(self) -> tuple[str, ...]:
        """Where the record is not what was written, which signatures do not hold, what lacks an approval."""
        broken = self.signatures.problems if self.signatures else ()
        return (*map(str, self.breaks), *broken)


def history(session: Session, name: str | None = None, *, whole: bool = False) -> History:
    """The record of all runs, newest first, checked.

    name: the run, payout or line to show. whole: with the months that were exported and closed.
    """
    with session.store(create=False) as store:
        record = store.record(whole=whole)
        events = () if name is None or _is_run(record, name) else _events(session, store, name)
    return History(record, audit(record), events, _signatures(session) if whole else None)


def with_events(session: Session, found: History, name: str) -> History:
    """The same record, with what else happened to a payout, line or payment."""
    if _is_run(found.record, name):
        return found
    with session.store(create=False) as store:
        return replace(found, events=_events(session, store, name))


def _events(session: Session, store: Store, name: str) -> tuple[Event, ...]:
    from reconcile.jobs.runs.record_events import events_of

    return events_of(store, session.environment, name)


def _signatures(session: Session) -> SignatureVerdict:
    from reconcile.jobs.approvals.verify_signatures import verify_signatures

    return verify_signatures(session)


def _is_run(record: Record, name: str) -> bool:
    return any(run.run_id == name for run in record.runs)
