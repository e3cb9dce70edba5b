"""Options that choose what a plan holds: which records it is about, and how conflicts are decided."""

from __future__ import annotations

from typing import Final

import click

from reconcile.cli.options import Group
from reconcile.cli.whole_number import WholeNumber

NARROW_TO: Final = Group(
    "narrow_to",
    "reconcile.jobs.narrow_to:NarrowTo",
    (
        click.option(
            "--only",
            multiple=True,
            metavar="RECORD",
            help="Only the edits of this payout, line or partner (id, or a partner's name); repeatable.",
        ),
        click.option("--first", type=WholeNumber(1), help="Only the first payouts that would change."),
    ),
)
PREFERENCE: Final = Group(
    "preference",
    "reconcile.jobs.preference:preference_of",
    (
        click.option(
            "--prefer",
            type=click.Choice(["mine", "live"]),
            help="Decide conflicts: keep the workbook's value or take the live one. Needs a filter.",
        ),
        click.option("--payout", "payouts", multiple=True, help="With --prefer: this payout and its lines."),
        click.option("--line", "lines", multiple=True, help="With --prefer: this commission line."),
        click.option(
            "--field", "fields", multiple=True, help="With --prefer: this field, as its column says."
        ),
    ),
)

COMMENT: Final = (
    click.option(
        "--comment",
        is_flag=True,
        help="Leave the Reason of each stage edit as an internal comment; Introw notifies people.",
    ),
    click.option(
        "--comment-text", default="", metavar="TEXT", help="Leave this text as the comment instead."
    ),
)
"""Options that RUN takes, too, for a command that moves payouts."""
FRESH: Final = click.option(
    "--fresh",
    is_flag=True,
    help="Read all of live anew, also where live_minutes lets an earlier reading serve.",
)
"""An option that the sessions take, too, for a command that makes a plan."""
