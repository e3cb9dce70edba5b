"""The part of the report that says what a run did: outcomes, differences, and the tie-out after it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request: `applied`, `already-applied`, `refused`, `unknown` or `skipped`."""

    operation: str
    action: str
    record: str
    outcome: str
    done: bool
    message: str
    at: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what the run should have left."""

    operation: str
    record: str
    name: str
    wanted: str
    seen: str


@dataclass(frozen=True, slots=True)
class RunTotal:
    """The money of the touched lines: before the run, as planned, live now. residual: zero, or it failed."""

    currency: str
    before: Decimal
    planned: Decimal
    live: Decimal
    residual: Decimal


@dataclass(frozen=True, slots=True)
class RunStage:
    """The finished payouts' money in one stage: before the run, as planned, live now."""

    stage: str
    currency: str
    before: Decimal
    planned: Decimal
    live: Decimal
    residual: Decimal


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did. stopped: why it ended early. ties: whether live is what the run should have left.

    unread: why what it did could not be read back; empty when it could.
    """

    run_id: str
    started_at: str
    started_by: str
    stopped: str
    not_tried: int
    outcomes: tuple[Outcome, ...]
    differences: tuple[Difference, ...]
    totals: tuple[RunTotal, ...]
    stages: tuple[RunStage, ...]
    unread: str
    ties: bool

    @property
    def complete(self) -> bool:
        """Whether everything that was planned is done."""
        return not self.not_tried and all(one.done for one in self.outcomes)
