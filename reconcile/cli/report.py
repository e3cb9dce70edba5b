"""`reconcile report`: the report of a past run again, from the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import REPORT, SESSION
from reconcile.cli.console import console
from reconcile.cli.options import options
from reconcile.cli.plan_options import SHOWING
from reconcile.cli.text_out import write_data, write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.cli.plan_options import Showing
    from reconcile.jobs.session import Session


@click.command("report")
@click.argument("run_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@options(REPORT, SHOWING, SESSION)
def command(
    *, session: Session, run_id: str | None, as_json: bool, reports: tuple[Path, ...], showing: Showing
) -> int:
    """Show the report of a past run again, or write it to files; of the last run without an id.

    It is made from the record alone: nothing is asked of the API, so it shows what was known at the end of
    the run.
    """
    from reconcile.jobs.runs.past_report import past_report
    from reconcile.report.codec import to_json
    from reconcile.report.files import check_names, write_reports
    from reconcile.report.run import render_run
    from reconcile.report.terminal import render

    check_names(reports)
    report = past_report(session, run_id)
    write_reports(report, reports, session.settings.templates)
    if as_json:
        write_data(to_json(report))
    elif not reports:
        render(report, console(), full=showing.full, quiet=showing.quiet)
        render_run(report, console())
    for path in reports:
        write_line(f"Report: {path}", err=True)
    return 0
