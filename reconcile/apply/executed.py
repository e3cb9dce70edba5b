"""How a run ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.errors import RunStopped
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Verification


@dataclass(frozen=True)
class Executed:
    """How a run ended. stopped: why it ended early; empty when it did not."""

    run_id: str
    plan: Plan
    outcomes: Mapping[str, OperationOutcome]
    verification: Verification
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """4 when something is open, 1 when a person must decide or it does not tie, 0 otherwise."""
        known = self.outcomes.values()
        if self.stopped or any(one.open for one in known):
            return RunStopped.exit_code
        settled = all(one.outcome.done and not one.moved for one in known)
        # A run that began was let pass by its gates.
        return int(self.plan.holds_back or not settled or not self.verification.ties)
