"""Options about a plan and its run: what is shown, agreed to and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import click

from reconcile.cli.common_options import PATH, REPORT
from reconcile.cli.options import Group
from reconcile.cli.whole_number import WholeNumber


@dataclass(frozen=True, slots=True)
class Showing:
    """How much of the report is shown. full: no list is folded; quiet: only the headline."""

    full: bool = False
    quiet: bool = False


SHOWING: Final = Group(
    "showing",
    Showing,
    (
        click.option("--full", is_flag=True, help="Show every line of long lists, and the requests."),
        click.option("--quiet", is_flag=True, help="Show the headline alone."),
    ),
)
CONSENT: Final = Group(
    "consent",
    "reconcile.jobs.runs.run_options:Consent",
    (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--allow", multiple=True, metavar="GATE", help="Let this gate pass; repeatable."),
        click.option(
            "--reopen", multiple=True, metavar="PERIOD", help="Change this closed period; repeatable."
        ),
        click.option("--reason", help="Why a closed period is changed."),
    ),
)
RUN: Final = Group(
    "run_options",
    "reconcile.jobs.runs.run_options:run_options",
    (
        click.option("--until", metavar="HH:MM", help="Begin no payout that would not be done by then."),
        click.option(
            "--max-calls",
            type=WholeNumber(1),
            help="Stop between payouts before so many API calls, reads included.",
        ),
        REPORT,
    ),
)
RUN_ID: Final = click.option(
    "--run-id",
    "new_run_id",
    default="",
    metavar="ID",
    help="The id of the new run, for who must know it before: run-...",
)
"""An option that RUN takes, too, for a command that begins a run."""
RUN_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print the run's result as JSON.")
RESULT: Final = (
    click.option(
        "--result",
        type=PATH,
        help="Write a copy of the workbook that says what became of each row; of several ones, "
        "into a folder.",
    ),
    click.option(
        "--workbook",
        "workbooks",
        multiple=True,
        type=PATH,
        help="The edited workbook of a run or a saved plan, for --result; repeatable.",
    ),
    click.option("--force", is_flag=True, help="Replace the result workbook if it is there already."),
)
"""Options that RUN takes, too."""
