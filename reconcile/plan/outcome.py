"""What became of a plan: the outcome of each operation, and the read-back of what was touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reconcile.plan.model import Operation


class Outcome(StrEnum):
    """What became of one operation."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already-applied"
    APPLIED_DIFFERENTLY = "applied-differently"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"

    @property
    def done(self) -> bool:
        """Whether the operation took effect, though the server may have made something else of it."""
        return self in (Outcome.APPLIED, Outcome.ALREADY_APPLIED, Outcome.APPLIED_DIFFERENTLY)


@dataclass(frozen=True, slots=True)
class Moved:
    """A value that moved after the plan was made: as it was planned with, as it was wanted, as it is live.

    wanted: None for a blank, and for a value that the operation would have left alone.
    """

    name: str
    planned: str | None
    wanted: str | None
    live: str | None


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """The outcome of one operation.

    message: the server's reason, or why it was skipped. result_id: the record it made or changed.
    open: a later `resume` tries it again. at: UTC, ISO 8601. status: the HTTP status of the answer, if one
    came; answer: its text without the key. moved: the values for which it was held back as stale.
    """

    operation_id: str
    outcome: Outcome
    message: str = ""
    result_id: str = ""
    open: bool = False
    at: str = ""
    status: int | None = None
    answer: str = ""
    moved: tuple[Moved, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the server said that it carried the call out, whatever live shows."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def was_refused(self) -> bool:
        """Whether the last answer refused this very call, and not the key, its scope, credits or rate."""
        status = self.status or 0
        return 400 <= status < 500 and status not in (401, 402, 403, 408, 429)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what the run should have left. record: a payout or line id."""

    operation_id: str
    record: str
    name: str
    wanted: str
    seen: str


@dataclass(frozen=True, slots=True)
class RunTotal:
    """The money of the touched lines per currency: before the run, as it should be now, and as it is."""

    currency: str
    before: Decimal
    wanted: Decimal
    seen: Decimal

    @property
    def residual(self) -> Decimal:
        """What does not tie: zero, or the run failed."""
        return self.seen - self.wanted


@dataclass(frozen=True, slots=True)
class StageTotal:
    """The finished payouts' amounts in one stage and currency: before, as they should be, as they are."""

    stage: str
    currency: str
    before: Decimal
    wanted: Decimal
    seen: Decimal

    @property
    def residual(self) -> Decimal:
        """What does not tie."""
        return self.seen - self.wanted


@dataclass(frozen=True, slots=True)
class Verification:
    """The read-back of a run. unread: why nothing could be read back; empty when it could."""

    differences: tuple[Difference, ...]
    totals: tuple[RunTotal, ...]
    stages: tuple[StageTotal, ...] = ()
    unread: str = ""

    @property
    def ties(self) -> bool:
        """Whether everything is as it should be, to the cent."""
        residuals = [one.residual for one in self.totals] + [one.residual for one in self.stages]
        return not self.unread and not self.differences and not any(residuals)

    @property
    def is_late(self) -> bool:
        """Whether only payout amounts are not as they should be: a server may compute them a little later."""
        return not self.unread and not self.ties and all(one.name == "total" for one in self.differences)


def record_of(operation: Operation, outcomes: Mapping[str, OperationOutcome]) -> str:
    """The id of the record that an operation touched; of a created one the one the server gave, if any."""
    if not operation.action.creates:
        return operation.target.id
    known = outcomes.get(operation.id)
    return known.result_id if known else ""
