"""`reconcile approve`: agree to a plan that somebody else prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.signing_options import SIGNING, answered_words
from reconcile.cli.text_out import write_line, write_lines

if TYPE_CHECKING:
    from reconcile.jobs.approvals.sign_statement import KeyChoice
    from reconcile.jobs.session import Session


@click.command("approve")
@click.argument("what", metavar="PLAN_PERIOD_OR_REQUEST")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options(SIGNING, SESSION)
def command(*, session: Session, what: str, yes: bool, key: KeyChoice) -> int:
    """Show a saved plan, a prepared close or a set of bills that somebody else asks for, and sign it.

    What is signed: the organisation, the plan with all that it relies on or the numbers of the close, the
    totals, the limits, closed periods and checks that are let pass, and until when. The plan can then be
    applied once, the period closed once, the set issued once. Exits with 1 while it waits for others.
    """
    from reconcile.errors import DecisionNeeded
    from reconcile.jobs.approvals import answer_request as answer
    from reconcile.jobs.approvals.find_request import asked_about

    session, asked = asked_about(session, what)
    write_lines(asked.as_text())
    if not yes and not session.caller.confirm("Do you approve it?"):
        raise DecisionNeeded("Nothing was signed: the answer was no. To say so: reconcile reject --reason.")
    found = answer.answer(session, asked, key)
    write_line()
    write_line(f"{found.said.name} approved {found.said.request}. {answered_words(found)}")
    return int(not found.found.is_approved)
