"""`reconcile reject`: say no to a plan that somebody else prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.signing_options import SIGNING
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from reconcile.jobs.approvals.sign_statement import KeyChoice
    from reconcile.jobs.session import Session


@click.command("reject")
@click.argument("what", metavar="PLAN_PERIOD_OR_REQUEST")
@click.option("--reason", required=True, help="Why; whoever asked reads it.")
@options(SIGNING, SESSION)
def command(*, session: Session, what: str, reason: str, key: KeyChoice) -> int:
    """Reject a saved plan or a prepared close: it is not applied or closed unless it is asked for again."""
    from reconcile.errors import ConfigurationError
    from reconcile.jobs.approvals import answer_request as answer
    from reconcile.jobs.approvals.find_request import asked_about

    if not reason.strip():
        raise ConfigurationError("--reason must say why.")
    session, asked = asked_about(session, what)
    found = answer.answer(session, asked, key, reason)
    write_line(f"{found.said.name} rejected {found.said.request}: {reason}")
    return 0
