"""`reconcile resume`: finish an unfinished run, or set it aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.choice_options import COMMENT
from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.plan_options import RESULT, RUN, RUN_JSON
from reconcile.cli.run_output import show_run
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from reconcile.jobs.runs.run_options import RunOptions
    from reconcile.jobs.session import Session


@click.command("resume")
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option(
    "--set-aside", metavar="REASON", help="Do not finish the run; keep its journal with this reason."
)
@click.option(
    "--take-over", is_flag=True, help="The process that holds the run, on another computer, is gone."
)
@options(RUN_JSON, RUN, *COMMENT, *RESULT, SESSION)
def command(
    *,
    session: Session,
    run_id: str | None,
    set_aside: str | None,
    take_over: bool,
    run_options: RunOptions,
    as_json: bool,
) -> int:
    """Finish an unfinished run: what is done stays, what is unknown is settled, the rest is applied.

    Without RUN it is the one that is unfinished.
    """
    from reconcile.jobs.runs import meant_run, resume

    run_id = run_id or meant_run.run_to_resume(session)
    if set_aside is not None:
        resume.set_aside(session, run_id, set_aside, take_over=take_over)
        write_line(f"Run {run_id} is set aside: {set_aside}")
        return 0
    result = resume.resume(session, run_id, run_options, take_over=take_over)
    return show_run(session, result, "Nothing to resume.", as_json=as_json, has_plan=False)
