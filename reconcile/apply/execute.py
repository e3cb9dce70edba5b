"""One execution of a plan from beginning to end: may it start, run it, read back what it touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reconcile.apply.differences import may_be_late, may_pass, name_differences
from reconcile.apply.executed import Executed
from reconcile.apply.reread import reread
from reconcile.apply.runner import Runner
from reconcile.apply.verify import verify
from reconcile.errors import ApiError
from reconcile.plan.codec import to_json
from reconcile.plan.model import Plan
from reconcile.plan.outcome import Verification
from reconcile.store.run import Run


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


def execute(runner: Runner, after: Callable[[Verification], None] | None = None) -> Executed:
    """Runs what is still open of a run, reads back what it touched, and ends it.

    after: is called once everything was read back, before the run ends.

    It ends as stopped where something is open or may only be late, so that `resume` settles the rest, or
    reads back again. What the server made something else of is named so, and ends the run.
    """
    plan, journal = runner.plan, runner.journal
    reason = runner.run()
    verification = _read_back(runner)
    if not reason:
        reason = _unsettled(runner, verification)
        ended = "stopped" if reason else "finished"
        if not reason:
            name_differences(runner.calls, plan, verification)
            if after:
                after(verification)
        how = reason or ("ties out" if verification.ties else "does not tie out")
        journal.end(ended, how, verification)
    return Executed(journal.run.run_id, plan, runner.outcomes, verification, reason)


def _unsettled(runner: Runner, found: Verification) -> str:
    """Why a run that came to its end is not finished, and what to do; empty when it is."""
    still_open = [one for one in runner.outcomes.values() if one.open]
    if still_open:
        first = still_open[0]
        which = ", ".join(one.operation_id for one in still_open[:5])
        are = "operation is" if len(still_open) == 1 else "operations are"
        return f"{len(still_open)} {are} open: {which}. {first.operation_id}: {first.message}"
    if found.unread:
        return f"what it did could not be read back: {found.unread}"
    # A resume that finds it again ends the run.
    if runner.wrote and may_be_late(runner.plan, runner.outcomes, found):
        return (
            "not everything that it did shows after a wait of "
            f"{runner.conduct.settle_seconds:g} seconds (run.settle_seconds). If Introw is only late, resume "
            "reads it back again later; what it finds then ends the run"
        )
    return ""


def _read_back(runner: Runner) -> Verification:
    """Compares what was touched with live, again and again while what differs may only be late."""
    plan, outcomes, client = runner.plan, runner.outcomes, runner.client
    done = [one for one in plan.operations if one.id in outcomes and outcomes[one.id].outcome.done]
    waited, pause = 0.0, runner.settle_wait
    while True:
        try:
            live = reread(client, done, outcomes)
        except ApiError as error:
            return Verification((), (), unread=str(error))
        found = verify(plan, outcomes, live, runner.names, runner.amounts)
        is_over = waited >= runner.conduct.settle_seconds or runner.stop()
        is_worth_it = may_be_late(plan, outcomes, found) or may_pass(found)
        if found.ties or is_over or not is_worth_it:
            return found
        client.clock.sleep(pause)
        waited, pause = waited + pause, pause * 2
