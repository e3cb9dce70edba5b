"""What earlier runs of a workbook did, from the state store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from reconcile.domain.fields import LINE_FIELDS, PAYOUT_FIELDS
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.settlement import Settlement, carried_out, workbooks_with_suggestions
from reconcile.domain.snapshot import Environment
from reconcile.errors import ConfigurationError
from reconcile.plan.made_before.likeness import Posted
from reconcile.plan.model import Action
from reconcile.plan.sources import Applied, OwnWork
from reconcile.store.evidence.payments_read import kept_answers
from reconcile.store.run import POSTED, Run
from reconcile.store.store import Store

if TYPE_CHECKING:
    from reconcile.apply.written import Written


def own_work(store: Store, workbook_id: str) -> OwnWork:
    """What its runs made, sent and declined, and the fields they set that live does not show."""
    made = {
        **store.effects(workbook_id, Action.CREATE_LINE),
        **store.effects(workbook_id, Action.CREATE_PAYOUT),
    }
    return OwnWork(
        # An empty id stands for a record that was asked for and not made.
        created={key: record for key, record in made.items() if record},
        posted={
            key: posted
            for key, text in store.effects(workbook_id, POSTED).items()
            if made.get(key) and (posted := Posted.from_json(text))
        },
        gone=frozenset(store.effects(workbook_id, Action.DECLINE_LINE)),
        sent={
            (record, field.name): text
            for field in (*PAYOUT_FIELDS, *LINE_FIELDS)
            for record, text in store.effects(workbook_id, f"set {field.name}").items()
        },
    )


def applied(store: Store, workbook_id: str) -> dict[tuple[str, str], Applied]:
    """What earlier runs of the workbook wrote, the last value of each field.

    A run whose plan is too old to be read is left out: its edits are in conflict without the reason.
    """
    runs = [run for run in store.runs() if workbook_id in run.workbook_id.split(", ")]
    return _applied(store, runs)


def stages_set(
    store: Store, environment: Environment, workbooks: Collection[str]
) -> frozenset[tuple[str, str, str]]:
    """Workbook, payout and stage of every stage that a run of one of these workbooks set."""
    found: set[tuple[str, str, str]] = set()
    for run in store.runs(environment) if workbooks else ():
        names = {*run.workbook_id.split(", ")} & {*workbooks}
        with suppress(ConfigurationError):
            for one in _written(store, run) if names else ():
                if one.field == "stage" and one.after and one.outcome.outcome.done:
                    found |= {(name, one.record_id, one.after) for name in names}
    return frozenset(found)


def known_settlements(
    store: Store, environment: Environment, policy: PaymentPolicy
) -> tuple[Settlement, ...]:
    """What `payments` recorded; of a suggestion the solution that a person chose, and none after a No."""
    settlements = store.settlements(environment)
    done = stages_set(store, environment, workbooks_with_suggestions(settlements))
    stages = {"paid": policy.paid_stage, "failed": policy.failed_stage}
    return carried_out(settlements, done, stages, kept_answers(store, environment))


def applied_since(store: Store, environment: Environment, at: str) -> dict[tuple[str, str], Applied]:
    """What the runs since a moment (UTC, ISO 8601) wrote, the last value of each field."""
    return _applied(store, [run for run in store.runs(environment) if run.started_at >= at])


def _applied(store: Store, runs: Sequence[Run]) -> dict[tuple[str, str], Applied]:
    found: dict[tuple[str, str], Applied] = {}
    for run in reversed(runs):
        with suppress(ConfigurationError):
            for one in _written(store, run):
                if one.outcome.outcome.done:
                    found[one.record_id, one.field] = Applied(one.after, one.run_id, one.at)
    return found


def _written(store: Store, run: Run) -> Iterator[Written]:
    """What a run wrote. Its plan is read only where there was one."""
    from reconcile.apply.written import written

    return written(run, store.entries(run.run_id))
