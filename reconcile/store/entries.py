"""Journal entries, chained by hashes so that a later change or a removed entry shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a run's journal.

    at: UTC, ISO 8601. operation_id: the operation, or empty for the run itself. kind: `intent`, `outcome`,
    `start` or `end`. body: what is said, as plain JSON values; never a key.
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


def chained(entry: Entry, number: int, previous: str) -> dict[str, str | int]:
    """The entry's columns. `previous` is the hash of the entry before it, the run's id for the first."""
    body = json.dumps(entry.body, sort_keys=True, ensure_ascii=False)
    text = "\x1f".join((previous, str(number), entry.at, entry.operation_id, entry.kind, body))
    return {
        "number": number,
        "at": entry.at,
        "operation_id": entry.operation_id,
        "kind": entry.kind,
        "body": body,
        "hash": hashlib.sha256(text.encode()).hexdigest(),
    }


def broken_at(run_id: str, entries: tuple[Entry, ...]) -> int | None:
    """The number of the first entry whose hash does not follow from those before it; None when all do."""
    previous = run_id
    for number, entry in enumerate(entries, start=1):
        if chained(entry, number, previous)["hash"] != entry.hash:
            return number
        previous = entry.hash
    return None
