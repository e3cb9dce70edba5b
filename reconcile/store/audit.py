"""Looks whether the record of the runs is what was once written. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconcile.store.entries import JSON, Break, Entry, Head, Seal, broken_at, sealed
from reconcile.store.run import Run


@dataclass(frozen=True)
class Record:
    """Everything that is recorded of runs: the runs, their entries by run, the seals, and where they end."""

    runs: Sequence[Run]
    entries: Mapping[str, Sequence[Entry]]
    seals: Sequence[Seal]
    head: Head


def audit(record: Record) -> tuple[Break, ...]:
    """Every break in the record; none when nothing was changed, removed, added or put in another order."""
    found = [*_broken_seals(record), *_broken_entries(record), *_broken_runs(record)]
    return tuple(dict.fromkeys(found))


def facts_of(run: Run) -> JSON:
    """What the first entry of a run says of the run itself, so that the run's own row is under seal, too."""
    return {
        "environment": run.environment,
        "workbook_id": run.workbook_id,
        "started_at": run.started_at,
        "by": run.started_by,
        "plan": hashlib.sha256(run.plan.encode()).hexdigest(),
    }


def _broken_seals(record: Record) -> Iterator[Break]:
    head = Head()
    for seal in record.seals:
        if sealed(head, seal.run_id, seal.entry_number, seal.entry_hash) != seal:
            yield Break(
                seal.run_id, seal.entry_number, f"seal {seal.number} does not follow from those before it"
            )
            return
        head = Head(seal.number, seal.hash)
    if head != record.head:
        there, wanted = head.seals, record.head.seals
        yield Break(
            "", 0, f"{wanted} entries were sealed and {there} seals are there: the last ones are gone"
        )


def _broken_entries(record: Record) -> Iterator[Break]:
    there = {
        (run_id, number): entry.hash
        for run_id, entries in record.entries.items()
        for number, entry in enumerate(entries, start=1)
    }
    wanted = {(seal.run_id, seal.entry_number): seal.entry_hash for seal in record.seals}
    for run_id, entries in record.entries.items():
        if broken := broken_at(run_id, entries):
            yield Break(run_id, broken, "it does not follow from those before it")
    for run_id, number in sorted(wanted.keys() - there.keys()):
        yield Break(run_id, number, "it was removed")
    for key in sorted(there.keys() & wanted.keys()):
        if there[key] != wanted[key]:
            yield Break(*key, "it is not the one that was sealed")
    if there and not wanted:
        count = len(there)
        yield Break(
            "", 0, f"none of its {count} entries is sealed; so is a store that an early version wrote"
        )
        return
    for run_id, number in sorted(there.keys() - wanted.keys()):
        yield Break(run_id, number, "it was never sealed")


def _broken_runs(record: Record) -> Iterator[Break]:
    known = {run.run_id for run in record.runs}
    for run_id in dict.fromkeys(seal.run_id for seal in record.seals if seal.run_id not in known):
        yield Break(run_id, 0, "the whole run was removed")
    for run in record.runs:
        entries = record.entries.get(run.run_id, ())
        if not entries or entries[0].kind != "begin" or entries[0].body != facts_of(run):
            yield Break(run.run_id, 0, "the run's own facts or its plan were changed")
        elif run.state != _state(entries):
            yield Break(run.run_id, 0, f"it says {run.state}, and its journal says {_state(entries)}")


def _state(entries: Sequence[Entry]) -> str:
    """The state that a journal leaves its run in."""
    last = next(entry for entry in reversed(entries) if entry.kind in ("begin", "start", "end"))
    return str(last.body.get("state", "")) if last.kind == "end" else "running"
