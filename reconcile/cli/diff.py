"""`reconcile diff`: what edited workbooks would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.choice_options import FRESH, NARROW_TO, PREFERENCE
from reconcile.cli.common_options import FILE, LOCALE, PATH, REPORT, SESSION
from reconcile.cli.console import console
from reconcile.cli.options import options
from reconcile.cli.plan_options import SHOWING
from reconcile.cli.text_out import write_data, write_line, write_lines

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.cli.plan_options import Showing
    from reconcile.domain.decision import Preference
    from reconcile.jobs.narrow_to import NarrowTo
    from reconcile.jobs.session import Session
    from reconcile.report.model import Report


@click.command("diff")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--save", type=FILE, help="Keep the plan for `apply`.")
@click.option(
    "--review",
    type=PATH,
    help="Write the workbook again, marked, with the conflicts to decide; a folder for several.",
)
@options(
    REPORT,
    SHOWING,
    click.option("--exit-code", is_flag=True, help="Exit with 5 when changes are pending."),
    NARROW_TO,
    PREFERENCE,
    FRESH,
    LOCALE,
    SESSION,
)
def command(  # noqa: PLR0913  one argument per option
    *,
    session: Session,
    files: tuple[Path, ...],
    as_json: bool,
    save: Path | None,
    review: Path | None,
    reports: tuple[Path, ...],
    showing: Showing,
    narrow_to: NarrowTo,
    preference: Preference | None,
    exit_code: bool,
) -> int:
    """Show what edited workbooks would change: a dry run with a client that cannot write.

    Several workbooks make one plan, even of different exports: each is compared with its own. A plan that
    --save kept is shown again, with what moved since.

    Exits with 1 when a person must decide something: errors, conflicts, gates.
    """
    from reconcile.jobs import diff
    from reconcile.jobs.shown_reports import note_shown

    request = diff.DiffRequest(files, preference, save, review, reports, narrow_to)
    saved = diff.saved_plan_of(request)
    if saved:
        return _show_saved(session, saved, as_json=as_json, showing=showing)
    compared = diff.diff(session, request)
    _show(compared.report, as_json=as_json, showing=showing)
    note_shown(session, compared.report)
    write_lines(diff.written(request, compared), err=True)
    if compared.needs_decision:
        return 1
    return 5 if exit_code and compared.plan.operations else 0


def _show(report: Report, *, as_json: bool, showing: Showing) -> None:
    if as_json:
        from reconcile.report.codec import to_json

        write_data(to_json(report))
    else:
        from reconcile.report.terminal import render

        render(report, console(), full=showing.full, quiet=showing.quiet)


def _show_saved(session: Session, file: Path, *, as_json: bool, showing: Showing) -> int:
    """A saved plan that may be used, and then what moved since: it is shown whatever the API says."""
    from reconcile.jobs import diff, saved_plans
    from reconcile.report.build import report_on

    plan = saved_plans.read_usable(session, file)
    if not as_json:
        _show(report_on(plan), as_json=False, showing=showing)
    compared = diff.again(session, plan, file.name)
    if as_json:
        _show(compared.report, as_json=True, showing=showing)
    else:
        write_lines(saved_plans.stale_text(compared.report.stale))
        for reason in compared.report.stops:
            write_line(f"STOPPED {reason}")
    return int(compared.needs_decision)
