"""What a run was about, in one line: its files, how many operations became what, and the money that moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reconcile.apply.replay import replay
from reconcile.domain.money import totals
from reconcile.errors import ConfigurationError
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.report.words import signed
from reconcile.store.entries import Entry
from reconcile.store.run import Run


@dataclass(frozen=True, slots=True)
class RunSummary:
    """files: of its workbooks. outcomes: how many operations became what. sums: how the lines' money changed.

    advice: what stands in the place of both where its plan cannot be read any more.
    """

    files: str
    outcomes: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    advice: str = ""

    def as_values(self) -> dict[str, str]:
        """The texts, for a file or a machine."""
        return {"files": self.files, "counts": self.counts, "moved": self.moved}

    @property
    def counts(self) -> str:
        """`3 applied, 1 refused`."""
        words = [f"{count:,} {name}" for name, count in self.outcomes.items()]
        return self.advice or ", ".join(words) or "nothing"

    @property
    def moved(self) -> str:
        """`-308.00 USD, +12.00 EUR`."""
        return ", ".join(f"{signed(amount, currency)} {currency}" for currency, amount in self.sums.items())


def summary_of(run: Run, entries: Sequence[Entry]) -> RunSummary:
    """The summary of a run; one whose plan cannot be read any more has its workbook ids for files."""
    try:
        plan, outcomes = from_json(run.plan, run.run_id, OLDEST_PLAN), replay(entries).outcomes
    except (ConfigurationError, ValueError, TypeError, KeyError, ArithmeticError):
        advice = f"its plan is of an older version; what it did: reconcile history {run.run_id}"
        return RunSummary(run.workbook_id, advice=advice)
    found = Counter(one.outcome.value for one in outcomes.values())
    open_ = len(plan.operations) - len(outcomes)
    counts = dict(sorted(found.items())) | ({"not tried": open_} if open_ else {})
    return RunSummary(plan.files, counts, _sums(plan, outcomes))


def _sums(plan: Plan, outcomes: dict[str, OperationOutcome]) -> dict[str, Decimal]:
    """What this run did to the lines, per currency; a detach moves no money."""
    did = {key for key, one in outcomes.items() if one.outcome.done}
    did -= {key for key, one in outcomes.items() if one.outcome is Outcome.ALREADY_APPLIED}
    edits = [(one.before and -one.before, one.after) for one in plan.operations if one.id in did]
    sums = totals(money for sides in edits for money in sides if money)
    return {currency: amount for currency, amount in sums.items() if amount}
