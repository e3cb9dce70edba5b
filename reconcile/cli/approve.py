"""`reconcile approve`: agree to a plan that somebody else prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, SESSION
from reconcile.cli.options import options
from reconcile.cli.signing_options import SIGNING, answered_words
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.approvals.sign_statement import KeyChoice
    from reconcile.jobs.session import Session


@click.command("approve")
@click.argument("plan", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options(SIGNING, SESSION)
def command(*, session: Session, plan: Path, yes: bool, key: KeyChoice) -> int:
    """Show a saved plan that somebody asked an approval of, and sign it.

    What is signed: the organisation, the plan with all that it relies on, its totals, the limits and closed
    periods that it lets pass, and until when. The plan can then be applied once. Exits with 1 while it waits
    for others.
    """
    from reconcile.errors import DecisionNeeded
    from reconcile.jobs.approvals import answer_request as answer

    asked = answer.asked(session, plan)
    for line in asked.as_text():
        write_line(line)
    if not yes and not session.caller.confirm("Do you approve it?"):
        raise DecisionNeeded("Nothing was signed: the answer was no. To say so: reconcile reject --reason.")
    found = answer.answer(session, asked, key)
    write_line()
    write_line(f"{found.said.name} approved {found.said.request}. {answered_words(found)}")
    return int(not found.found.is_approved)
