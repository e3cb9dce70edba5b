"""Journal entries, chained by hashes so that a later change or a removed entry shows.

Each run has a chain of its own. Every entry is also sealed with all other rows that decide something: see
`seals`.
"""

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
        """The entry of a row. Raises ValueError or TypeError where its body is no JSON object."""
        body = json.loads(row["body"])
        if not isinstance(body, dict):
            raise TypeError("the body of an entry is no JSON object")
        return cls(row["at"], row["operation_id"], row["kind"], body, row["hash"])


def chained(entry: Entry, number: int, previous: str) -> dict[str, str | int]:
    """The entry's columns. `previous` is the hash of the entry before it, the run's id for the first."""
    body = json.dumps(entry.body, sort_keys=True, ensure_ascii=False)
    return {
        "number": number,
        "at": entry.at,
        "operation_id": entry.operation_id,
        "kind": entry.kind,
        "body": body,
        "hash": entry_hash(previous, number, entry.at, entry.operation_id, entry.kind, body),
    }


def entry_hash(previous: str, number: int, at: str, operation_id: str, kind: str, body: str) -> str:
    """The hash of an entry; it covers the text of the body as it is stored."""
    parts = (previous, str(number), at, operation_id, kind, body)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
