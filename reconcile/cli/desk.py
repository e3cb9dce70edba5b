"""`reconcile desk`: the same jobs as pages in a browser."""

from __future__ import annotations

import sys
import webbrowser
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import WRITING_SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_line
from reconcile.cli.whole_number import WholeNumber

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


@click.command("desk")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=WholeNumber(0, 65535), default=8480, show_default=True, help="Port; 0 picks one."
)
@click.option("--url", default="", help="The address that people type, where a proxy stands before it.")
@click.option("--person", default="", help="Whom of [people] the link signs in; you, by your user name.")
@click.option("--account", default="", metavar="NAME", help="Give NAME an account, and ask for its password.")
@click.option("--demo", is_flag=True, help="On the sample month, with three people to be; no account needed.")
@click.option("--open/--no-open", "opens", default=False, help="Open the page in your browser.")
@options(WRITING_SESSION)
def command(
    *, session: Session, host: str, port: int, url: str, person: str, account: str, demo: bool, opens: bool
) -> None:
    """Serve the desk: pages in the browser for the people who never see a terminal.

    Prints a link that signs you in, once. Ctrl-C ends it; what waits and what runs is kept.
    """
    from reconcile.errors import ConfigurationError

    if not all(map(find_spec, ("python_multipart", "argon2", "authlib", "requests"))):
        raise ConfigurationError('The desk needs more libraries: pip install "reconcile[desk]"')
    from reconcile.desk.opening import Opening, give_account, open_desk

    if account:
        give_account(session, account, _password())
        write_line(f"{account} signs in with this password from now on.")
        return

    def told(address: str) -> None:
        write_line(f"The desk is at {address}")
        sys.stdout.flush()
        if opens:
            webbrowser.open(address)

    opening = Opening(host, port, url, person, is_demo=demo)
    if not demo:
        open_desk(session, opening, told)
        return
    from reconcile.desk.demo_desk import demo_session

    with demo_session(session.caller) as sample:
        open_desk(sample, opening, told)


def _password() -> str:
    """A password that is typed twice and not shown, or the first line of a pipe; never an argument."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
