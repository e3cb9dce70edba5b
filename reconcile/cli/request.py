"""`reconcile request`: ask for the approval of a saved plan."""

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


@click.command("request")
@click.argument("plan", type=FILE)
@click.option("--allow", multiple=True, metavar="GATE", help="A limit that is to be let pass; repeatable.")
@click.option("--reopen", multiple=True, metavar="PERIOD", help="A closed period to change; repeatable.")
@options(SIGNING, SESSION)
def command(
    *, session: Session, plan: Path, allow: tuple[str, ...], reopen: tuple[str, ...], key: KeyChoice
) -> int:
    """Ask for the approval of a plan that `diff --save` or `undo --save` wrote, or of looser rules (`rules`).

    You sign that you prepared it, with the key that [people] has of you, and cannot approve it yourself.
    """
    from reconcile.jobs.approvals import answer_request as answer
    from reconcile.jobs.approvals import rules_on_record as rules

    if str(plan) == rules.RULES:
        found = rules.request_rules(session, key)
    else:
        found = answer.request(session, plan, key, allow, reopen)
    write_line(f"{found.said.request}: asked by {found.said.name}. {answered_words(found)}")
    return 0
