"""`reconcile diff`: what edited workbooks would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import Showing, locale_option, report_option, settings_options, shown_options
from reconcile.cli.terminal import console
from reconcile.errors import ConfigurationError
from reconcile.jobs.preference import preference_options
from reconcile.jobs.saved_plans import is_saved_plan, show_saved
from reconcile.jobs.session import opened_store, reading, settings_of

if TYPE_CHECKING:
    from reconcile.domain.decision import Preference


@click.command("diff")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the plan for `apply`.")
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    help="Write the workbook again, marked, with the conflicts to decide; a folder for several.",
)
@report_option
@shown_options
@click.option("--exit-code", is_flag=True, help="Exit with 5 when changes are pending.")
@preference_options
@locale_option
@settings_options
def command(
    *,
    files: tuple[Path, ...],
    as_json: bool,
    save: Path | None,
    review: Path | None,
    reports: tuple[Path, ...],
    showing: Showing,
    preference: Preference | None,
    exit_code: bool,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Show what edited workbooks would change: a dry run with a client that cannot write.

    Several workbooks make one plan, even of different exports: each is compared with its own. A plan that
    --save kept is shown again, with what moved since.

    Exits with 1 when a person must decide something: errors, conflicts, gates.
    """
    from reconcile.atomic import write_text
    from reconcile.jobs.plan import plan_for
    from reconcile.jobs.review_workbooks import refuse_review, review_among, write_reviews
    from reconcile.plan.codec import to_json
    from reconcile.report.build import report_on
    from reconcile.report.codec import to_json as report_json
    from reconcile.report.files import check_names, write_reports
    from reconcile.report.terminal import render

    # Gather.
    settings = settings_of(**common)
    review, reports = review_among(review, reports)
    check_names(reports)
    if any(is_saved_plan(file) for file in files):
        if len(files) > 1 or save or reports or review or preference:
            raise ConfigurationError(
                "A saved plan is shown alone, without --save, --report, --review or --prefer."
            )
        return show_saved(files[0], settings, as_json=as_json, full=showing.full)
    if review:
        refuse_review(review, files)
    with reading(settings) as reader, opened_store(settings, create=False) as store:
        plan, readings, _ = plan_for(files, settings, reader, store, preference)
    # Decide.
    shown = report_on(plan)
    # Act.
    if save:
        write_text(save, to_json(plan), private=True)
    write_reports(shown, reports, settings.templates)
    for path in write_reviews(review, files, readings, plan, settings) if review else ():
        click.echo(f"Review workbook: {path}", err=True)
    if as_json:
        click.echo(report_json(shown), nl=False)
    else:
        render(shown, console(), full=showing.full, quiet=showing.quiet)
    if plan.needs_decision:
        return 1
    return 5 if exit_code and plan.operations else 0
