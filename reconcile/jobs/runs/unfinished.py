"""Which run of an environment is unfinished, and what to do about it."""

from __future__ import annotations

from reconcile.domain.phrases import moment
from reconcile.domain.snapshot import Environment
from reconcile.errors import DecisionNeeded
from reconcile.store.run import Run
from reconcile.store.store import Store


def refuse_unfinished(store: Store, environment: Environment) -> None:
    """Raises DecisionNeeded while an unfinished run of the environment exists."""
    if reason := unfinished(store, environment):
        raise DecisionNeeded(reason)


def unfinished(store: Store, environment: Environment) -> str:
    """Which run of the environment is unfinished, and what to do about it; empty where there is none."""
    for run in store.runs(environment):
        if run.is_unfinished:
            by = _holding(store, environment, run)
            return (
                f"Run {run.run_id}, started {moment(run.started_at)} by {run.started_by}, is unfinished.{by} "
                f"Look: reconcile history {run.run_id}. Finish it: reconcile resume {run.run_id}. "
                f'Or set it aside: reconcile resume {run.run_id} --set-aside "the reason".'
            )
    return ""


def _holding(store: Store, environment: Environment, run: Run) -> str:
    """Who holds an unfinished run, or held it when its process died."""
    held = store.holder(environment)
    if held is None or held.run_id != run.run_id:
        return ""
    if store.is_gone(environment, held):
        return f" It was held by {held}, and that process is gone."
    return f" It is held by {held}."
