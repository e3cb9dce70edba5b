"""One execution of a plan from beginning to end: may it start, run it, read back what it touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.apply.journal import Journal
from reconcile.apply.reread import reread
from reconcile.apply.runner import Runner
from reconcile.apply.verify import verify
from reconcile.domain.policy import Names
from reconcile.domain.snapshot import Environment
from reconcile.errors import DecisionNeeded
from reconcile.introw.client import Client
from reconcile.plan.codec import to_json
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Verification
from reconcile.store.run import Run
from reconcile.store.store import Store

_READS_BACK = 3
"""How often is read back while payout amounts have not followed their lines yet."""


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
        """4 when something is open or does not tie, 1 when a person must decide, 0 otherwise."""
        known = self.outcomes.values()
        if self.stopped or not self.verification.ties or any(one.open for one in known):
            return 4
        return int(self.plan.needs_decision or not all(one.outcome.done for one in known))


def refuse_unfinished(store: Store, environment: Environment) -> None:
    """Raises DecisionNeeded while an unfinished run of the environment exists."""
    for run in store.runs(environment):
        if run.is_unfinished:
            held = store.holder(environment)
            by = f" It is held by {held}." if held and held.run_id == run.run_id else ""
            raise DecisionNeeded(
                f"Run {run.run_id}, started {run.started_at[:16]} by {run.started_by}, is unfinished.{by} "
                f"Look: reconcile history {run.run_id}. Finish it: reconcile resume {run.run_id}. "
                f'Or set it aside: reconcile resume {run.run_id} --set-aside "the reason".'
            )


def begin(store: Store, plan: Plan, run_id: str, at: datetime, who: str) -> Run:
    """Starts the record of a new run, under the lock of its environment.

    Raises DecisionNeeded when another one began since the plan was looked at.
    """
    refuse_unfinished(store, plan.environment)
    run = Run(
        run_id=run_id,
        environment=str(plan.environment),
        workbook_id=", ".join(dict.fromkeys(one.export.workbook_id for one in plan.workbooks)),
        started_at=at.isoformat(timespec="seconds"),
        ended_at=None,
        started_by=who,
        state="running",
        plan=to_json(plan),
    )
    store.start_run(run)
    return run


def execute(
    plan: Plan,
    client: Client,
    journal: Journal,
    names: Names,
    settle_wait: float,
    stop: Callable[[], bool],
    on_outcome: Callable[[OperationOutcome], None],
) -> Executed:
    """Runs what is still open of a run, and verifies it. The last four arguments are those of `Runner`."""
    runner = Runner(plan, client, journal, names, stop, on_outcome, settle_wait)
    reason = runner.run()
    verification = _read_back(plan, runner.outcomes, client, names)
    if not reason:
        is_open = any(one.open for one in runner.outcomes.values())
        words = "ties out" if verification.ties else "does not tie out"
        journal.end("stopped" if is_open else "finished", words)
    return Executed(journal.run.run_id, plan, runner.outcomes, verification, reason)


def _read_back(
    plan: Plan, outcomes: Mapping[str, OperationOutcome], client: Client, names: Names
) -> Verification:
    """Compares what was touched with live; amounts of payouts may take a moment to follow their lines."""
    done = [one for one in plan.operations if one.id in outcomes and outcomes[one.id].outcome.done]
    for attempt in range(_READS_BACK):
        if attempt:
            client.clock.sleep(1)
        found = verify(plan, outcomes, reread(client, done, outcomes), names)
        if found.ties:
            break
    return found
