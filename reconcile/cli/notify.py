"""`reconcile notify`: tell people something, or try whether they can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_lines
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


@click.command("notify")
@click.argument("text", required=False)
@click.option(
    "--news", is_flag=True, help="Tell what waits, ended, stopped or went stale since the last time."
)
@options(SESSION)
def command(*, session: Session, text: str | None, news: bool) -> int:
    """Tell everybody whose address the settings have ([notify]) a TEXT; without one, a message to try it.

    With --news, what the state store knows and nobody was told: plans that wait for an approval or were
    decided, runs that ended or stopped, closed months that went stale. No network but to the addresses.

    Exits with 1 when somebody could not be told.
    """
    from reconcile.jobs.notices import message, store_news

    if text and news:
        raise ConfigurationError("Give a TEXT or --news, not both.")
    problems = store_news.tell_news(session) if news else message.tell_text(session, text or message.TRIAL)
    write_lines(problems, err=True)
    return int(bool(problems))
