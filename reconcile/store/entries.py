"""Journal entries, chained by hashes so that a later change or a removed entry shows.

Each run has a chain of its own. Every entry of every run is also sealed in one chain of seals, whose end
stands in the table `head`: so the end of a run, or a whole run, cannot be taken away unnoticed either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a run's journal.

    at: UTC, ISO 8601. operation_id: the operation, or empty for the run itself. kind: `begin`, `start` (also
    again after a stop), `intent`, `outcome` or `end`. body: what is said, as plain JSON values; never a key.
    """

    at: str
    operation_id: str
    kind: str
    body: JSON
    hash: str = ""

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> Entry:
        """The entry of a row of the table."""
        return cls(row["at"], row["operation_id"], row["kind"], json.loads(row["body"]), row["hash"])


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain over all runs. entry_number, entry_hash: the entry that it seals."""

    number: int
    run_id: str
    entry_number: int
    entry_hash: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain of seals: how many there are, and the hash of the last one."""

    seals: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the record is not what was written. entry: its number in the run, 0 for the run."""

    run_id: str
    entry: int
    what: str


def chained(entry: Entry, number: int, previous: str) -> dict[str, str | int]:
    """The entry's columns. `previous` is the hash of the entry before it, the run's id for the first."""
    body = json.dumps(entry.body, sort_keys=True, ensure_ascii=False)
    return {
        "number": number,
        "at": entry.at,
        "operation_id": entry.operation_id,
        "kind": entry.kind,
        "body": body,
        "hash": _hash(previous, str(number), entry.at, entry.operation_id, entry.kind, body),
    }


def sealed(head: Head, run_id: str, entry_number: int, entry_hash: str) -> Seal:
    """The next seal after the head."""
    number = head.seals + 1
    text = _hash(head.hash, str(number), run_id, str(entry_number), entry_hash)
    return Seal(number, run_id, entry_number, entry_hash, text)


def broken_at(run_id: str, entries: Iterable[Entry]) -> int | None:
    """The number of the first entry whose hash does not follow from those before it; None when all do."""
    previous = run_id
    for number, entry in enumerate(entries, start=1):
        if chained(entry, number, previous)["hash"] != entry.hash:
            return number
        previous = entry.hash
    return None


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
