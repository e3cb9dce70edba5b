"""What became of one worksheet row in a run, as the person who edited it reads it."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.fields import RecordKind


@dataclass(frozen=True, slots=True)
class RowResult:
    """The result of one row.

    row: its number in the worksheet. outcome: one of the words of `plan.outcome.Outcome`. message: why, for
    what was not applied. new_id: the id of a line that was made. at: UTC, ISO 8601; empty where nothing was
    tried.
    """

    kind: RecordKind
    row: int
    outcome: str
    message: str = ""
    new_id: str = ""
    at: str = ""
