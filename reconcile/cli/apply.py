"""`reconcile apply`: edited workbooks, or a saved plan, to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.choice_options import COMMENT, FRESH, NARROW_TO, PREFERENCE
from reconcile.cli.common_options import LOCALE, PATH, WRITING_SESSION
from reconcile.cli.options import options
from reconcile.cli.plan_options import CONSENT, RESULT, RUN, RUN_ID, RUN_JSON, SHOWING
from reconcile.cli.run_output import show_plan, show_run

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.cli.plan_options import Showing
    from reconcile.domain.decision import Preference
    from reconcile.jobs.narrow_to import NarrowTo
    from reconcile.jobs.runs.run_options import Consent, RunOptions
    from reconcile.jobs.session import Session


@click.command("apply")
@click.argument("files", nargs=-1, required=True, type=PATH)
@options(
    CONSENT,
    SHOWING,
    RUN_JSON,
    RUN,
    RUN_ID,
    NARROW_TO,
    PREFERENCE,
    *COMMENT,
    *RESULT,
    FRESH,
    LOCALE,
    WRITING_SESSION,
)
def command(
    *,
    session: Session,
    files: tuple[Path, ...],
    consent: Consent,
    run_options: RunOptions,
    showing: Showing,
    narrow_to: NarrowTo,
    preference: Preference | None,
    as_json: bool,
) -> int:
    """Apply edited workbooks, or a plan saved by `diff --save`.

    Shows the report as `diff` does, asks, and writes through a journal. Where a diff showed it before, only
    the headline and what is new since then is shown; --full shows all. Exits with 1 when a person must
    decide something, and with 4 when the run stopped part-way or does not tie out.
    """
    from reconcile.jobs.runs import apply
    from reconcile.jobs.shown_reports import news_since, note_shown

    with apply.planned(session, files, preference, narrow_to) as planned:
        report = planned.report(consent)
        news = news_since(session, report)
        show_plan(session, report, showing, run_options.reports, as_json=as_json, news=news)
        note_shown(session, report)
        result = planned.start(consent, run_options)
    return show_run(session, result, "Nothing to apply.", as_json=as_json)
