"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_options(command: Command) -> Command:
    """Adds the options that say where settings, state and templates are."""
    folder = click.Path(path_type=Path)
    options = (
        click.option("--config", type=folder, help="The configuration file (RECONCILE_CONFIG)."),
        click.option("--profile", help="The profile in it: which organisation, with which key."),
        click.option("--state", type=folder, help="The state store (RECONCILE_STATE)."),
        click.option("--templates", type=folder, help="A folder with your own templates."),
    )
    for option in reversed(options):
        command = option(command)
    return command


locale_option = click.option(
    "--locale",
    help="How numbers and days in text cells are written, such as de or en-US (locale in [policy]).",
)


def report_option(command: Command) -> Command:
    """Adds the option that says which files the report is written to."""
    return click.option(
        "--report",
        "reports",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the report: .html, .md or .json (diff: or .xlsx, the review workbook); repeatable.",
    )(command)


@dataclass(frozen=True, slots=True)
class Showing:
    """How much of the report is shown. full: no list is folded; quiet: only the headline."""

    full: bool = False
    quiet: bool = False


def shown_options(command: Command) -> Command:
    """Adds the options that say how much of the report is shown; the command gets them as one `showing`."""

    @wraps(command)
    def shown(
        *,
        full: bool,
        quiet: bool,
        **others: Any,  # noqa: ANN401  the command's own options, passed on as they are
    ) -> Any:  # noqa: ANN401  whatever the command answers
        return command(showing=Showing(full, quiet), **others)

    added: Any = click.option("--quiet", is_flag=True, help="Show the headline alone.")(shown)
    full = click.option("--full", is_flag=True, help="Show every line of long lists, and the requests.")
    return cast("Command", full(added))
