"""What a run was about, in one line: its files, how many operations became what, and the money that moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.apply.replay import replay
from reconcile.domain.money import Money
from reconcile.errors import ConfigurationError
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Outcome
from reconcile.report.words import signed
from reconcile.store.entries import Entry
from reconcile.store.run import Run


@dataclass(frozen=True, slots=True)
class RunSummary:
    """files: of its workbooks. counts: operations by outcome. moved: how the money of lines changed."""

    files: str
    counts: str
    moved: str


def summary_of(run: Run, entries: Sequence[Entry]) -> RunSummary:
    """The summary of a run; one whose plan cannot be read any more has its workbook ids for files."""
    try:
        plan, outcomes = from_json(run.plan, run.run_id, OLDEST_PLAN), replay(entries).outcomes
    except (ConfigurationError, ValueError, TypeError, KeyError, ArithmeticError):
        advice = f"its plan is of an older version; what it did: reconcile history {run.run_id}"
        return RunSummary(run.workbook_id, advice, "")
    found = Counter(one.outcome.value for one in outcomes.values())
    open_ = len(plan.operations) - len(outcomes)
    words = [f"{count:,} {name}" for name, count in sorted(found.items())]
    words += [f"{open_:,} not tried"] if open_ else []
    return RunSummary(plan.files, ", ".join(words) or "nothing", _moved(plan, outcomes))


def _moved(plan: Plan, outcomes: dict[str, OperationOutcome]) -> str:
    """`-308.00 USD, +12.00 EUR`: what this run did to the lines, per currency; a detach moves no money."""
    sums: dict[str, Decimal] = {}
    for one in plan.operations:
        known = outcomes.get(one.id)
        if known and known.outcome.done and known.outcome is not Outcome.ALREADY_APPLIED:
            for money, sign in ((one.before, -1), (one.after, 1)):
                _add(sums, money, sign)
    moved = {currency: amount for currency, amount in sorted(sums.items()) if amount}
    return ", ".join(f"{signed(amount, currency)} {currency}" for currency, amount in moved.items())


def _add(sums: dict[str, Decimal], money: Money | None, sign: int) -> None:
    if money:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + sign * money.amount
