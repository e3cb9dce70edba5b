"""Which run is meant where nobody names one: the one that is unfinished, or the last one."""

from __future__ import annotations

from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.undo import is_undo
from reconcile.store.run import Run


def run_to_resume(session: Session) -> str:
    """The id of the unfinished run. Raises ConfigurationError where there is none, or more than one."""
    unfinished = [one for one in _runs(session) if one.is_unfinished]
    if not unfinished:
        raise ConfigurationError(f"There is no unfinished run on {session.environment}: nothing to resume.")
    if len(unfinished) > 1:
        names = ", ".join(one.run_id for one in unfinished)
        raise ConfigurationError(f"There is more than one unfinished run ({names}): name the one you mean.")
    return _told(session, unfinished[0], "is unfinished")


def run_to_undo(session: Session) -> str:
    """The id of the last run. Raises ConfigurationError where there is none, or where it is an undo."""
    runs = _runs(session)
    if not runs:
        raise ConfigurationError(f"There is no run on {session.environment}: nothing to undo.")
    last = runs[0]
    if is_undo(from_json(last.plan, last.run_id, OLDEST_PLAN)):
        raise ConfigurationError(
            f"The last run, {last.run_id}, is itself an undo: name the run you mean. "
            "List them with: reconcile history"
        )
    return _told(session, last, "is the last one")


def _runs(session: Session) -> tuple[Run, ...]:
    with session.store(create=False) as store:
        return store.runs(session.environment)


def _told(session: Session, run: Run, why: str) -> str:
    session.caller.say(f"Run {run.run_id}, which {why}.")
    return run.run_id
