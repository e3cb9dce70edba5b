"""How far a run is, payout by payout: from its plan and its journal alone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reconcile.apply.replay import Progress, replay
from reconcile.plan.model import Operation, Plan
from reconcile.plan.outcome import Outcome
from reconcile.store.entries import Entry
from reconcile.store.run import Run

POOL = ""
"""Stands for the payout of lines in the pending pool."""


@dataclass(frozen=True, slots=True)
class PayoutProgress:
    """One payout of a run.

    operations: how many there are. done, held, refused, unknown: what became of them; held ones were not
    sent, since something that they rely on moved. message: the first reason of one that is not done.
    is_in_flight: a call on it has begun, and its answer is not on record.
    """

    payout_id: str
    partner: str
    operations: int
    done: int = 0
    held: int = 0
    refused: int = 0
    unknown: int = 0
    message: str = ""
    is_in_flight: bool = False

    @property
    def waiting(self) -> int:
        """How many have not had their turn."""
        return self.operations - self.done - self.held - self.refused - self.unknown

    @property
    def state(self) -> str:
        """In one word: `working`, `unknown`, `refused`, `held`, `done`, `begun` or `waiting`."""
        if self.is_in_flight:
            return "working"
        for name in ("unknown", "refused", "held"):
            if getattr(self, name):
                return name
        if not self.waiting:
            return "done"
        return "begun" if self.done else "waiting"


@dataclass(frozen=True)
class RunProgress:
    """How far a run is.

    state: as `Run`. by: who began it. reason: why it stopped, or how it came out. payouts: in the order of
    the run. entries: how long its journal is. seconds_left: of a run that goes on; None where it cannot be
    told yet.
    """

    run_id: str
    state: str
    by: str
    reason: str
    payouts: tuple[PayoutProgress, ...]
    entries: int
    seconds_left: int | None = None

    def count(self, name: str) -> int:
        """How many operations are `done`, `held`, `refused`, `unknown`, `waiting`; `operations`: all."""
        return sum(getattr(one, name) for one in self.payouts)

    @property
    def is_over(self) -> bool:
        """Whether its process has ended it; a stopped one can be resumed."""
        return self.state != "running"

    @property
    def is_reading_back(self) -> bool:
        """Whether everything had its turn, and what was written is compared with live."""
        return not self.is_over and self.entries > 1 and not self.count("waiting")


def progress_of(run: Run, plan: Plan, entries: Sequence[Entry], now: datetime) -> RunProgress:
    """How far a run is. now: for the seconds that it still takes."""
    found = replay(entries)
    groups: dict[str, list[Operation]] = {}
    for one in plan.operations:
        groups.setdefault(one.target.payout_id or POOL, []).append(one)
    payouts = tuple(_payout(key, group, found) for key, group in groups.items())
    reason = next((str(one.body.get("reason") or "") for one in reversed(entries) if one.kind == "end"), "")
    is_running = run.state == "running"
    return RunProgress(
        run_id=run.run_id,
        state=run.state,
        by=run.started_by,
        reason="" if is_running else reason,
        payouts=payouts,
        entries=len(entries),
        seconds_left=_seconds_left(plan, found, entries, now) if is_running else None,
    )


def _payout(payout_id: str, group: Sequence[Operation], found: Progress) -> PayoutProgress:
    known = [found.outcomes[one.id] for one in group if one.id in found.outcomes]
    counts = Counter(_kind(one.outcome) for one in known)
    messages = (one.message for one in known if not one.outcome.done and one.message)
    return PayoutProgress(
        payout_id=payout_id,
        partner=group[0].target.partner_name,
        operations=len(group),
        message=next(messages, ""),
        is_in_flight=any(one.id in found.pending and one.id not in found.outcomes for one in group),
        **counts,
    )


def _kind(outcome: Outcome) -> str:
    if outcome.done:
        return "done"
    return {Outcome.REFUSED: "refused", Outcome.UNKNOWN: "unknown"}.get(outcome, "held")


def _seconds_left(plan: Plan, found: Progress, entries: Sequence[Entry], now: datetime) -> int | None:
    """By the pace since the run began, or began again; before its first outcome, by the plan."""
    open_ = sum(one.id not in found.outcomes or found.outcomes[one.id].open for one in plan.operations)
    starts = [number for number, one in enumerate(entries) if one.kind == "start"]
    if not plan.operations or not starts:
        return None
    since = entries[starts[-1] :]
    had_turn = len({one.operation_id for one in since if one.kind == "outcome"})
    if not had_turn:
        return round(plan.cost.seconds * open_ / len(plan.operations))
    spent = (now - datetime.fromisoformat(since[0].at)).total_seconds()
    return max(round(spent / had_turn * open_), 0)
