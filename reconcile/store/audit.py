"""Looks whether the record is what was once written, and names what is not. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reconcile.domain.money import is_digits
from reconcile.store.anchor import Anchor
from reconcile.store.entries import JSON, Entry, entry_hash
from reconcile.store.run import Run
from reconcile.store.seals import ADOPTED, SEALED, Head, RowFacts, Seal, Sealed, chained

_REMOVED = ""


@dataclass(frozen=True)
class Record:
    """Everything that is recorded, as it is read for the audit.

    rows: per table, in the order in which they stand. texts: the columns of each entry as stored, by run.
    entries: what of these can be read; a damaged body reads as an empty one. anchors: the ends of the chain
    that were noted beside the store.
    """

    runs: Sequence[Run]
    entries: Mapping[str, Sequence[Entry]]
    seals: Sequence[Seal]
    head: Head
    rows: Mapping[str, Sequence[RowFacts]]
    texts: Mapping[str, Sequence[Mapping[str, str]]]
    anchors: Sequence[Anchor] = ()

    @property
    def adopted(self) -> tuple[str, ...]:
        """What was sealed as it was found, when a store of an earlier version was taken over, in words."""
        return tuple(_adoption(seal) for seal in self.seals if seal.sealed == ADOPTED)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the record is not what was written.

    table, key: the row, the parts of its key with a slash between them. fields: the columns that differ, as
    far as that can be told.
    """

    table: str
    key: str
    what: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The place and what happened: `Table bills, B-1/pay_1: amount was changed`."""
        place = f"Table {self.table}, {self.key}" if self.key else f"Table {self.table}"
        return f"{place}: {self.what}."


def audit(record: Record) -> tuple[Break, ...]:
    """Every break in the record; none when nothing was changed, removed, added or put in another order."""
    found = [
        *_broken_seals(record),
        *_broken_anchors(record),
        *(one for sealed in SEALED.values() for one in _broken_rows(record, sealed)),
    ]
    named = {(one.table, one.key) for one in found}
    if record.adopted:
        # What an early version wrote is proved by the journals' own chains only.
        older = (*_broken_chains(record, named), *_broken_runs(record))
        found += [one for one in older if (one.table, one.key) not in named]
    return tuple(dict.fromkeys(found))


def breaks_in(record: Record, tables: Collection[str]) -> tuple[Break, ...]:
    """The breaks in some tables alone, whose seals and rows the record holds."""
    return tuple(one for name in tables for one in _broken_rows(record, SEALED[name]))


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
    head, wanted = Head(), record.head
    for seal in record.seals:
        if seal.number != head.seals + 1:
            yield Break(
                "seals", str(seal.number), f"{_some(head.seals + 1, seal.number - 1)} before it is gone"
            )
        elif chained(head, seal) != seal:
            yield Break(
                "seals", str(seal.number), "it was changed, or does not follow from the one before it"
            )
        head = Head(seal.number, seal.hash)
    if head.seals < wanted.seals:
        yield Break("seals", str(wanted.seals), f"{_some(head.seals + 1, wanted.seals)} is gone from the end")
    elif head != wanted:
        yield Break("head", "", "it does not name the last seal")


def _broken_anchors(record: Record) -> Iterator[Break]:
    hashes = {seal.number: seal.hash for seal in record.seals}
    for anchor in record.anchors:
        if hashes.get(anchor.seals) != anchor.hash and anchor.seals:
            yield Break(
                "seals",
                str(anchor.seals),
                f"the file {anchor.file} names it, and the store does not hold it: the end of the record was "
                "cut off, or an earlier copy of the store was put in its place (if you did, remove the file)",
            )


def _broken_rows(record: Record, sealed: Sealed) -> Iterator[Break]:
    """Compares the rows of a table with their seals, row by row."""
    seals: dict[str, list[Seal]] = {}
    for seal in record.seals:
        if seal.sealed == sealed.name:
            seals.setdefault(seal.row_key, []).append(seal)
    if not sealed.appended:
        seals = {key: history[-1:] for key, history in seals.items()}
    firsts: list[tuple[int, str]] = []
    for row in record.rows.get(sealed.name, ()):
        history = seals.get(row.key, [])
        if not history or history[-1].digest == _REMOVED:
            yield Break(
                sealed.name, _place(row.key), "it was added past this program, or its key was changed"
            )
            continue
        seal = _own_seal(history, row)
        history.remove(seal)
        firsts.append((seal.number, row.key))
        yield from _differences(sealed, row, seal)
    for key, history in seals.items():
        if any(seal.digest != _REMOVED for seal in history):
            yield Break(sealed.name, _place(key), "it was removed, or its key was changed")
    if sealed.appended:
        yield from _out_of_order(sealed, firsts)


def _own_seal(history: Sequence[Seal], row: RowFacts) -> Seal:
    """The seal of a row among those of its key: one that fits it, else the first."""
    return next((seal for seal in history if _fits(seal, row)), history[0])


def _fits(seal: Seal, row: RowFacts) -> bool:
    """Whether a row is the one that was sealed, by what was read of it."""
    if row.unread:
        return not row.changed(_marks(seal))
    return seal.digest == row.digest(_names(seal))


def _differences(sealed: Sealed, row: RowFacts, seal: Seal) -> Iterator[Break]:
    if seal.is_early or _fits(seal, row):
        return
    fields = row.changed(_marks(seal))
    was = "were" if len(fields) > 1 else "was"
    what = f"{' and '.join(fields)} {was} changed" if fields else "it was changed"
    yield Break(sealed.name, _place(row.key), what, fields)


def _out_of_order(sealed: Sealed, firsts: Sequence[tuple[int, str]]) -> Iterator[Break]:
    for (before, _), (number, key) in pairwise(firsts):
        if number < before:
            yield Break(sealed.name, _place(key), "it stands in another place than it was written in")


def _broken_chains(record: Record, named: Collection[tuple[str, str]]) -> Iterator[Break]:
    """Checks each journal's own chain, and the entries that a version before 8 sealed by their hash.

    named: the places that are known to be broken.
    """
    early = {(seal.key, seal.entry_number): seal.digest for seal in record.seals if seal.is_early}
    for run_id, rows in record.texts.items():
        previous, before = run_id, 0
        for row in rows:
            place, number = f"{run_id}/{row['number']}", _whole(row["number"])
            if number != before + 1:
                if ("entries", f"{run_id}/{before + 1}") not in named:
                    yield Break("entries", place, "the entry before it is gone")
            elif early.get((run_id, number), row["hash"]) != row["hash"]:
                yield Break("entries", place, "it is not the one that was sealed")
            elif _hash_of(previous, number, row) != row["hash"]:
                yield Break("entries", place, "it does not follow from the one before it")
            previous, before = row["hash"], number


def _hash_of(previous: str, number: int, row: Mapping[str, str]) -> str:
    return entry_hash(previous, number, row["at"], row["operation_id"], row["kind"], row["body"])


def _broken_runs(record: Record) -> Iterator[Break]:
    """Compares each run with its own journal, which said the same when it was written."""
    for run in record.runs:
        entries = record.entries.get(run.run_id, ())
        # A journal of version 2 or before begins with its start and says nothing of the run's own row.
        is_told = not entries or entries[0].kind != "start"
        if is_told and (not entries or entries[0].kind != "begin" or entries[0].body != facts_of(run)):
            yield Break("runs", run.run_id, "the run's own facts or its plan are not those of its journal")
        elif run.state != (said := _state(entries)):
            yield Break("runs", run.run_id, f"it says {run.state}, and its journal says {said}")


def _state(entries: Sequence[Entry]) -> str:
    """The state that a journal leaves its run in."""
    last = next((entry for entry in reversed(entries) if entry.kind in ("start", "end")), None)
    return str(last.body.get("state", "")) if last and last.kind == "end" else "running"


def _adoption(seal: Seal) -> str:
    version, at, entries = [*_parts(seal.key), "", "", ""][:3]
    return (
        f"Seal {seal.number}: the rows of a store of version {version}, {entries} journal entries without a "
        f"seal among them, were sealed as they were found at {at}."
    )


def _some(first: int, last: int) -> str:
    return f"seal {first}" if first == last else f"each of the seals {first} to {last}"


def _place(key: str) -> str:
    return "/".join(_parts(key))


def _parts(key: str) -> list[str]:
    try:
        parts = json.loads(key)
    except ValueError:
        return [key]
    return [str(part) for part in parts] if isinstance(parts, list) else [key]


def _names(seal: Seal) -> list[str]:
    return list(_marks(seal))


def _marks(seal: Seal) -> dict[str, str]:
    """The marks of a seal; none where somebody wrote something else there, which breaks its hash."""
    try:
        marks = json.loads(seal.marks)
    except ValueError:
        return {}
    return {str(name): str(mark) for name, mark in marks.items()} if isinstance(marks, dict) else {}


def _whole(text: str) -> int:
    return int(text) if is_digits(text) and len(text) < 10 else 0
