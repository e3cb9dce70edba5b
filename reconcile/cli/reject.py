"""`reconcile reject`: say no to a plan that somebody else prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, SESSION
from reconcile.cli.options import options
from reconcile.cli.signing_options import SIGNING
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.approvals.sign_statement import KeyChoice
    from reconcile.jobs.session import Session


@click.command("reject")
@click.argument("plan", type=FILE)
@click.option("--reason", required=True, help="Why; whoever asked reads it.")
@options(SIGNING, SESSION)
def command(*, session: Session, plan: Path, reason: str, key: KeyChoice) -> int:
    """Reject a saved plan that somebody asked an approval of: it is not applied unless it is asked again."""
    from reconcile.errors import ConfigurationError
    from reconcile.jobs.approvals import answer_request as answer

    if not reason.strip():
        raise ConfigurationError("--reason must say why.")
    found = answer.answer(session, answer.asked(session, plan), key, reason)
    write_line(f"{found.said.name} rejected {found.said.request}: {reason}")
    return 0
