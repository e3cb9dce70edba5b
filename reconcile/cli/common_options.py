"""Options of many commands: settings, filters, the locale and the files of a report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconcile.cli.desk_user import for_desk_user
from reconcile.cli.options import Group, Option, PlainPath

if TYPE_CHECKING:
    from reconcile.jobs.session import Session

FILE: Final = PlainPath(path_type=Path, dir_okay=False)
FOLDER: Final = PlainPath(path_type=Path, file_okay=False)
PATH: Final = PlainPath(path_type=Path)


def _session(
    config: Path | None,
    profile: str | None,
    state: str | None,
    templates: Path | None,
    locale: str | None = None,
    *,
    new_store: bool = False,
    fresh: bool = False,
) -> Session:
    from reconcile.cli.console import Terminal
    from reconcile.config import Choices
    from reconcile.jobs.session import open_session

    opened = open_session(Choices(config, profile, state, templates, locale), Terminal())
    return replace(for_desk_user(opened), is_new_store=new_store, fresh=fresh)


def stage_option(words: str) -> Option:
    """The filter `--stage`, which each command explains in its own words."""
    return click.option("--stage", "stages", multiple=True, help=words)


LOCALE: Final = click.option(
    "--locale",
    help="How numbers and days in text cells are written, such as de or en-US (locale in [policy]).",
)
REPORT: Final = click.option(
    "--report",
    "reports",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Write the report: .html, .md or .json (diff: or .xlsx, the review workbook); repeatable.",
)
FILTERS: Final = Group(
    "filters",
    "reconcile.jobs.scope:Filters",
    (
        click.option(
            "--partner", "partners", multiple=True, help="Only this partner (id or exact name); repeatable."
        ),
        click.option(
            "--period",
            "periods",
            multiple=True,
            help="Only payouts ending in 2026-03, 2026-Q1 or two dates.",
        ),
        click.option("--batch", "batches", multiple=True, help="Only payouts of this batch; repeatable."),
    ),
)
SESSION: Final = Group(
    "session",
    _session,
    (
        click.option("--config", type=PATH, help="The configuration file (RECONCILE_CONFIG)."),
        click.option("--profile", help="The profile in it: which organisation, with which key."),
        click.option("--state", metavar="PATH|URL", help="The state store (RECONCILE_STATE)."),
        click.option("--templates", type=PATH, help="A folder with your own templates."),
    ),
)
WRITING_SESSION: Final = Group(
    "session",
    _session,
    (
        *SESSION.options,
        click.option(
            "--new-store",
            is_flag=True,
            help="This state store is the first one of the organisation; needed once.",
        ),
    ),
)
"""For what must not be done twice: SESSION, and a way to begin with an empty store."""
