"""Plans how to set back what a run changed, as a run of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reconcile.apply.replay import replay
from reconcile.atomic import write_text
from reconcile.domain.snapshot import Snapshot, together
from reconcile.errors import ConfigurationError
from reconcile.introw.client import Client
from reconcile.introw.fetch import fetch_live, read_again
from reconcile.jobs.evidence.keep import keep_inputs
from reconcile.jobs.evidence.made_of import MadeOf
from reconcile.jobs.plan import lengths_of
from reconcile.jobs.runs.start_run import Planned
from reconcile.jobs.session import Session
from reconcile.plan.build import Circumstances, build_plan
from reconcile.plan.codec import OLDEST_PLAN, from_json, to_json
from reconcile.plan.model import Action, Plan
from reconcile.plan.undo import Ended, undo_source
from reconcile.store.store import Store


@contextmanager
def planned_undo(session: Session, run_id: str) -> Iterator[Planned]:
    """The plan that undoes a run, ready to be started while the block lasts.

    Raises ConfigurationError for a run that is not there, is unfinished, or is of another environment.
    """
    with session.connected() as client, session.store() as store:
        plan, made_of = _plan(session, client, store, _ended(store, run_id))
        yield Planned(session, client, store, plan, made_of=made_of)


def save_undo(planned: Planned, file: Path) -> None:
    """Keeps the plan of an undo for `request` and `apply`, and what it was made of."""
    if planned.made_of:
        keep_inputs(planned.session, planned.store, planned.plan.fingerprint, planned.made_of)
    write_text(file, to_json(planned.plan), private=True)


def _ended(store: Store, run_id: str) -> Ended:
    run = store.run(run_id)
    if run is None:
        raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
    if run.is_unfinished:
        raise ConfigurationError(
            f"Run {run_id} is {run.state}. Finish it first, or set it aside: reconcile resume {run_id}."
        )
    outcomes = replay(store.entries(run_id)).outcomes
    return Ended(run_id, run.started_by, from_json(run.plan, run_id, OLDEST_PLAN), outcomes)


def _plan(session: Session, client: Client, store: Store, ended: Ended) -> tuple[Plan, MadeOf]:
    if ended.plan.environment != session.environment:
        raise ConfigurationError(
            f"{ended.run_id} is a run on {ended.plan.environment}, and this is {session.environment}."
        )
    exported = _exported(ended, store)
    before, began = client.status.requests, client.clock.monotonic()
    live = _live(session, client, ended, exported)
    given = Circumstances(
        made_at=session.clock(),
        made_by=session.user,
        lengths=lengths_of(client, before, began),
        rate=session.settings.profile.rate,
        conduct=session.settings.conduct,
        credits_left=client.status.credits_remaining,
        backwards=True,
    )
    plan = build_plan((undo_source(ended, exported, live),), live, session.settings.policy, given)
    return plan, MadeOf(live, given, undoes=ended.run_id)


def _exported(ended: Ended, store: Store) -> Snapshot:
    """What the run's workbooks were exported from; just the scope where this store did not see the export."""
    exports = [one.export for one in ended.plan.workbooks]
    kept = [store.baseline(one.workbook_id) for one in exports]
    return together(
        [
            snapshot or Snapshot(one.environment, one.scope, one.exported_at, {}, {}, {})
            for one, snapshot in zip(exports, kept, strict=True)
        ]
    )


def _live(session: Session, client: Client, ended: Ended, exported: Snapshot) -> Snapshot:
    """Live with what the run touched, wherever it is: its export may be in another state store."""
    left_out = session.settings.policy.left_out
    with session.caller.progress() as on_progress:
        live = fetch_live(client, session.environment, exported, session.clock(), left_out, on_progress)
    touched = {one.target.payout_id for one in ended.applied if one.target.payout_id}
    payouts = sorted(touched - live.payouts.keys())
    edited = [one.target for one in ended.applied if one.action is Action.UPDATE_LINE]
    homes = {one.id: one.payout_id for one in edited if one.id not in live.lines}
    # A stage that is set back rests on all lines of its payout.
    again = read_again(client, payouts, homes, payouts)
    on_payouts = {line.id: line for key in payouts for line in again.listed.get(key, ())}
    lines = on_payouts | {key: again.lines[key] for key in homes if key in again.lines}
    more = {key: again.payouts[key] for key in payouts if key in again.payouts}
    return replace(live, payouts={**live.payouts, **more}, lines={**live.lines, **lines})
