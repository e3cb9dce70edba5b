"""Finishes an unfinished run, or sets it aside."""

from __future__ import annotations

from dataclasses import replace

from reconcile.apply.journal import Journal
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.runs.execute_run import RunResult, execute_run, holding
from reconcile.jobs.runs.hindrances import read_only
from reconcile.jobs.runs.result_workbooks import result_places
from reconcile.jobs.runs.run_options import RunOptions
from reconcile.jobs.session import Session
from reconcile.plan.codec import OLDEST_APPLIED, OLDEST_PLAN, from_json
from reconcile.store.run import Run
from reconcile.store.store import Store


def resume(session: Session, run_id: str, options: RunOptions, *, take_over: bool = False) -> RunResult:
    """Finishes a run: what is done stays, what is unknown is settled, the rest is applied.

    take_over: the process that holds the run, on another computer, is gone. Raises DecisionNeeded where the
    profile is read-only, and ConfigurationError for a
    run that is not there, is finished, or is of another environment.
    """
    if reason := read_only(session):
        raise DecisionNeeded(f"Nothing was written. {reason}")
    with session.store() as store:
        plan = from_json(_unfinished(store, run_id).plan, run_id, OLDEST_PLAN)
        if plan.version < OLDEST_APPLIED:
            raise DecisionNeeded(
                f"Run {run_id} was begun by an older reconcile, whose plan does not name all that it relies "
                f'on. Set it aside (reconcile resume {run_id} --set-aside "the reason"), then diff the '
                "workbook again: what is done already is found live."
            )
        places = result_places(session, plan, options.result, options.workbooks, force=options.force)
        with holding(session, store, plan.environment, run_id, take_over=take_over):
            # Once more: the process that held the lock may have finished the run meanwhile.
            run = _unfinished(store, run_id)
            with session.connected() as client:
                if plan.environment != session.environment:
                    raise ConfigurationError(
                        f"{run_id} is a run on {plan.environment}, and this is {session.environment}."
                    )
                result = execute_run(session, client, store, plan, run, options)
    return replace(result, places=places)


def set_aside(session: Session, run_id: str, reason: str, *, take_over: bool = False) -> None:
    """Ends a run without finishing it, and keeps its journal with the reason.

    Raises ConfigurationError for a run that is not there or is finished, and without a reason.
    """
    with session.store() as store:
        plan = from_json(_unfinished(store, run_id).plan, run_id, OLDEST_PLAN)
        with holding(session, store, plan.environment, run_id, take_over=take_over):
            run = _unfinished(store, run_id)
            if not reason.strip():
                raise ConfigurationError("--set-aside needs a reason.")
            Journal(store, run, session.clock, session.user).set_aside(plan.operations, reason)


def _unfinished(store: Store, run_id: str) -> Run:
    run = store.run(run_id)
    if run is None:
        raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
    if not run.is_unfinished:
        raise ConfigurationError(f"Run {run_id} is {run.state}; there is nothing to resume.")
    return run
