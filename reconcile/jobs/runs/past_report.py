"""Makes the report of a past run again, from its plan and its journal in the state store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from reconcile.apply.replay import replay
from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.run_approval import approval_of_run
from reconcile.jobs.session import Session
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.outcome import Verification
from reconcile.report.build import report_on, run_of
from reconcile.report.model import Report
from reconcile.store.entries import Entry
from reconcile.store.run import Run


def past_report(session: Session, run_id: str | None) -> Report:
    """The report on a run and its plan; without an id, on the last run.

    Raises ConfigurationError for a run that is not there, or whose plan is too old to be read.
    """
    with session.store(create=False) as store:
        runs = store.runs()
        run = next((one for one in runs if run_id in (None, one.run_id)), None)
        if run is None:
            what = f"no run {run_id}" if run_id else "no run yet"
            raise ConfigurationError(f"There is {what}. List them with: reconcile history")
        entries = store.entries(run.run_id)
        approval = approval_of_run(store, run)
    return replace(report_of_run(run, entries), approval=approval)


def report_of_run(run: Run, entries: Sequence[Entry]) -> Report:
    """The report on a run, from its plan and its journal. Raises ConfigurationError for too old a plan."""
    plan = from_json(run.plan, run.run_id, OLDEST_PLAN)
    started = (run.run_id, run.started_at, run.started_by)
    found = run_of(
        plan, replay(entries).outcomes, _verification(run, entries), started, _stopped(run, entries)
    )
    return report_on(plan, found)


def _verification(run: Run, entries: Sequence[Entry]) -> Verification:
    """The read-back as the run recorded it; runs of an older version recorded only how it came out."""
    end = _end(entries)
    if end and "verification" in end.body:
        try:
            return TypeAdapter(Verification).validate_python(end.body["verification"])
        except ValidationError as error:
            raise ConfigurationError(
                f"The read-back of {run.run_id} in the record is damaged. See: reconcile history --verify"
            ) from error
    how = end.body.get("reason", "") if end else "it is not over"
    return Verification((), (), unread=f"the record does not keep its read-back ({how})")


def _stopped(run: Run, entries: Sequence[Entry]) -> str:
    end = _end(entries)
    return str(end.body.get("reason", "")) if end and run.state in ("stopped", "set aside") else ""


def _end(entries: Sequence[Entry]) -> Entry | None:
    return next((one for one in reversed(entries) if one.kind == "end"), None)
