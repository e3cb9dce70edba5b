"""How far the operator lets a run go: until a time of day, or for a number of calls. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a run stands before the next payout.

    used: requests so far. writes: those of the next payout. looks: those of one read-back. done_at: when the
    next payout would be done.
    """

    used: int
    writes: int
    looks: int
    done_at: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """until: no payout is begun that would not be done by then. max_calls: requests, reads included."""

    until: datetime | None = None
    max_calls: int | None = None

    def reached(self, spent: Spent) -> str:
        """Why the next payout is not begun; empty when it may be."""
        if self.until and spent.done_at > self.until:
            return f"the next payout would not be done by {self.until:%H:%M} (--until)"
        needed = spent.used + spent.writes + spent.looks
        if self.max_calls is not None and needed > self.max_calls:
            return (
                f"the next payout takes {spent.writes} more calls and the read-back {spent.looks}, after "
                f"{spent.used} so far: more than --max-calls {self.max_calls}"
            )
        return ""
