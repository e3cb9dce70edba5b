"""`reconcile undo`: what a run changed, back to what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, SESSION
from reconcile.cli.options import options
from reconcile.cli.plan_options import CONSENT, RUN, RUN_ID, RUN_JSON, SHOWING
from reconcile.cli.run_output import show_plan, show_run
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.cli.plan_options import Showing
    from reconcile.jobs.runs.run_options import Consent, RunOptions
    from reconcile.jobs.session import Session


@click.command("undo")
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--dry-run", is_flag=True, help="Only show what would be undone.")
@click.option("--save", type=FILE, help="Undo nothing; keep the plan for `request` and `apply`.")
@options(CONSENT, SHOWING, RUN_JSON, RUN, RUN_ID, SESSION)
def command(
    *,
    session: Session,
    run_id: str | None,
    dry_run: bool,
    save: Path | None,
    consent: Consent,
    run_options: RunOptions,
    showing: Showing,
    as_json: bool,
) -> int:
    """Set what a run changed back to what was there before: a run of its own, shown and asked like `apply`.

    Without RUN it is the last one, unless that is an undo itself. What moved since is held back. What the API
    cannot undo (a decline, a detach, a new line) is listed with what a person does in Introw instead.
    """
    from reconcile.jobs.runs import meant_run, undo

    run_id = run_id or meant_run.run_to_undo(session)
    with undo.planned_undo(session, run_id) as planned:
        report = planned.report(consent)
        show_plan(session, report, showing, run_options.reports, as_json=as_json)
        if save:
            undo.save_undo(planned, save)
            write_line(f"Plan: {save}. Next: reconcile request {save}, or reconcile apply {save}.", err=True)
        if dry_run or save:
            return int(planned.plan.needs_decision or bool(report.stops))
        result = planned.start(consent, run_options)
    return show_run(session, result, "Nothing to undo.", as_json=as_json)
