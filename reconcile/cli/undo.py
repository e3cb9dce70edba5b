"""`reconcile undo`: what a run changed, back to what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import settings_options
from reconcile.cli.terminal import progress
from reconcile.errors import ConfigurationError
from reconcile.jobs.runs.start_run import begin_run, consent_options, nothing_to_do, run_options, show_plan
from reconcile.jobs.session import connected, now, opened_store, settings_of, whoami

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.domain.snapshot import Snapshot
    from reconcile.introw.client import Client
    from reconcile.jobs.runs.run import Shape
    from reconcile.jobs.runs.start_run import Consent
    from reconcile.plan.model import Plan
    from reconcile.plan.undo import Ended
    from reconcile.store.store import Store


@click.command("undo")
@click.argument("run_id")
@click.option("--dry-run", is_flag=True, help="Only show what would be undone.")
@consent_options
@run_options
@settings_options
def command(
    *,
    run_id: str,
    dry_run: bool,
    consent: Consent,
    shape: Shape,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Set what a run changed back to what was there before: a run of its own, shown and asked like `apply`.

    What moved since is held back. What the API cannot undo (a decline, a detach, a new line) is listed with
    what a person does in Introw instead.
    """
    from reconcile.apply.execute import refuse_unfinished

    # Gather.
    settings = settings_of(**common)
    with connected(settings) as client, opened_store(settings) as store:
        plan = _plan(_ended(store, run_id), settings, client, store)
        show_plan(plan, consent, shape, settings.templates)
        # Decide and act.
        if dry_run:
            return int(plan.needs_decision)
        refuse_unfinished(store, plan.environment)
        if not plan.operations:
            return nothing_to_do(plan, shape, "Nothing to undo.")
        return begin_run(plan, client, store, settings, consent, shape)


def _ended(store: Store, run_id: str) -> Ended:
    from reconcile.apply.replay import replay
    from reconcile.plan.codec import from_json
    from reconcile.plan.undo import Ended

    run = store.run(run_id)
    if run is None:
        raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
    if run.is_unfinished:
        raise ConfigurationError(
            f"Run {run_id} is {run.state}. Finish it first, or set it aside: reconcile resume {run_id}."
        )
    outcomes = replay(store.entries(run_id)).outcomes
    return Ended(run_id, run.started_by, from_json(run.plan, run_id), outcomes)


def _plan(ended: Ended, settings: Settings, client: Client, store: Store) -> Plan:
    from reconcile.domain.snapshot import Environment
    from reconcile.introw.fetch import fetch_live
    from reconcile.plan.build import Circumstances, build_plan
    from reconcile.plan.undo import undo_source

    environment = Environment(client.connection.origin, settings.profile_name)
    if ended.plan.environment != environment:
        raise ConfigurationError(
            f"{ended.run_id} is a run on {ended.plan.environment}, and this is {environment}."
        )
    exported, before = _exported(ended, store), client.status.requests
    with progress() as shown:
        voided = settings.policy.names.voided_statuses
        live = fetch_live(client, environment, exported, now(), voided, shown)
        live = _with_touched(ended, live, client)
    given = Circumstances(
        made_at=now(),
        made_by=whoami(),
        reads=client.status.requests - before,
        rate=settings.profile.rate,
        credits_left=client.status.credits_remaining,
        backwards=True,
    )
    return build_plan((undo_source(ended, exported, live),), live, settings.policy, given)


def _exported(ended: Ended, store: Store) -> Snapshot:
    """What the run's workbooks were exported from; just the scope where this store did not see the export."""
    from reconcile.domain.snapshot import Snapshot, together

    exports = [one.export for one in ended.plan.workbooks]
    kept = [store.baseline(one.workbook_id) for one in exports]
    return together(
        [
            snapshot or Snapshot(one.environment, one.scope, one.exported_at, {}, {}, {})
            for one, snapshot in zip(exports, kept, strict=True)
        ]
    )


def _with_touched(ended: Ended, live: Snapshot, client: Client) -> Snapshot:
    """Live with what the run touched, wherever it is: its export may be in another state store."""
    from dataclasses import replace

    from reconcile.introw.fetch import refetch
    from reconcile.plan.model import Action

    payouts = {one.target.payout_id for one in ended.applied if one.target.payout_id} - live.payouts.keys()
    edited = [one.target for one in ended.applied if one.action is Action.UPDATE_LINE]
    homes = {one.id: one.payout_id for one in edited if one.id not in live.lines}
    more, lines = refetch(client, payouts, homes, homes)
    return replace(live, payouts={**live.payouts, **more}, lines={**live.lines, **lines})
