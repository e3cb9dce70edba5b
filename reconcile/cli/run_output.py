"""Shows a plan before its run, and how the run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.cli.console import console
from reconcile.cli.text_out import write_data, write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.cli.plan_options import Showing
    from reconcile.jobs.runs.execute_run import RunResult
    from reconcile.jobs.session import Session
    from reconcile.report.model import Report
    from reconcile.report.news import News


def show_plan(
    session: Session,
    report: Report,
    showing: Showing,
    reports: tuple[Path, ...],
    *,
    as_json: bool,
    news: News | None = None,
) -> None:
    """The same report as `diff`, on stderr beside a result in JSON. reports: files it is written to, too.

    news: what is new since it was shown before; then the rest is shown with --full only.
    """
    from reconcile.report.files import write_reports
    from reconcile.report.terminal import render, render_news

    screen = console(stderr=as_json)
    if news and not (showing.full or showing.quiet):
        render_news(report, news, screen)
    else:
        render(report, screen, full=showing.full, quiet=showing.quiet)
    write_reports(report, reports, session.settings.templates)


def show_run(
    session: Session, result: RunResult, nothing: str, *, as_json: bool, has_plan: bool = True
) -> int:
    """How a run ended; answers the exit code. nothing: what to say where there was nothing to write.

    has_plan: the plan was shown before, and with it what waits for a decision.
    """
    from reconcile.report.run import render_held, render_run

    if as_json:
        write_data(result.as_json())
    elif result.report is None:
        write_line()
        write_line(nothing)
    else:
        render_run(result.report, console())
        if not has_plan:
            render_held(result.report, console())
        write_line(f"Run {result.run_id}")
    if result.stopped:
        reason = result.stopped.rstrip(".")
        resume = f"reconcile resume {result.run_id}"
        write_line(f"Stopped: {reason}. Finish it with: {resume}", err=True)
        write_line(f'Or end it as it is: {resume} --set-aside "the reason"', err=True)
    return _write_results(session, result) or result.exit_code


def _write_results(session: Session, result: RunResult) -> int:
    """Writes the result workbooks; answers 0, or the exit code of the last error after a run."""
    code = 0
    for one in result.write_results(session):
        if one.error is None:
            write_line(f"Result: {one.target}", err=True)
        else:
            write_line(f"The run is recorded, but its result is not written: {one.error}", err=True)
            code = one.error.exit_code
    return code if result.report else 0
