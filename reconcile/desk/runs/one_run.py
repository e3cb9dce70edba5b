"""One run of a plan: whoever asks for it again, in another tab or as another person, is led to the first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from reconcile.desk.family import Desk
from reconcile.desk.runs.run_orders import Agreed, new_run_id, start_apply
from reconcile.desk.runs.run_view import EXPECTED, RunView, look_at
from reconcile.desk.visitor import Visitor
from reconcile.jobs.desk.desk_store import DeskRow
from reconcile.jobs.desk.plan_to_run import PlanToRun
from reconcile.jobs.runs.run_of_plan import run_of_plan
from reconcile.jobs.runs.watch_run import RunWatch

_RUN_OF: Final = "run of plan"
_KEPT_SECONDS: Final = 60 * 86_400
_STARTING_SECONDS: Final = 60.0
"""How long a process may take until it is known here, or to the state store."""


def looks_at_run(desk: Desk, run_id: str) -> Callable[[], RunView]:
    """Looks at a run again and again, also at one that any desk is about to start."""
    watch = RunWatch(desk.session, desk.rows.store, run_id)

    def look() -> RunView:
        expected = desk.rows.get(EXPECTED, run_id)
        return look_at(watch, expected.owner if expected else "")

    return look


def run_of(desk: Desk, plan: PlanToRun) -> RunView | None:
    """The run of a plan that goes on, or that did something; None where there is none."""
    if found := run_of_plan(desk.session, desk.rows.store, plan.fingerprint, plan.made_at):
        return looks_at_run(desk, found)()
    row = desk.rows.get(_RUN_OF, plan.fingerprint)
    return _begun(desk, plan, row) if row else None


def start_once(
    desk: Desk, visitor: Visitor, plan: PlanToRun, workbooks: Mapping[str, bytes], agreed: Agreed
) -> str:
    """Starts to apply a plan, unless it was started; answers the id of its run."""
    run_id = new_run_id(desk.session)
    while (earlier := run_of(desk, plan)) is None:
        if _claimed(desk, visitor, plan, run_id):
            return _started(desk, visitor, plan, workbooks, agreed, run_id)
    return earlier.run_id


def _begun(desk: Desk, plan: PlanToRun, row: DeskRow) -> RunView | None:
    """The run that was claimed for a plan; None where it came to nothing, or was of an earlier plan."""
    run_id, at = json.loads(row.body)
    # A plan that was made since is another one, though it says the same.
    if datetime.fromisoformat(at) < plan.made_at:
        return None
    view = looks_at_run(desk, run_id)()
    return None if view.state == "not begun" else view


def _claimed(desk: Desk, visitor: Visitor, plan: PlanToRun, run_id: str) -> bool:
    """Whether this run is the one of the plan from now on. Of two at once, one is."""
    # Before the claim: who is led to this run finds that it is about to start.
    desk.rows.put(EXPECTED, run_id, visitor.name, b"", _STARTING_SECONDS)
    body = json.dumps((run_id, desk.session.clock().isoformat())).encode()
    there = desk.rows.claim(_RUN_OF, plan.fingerprint, visitor.name, body, _KEPT_SECONDS)
    if there is None:
        return True
    # The row that is looked at is the row that is replaced, or nothing is.
    if _begun(desk, plan, there) is None and desk.rows.change(there, body, _KEPT_SECONDS):
        return True
    desk.rows.remove(EXPECTED, run_id)
    return False


def _started(
    desk: Desk,
    visitor: Visitor,
    plan: PlanToRun,
    workbooks: Mapping[str, bytes],
    agreed: Agreed,
    run_id: str,
) -> str:
    try:
        return start_apply(desk.session, visitor.name, plan.text.encode(), workbooks, agreed, run_id)
    except BaseException:
        desk.rows.remove(EXPECTED, run_id)
        desk.rows.remove(_RUN_OF, plan.fingerprint)
        raise
