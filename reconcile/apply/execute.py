"""One execution of a plan from beginning to end: may it start, run it, read back what it touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.apply.reread import reread
from reconcile.apply.runner import Runner
from reconcile.apply.verify import verify
from reconcile.domain.snapshot import Environment
from reconcile.errors import ApiError, DecisionNeeded, RunStopped
from reconcile.plan.codec import to_json
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Verification
from reconcile.store.run import Run
from reconcile.store.store import Store


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
            return RunStopped.exit_code
        settled = all(one.outcome.done and not one.moved for one in known)
        # A run that began was let pass by its gates.
        return int(self.plan.holds_back or not settled)


def refuse_unfinished(store: Store, environment: Environment) -> None:
    """Raises DecisionNeeded while an unfinished run of the environment exists."""
    for run in store.runs(environment):
        if run.is_unfinished:
            by = _holding(store, environment, run)
            raise DecisionNeeded(
                f"Run {run.run_id}, started {run.started_at[:16]} by {run.started_by}, is unfinished.{by} "
                f"Look: reconcile history {run.run_id}. Finish it: reconcile resume {run.run_id}. "
                f'Or set it aside: reconcile resume {run.run_id} --set-aside "the reason".'
            )


def _holding(store: Store, environment: Environment, run: Run) -> str:
    """Who holds an unfinished run, or held it when its process died."""
    held = store.holder(environment)
    if held is None or held.run_id != run.run_id:
        return ""
    if held.is_near and not store.is_held(environment):
        return f" It was held by {held}, and that process is gone."
    return f" It is held by {held}."


def new_run(plan: Plan, run_id: str, at: datetime, who: str) -> Run:
    """A run of a plan that is not on record yet."""
    return Run(
        run_id=run_id,
        environment=str(plan.environment),
        workbook_id=", ".join(dict.fromkeys(one.export.workbook_id for one in plan.workbooks)),
        started_at=at.isoformat(timespec="seconds"),
        ended_at=None,
        started_by=who,
        state="running",
        plan=to_json(plan),
    )


def execute(runner: Runner) -> Executed:
    """Runs what is still open of a run, reads back what it touched, and ends it.

    It ends as finished only when nothing is open and everything ties out; otherwise as stopped, so that
    `resume` settles the rest, or only reads back again.
    """
    plan, journal = runner.plan, runner.journal
    reason = runner.run()
    verification = _read_back(runner)
    if not reason:
        reason = _unsettled(runner, verification)
        journal.end("stopped" if reason else "finished", reason or "ties out")
    return Executed(journal.run.run_id, plan, runner.outcomes, verification, reason)


def _unsettled(runner: Runner, found: Verification) -> str:
    """Why a run that came to its end is not finished; empty when it is."""
    still_open = [key for key, one in runner.outcomes.items() if one.open]
    if still_open:
        return f"{len(still_open)} operations are open: {', '.join(still_open[:5])}"
    if found.unread:
        return f"what it did could not be read back: {found.unread}"
    if found.is_late:
        return (
            "payout amounts do not follow their lines after a wait of "
            f"{runner.conduct.settle_seconds:g} seconds (run.settle_seconds). "
            "If Introw is only late, resume reads them back again"
        )
    return "" if found.ties else "what it did does not tie out"


def _read_back(runner: Runner) -> Verification:
    """Compares what was touched with live; amounts of payouts may take a moment to follow their lines."""
    plan, outcomes, client = runner.plan, runner.outcomes, runner.client
    done = [one for one in plan.operations if one.id in outcomes and outcomes[one.id].outcome.done]
    waited, pause = 0.0, runner.settle_wait
    while True:
        try:
            live = reread(client, done, outcomes)
        except ApiError as error:
            return Verification((), (), unread=str(error))
        found = verify(plan, outcomes, live, runner.names, runner.amounts)
        if not found.is_late or waited >= runner.conduct.settle_seconds or runner.stop():
            return found
        client.clock.sleep(pause)
        waited, pause = waited + pause, pause * 2
