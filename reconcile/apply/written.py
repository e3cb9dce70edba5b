"""What a run wrote: each value with its record and cell, from what to what, by whom and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.apply.replay import replay
from reconcile.domain.fields import NEW_KINDS, PLACE_FIELDS, RecordKind
from reconcile.domain.money import plain
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.model import Action, Change, Operation, Plan, Target
from reconcile.plan.outcome import OperationOutcome
from reconcile.plan.reliance import relied_lines
from reconcile.store.entries import Entry
from reconcile.store.run import Run

_PLACING = (Action.DECLINE_LINE, Action.DETACH_LINE)


@dataclass(frozen=True, slots=True)
class Written:
    """One value that a run wrote, or tried to.

    record_id: the id in Introw, also of a line that the run made; empty where no line is known. field: as in
    `domain.fields`, `line` for a new one and `payout` for a new payout. currency: of an amount. at: UTC,
    ISO 8601. workbooks: the ids of those that asked for it. reason: why, as the person wrote it there.
    """

    run_id: str
    at: str
    who: str
    target: Target
    record_id: str
    field: str
    before: str | None
    after: str | None
    currency: str
    before_known: bool
    workbooks: tuple[str, ...]
    outcome: OperationOutcome
    reason: str = ""


def written(run: Run, entries: Iterable[Entry]) -> Iterator[Written]:
    """Every value of the operations of a run that have an outcome, in the order of the plan.

    Raises ConfigurationError for a run whose plan is of a version that cannot be read any more.
    """
    entries = tuple(entries)
    plan, outcomes = from_json(run.plan, run.run_id, OLDEST_PLAN), replay(entries).outcomes
    who = _who(run, entries)
    changes = _by_record(plan)
    for operation in plan.operations:
        outcome = outcomes.get(operation.id)
        if outcome is None:
            continue
        for change in _changes(operation, changes):
            yield Written(
                run_id=run.run_id,
                at=outcome.at or run.started_at,
                who=who.get(operation.id, run.started_by),
                target=change.target,
                record_id=_record(operation, change, outcome),
                field=change.field,
                before=change.before,
                after=change.after,
                currency=change.currency,
                before_known=change.before_known,
                workbooks=operation.workbooks,
                outcome=outcome,
                reason=change.reason or operation.reason,
            )


def _who(run: Run, entries: Iterable[Entry]) -> dict[str, str]:
    """By operation, the person whose process wrote its last entry: another one may resume a run."""
    found, who = {}, run.started_by
    for entry in entries:
        who = entry.body.get("by", who)
        found[entry.operation_id] = who
    return found


def _by_record(plan: Plan) -> dict[tuple[RecordKind, str], list[Change]]:
    found: dict[tuple[RecordKind, str], list[Change]] = {}
    for change in plan.changes:
        found.setdefault((change.target.kind, change.target.id), []).append(change)
    return found


def _changes(operation: Operation, changes: dict[tuple[RecordKind, str], list[Change]]) -> Iterator[Change]:
    """The values that an operation sets; of a new line its amount, of a new payout its period."""
    target, after = operation.target, operation.after
    if operation.action is Action.CREATE_LINE and after:
        yield Change(target, "line", None, plain(after.amount), after.currency)
        return
    if operation.action is Action.CREATE_PAYOUT:
        yield Change(target, "payout", None, operation.expected["period"])
        for line in relied_lines(operation.relies_on):
            yield from (one for one in changes.get((RecordKind.LINE, line), ()) if one.field == "action")
        return
    is_placing = operation.action in _PLACING
    for change in changes.get((target.kind, target.id), ()):
        if (change.field in PLACE_FIELDS) is is_placing:
            yield change


def _record(operation: Operation, change: Change, outcome: OperationOutcome) -> str:
    made = operation.action.creates and change.target.kind in NEW_KINDS
    return outcome.result_id if made else change.target.id
