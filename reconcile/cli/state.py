"""`reconcile state`: where the state is kept, and moving it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_found, write_line, write_lines

if TYPE_CHECKING:
    from reconcile.jobs.session import Session
    from reconcile.jobs.state.move_state import Moved


@click.group("state", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options(SESSION)
@click.pass_context
def command(context: click.Context, *, session: Session, as_json: bool) -> int:
    """Show where the state is kept, its version and size, and who holds what.

    The state is a file of this computer, or a PostgreSQL database that a team shares.
    """
    if context.invoked_subcommand:
        return 0
    from reconcile.jobs.state.shown_state import shown_state

    return write_found(shown_state(session), as_json=as_json)


@command.command("migrate")
@options(SESSION)
def migrate(*, session: Session) -> int:
    """Make the store in an empty database, or bring an older one to this version."""
    from reconcile.jobs.state import move_state

    write_line(move_state.migrate(session))
    return 0


@command.command("copy")
@click.option("--to", required=True, metavar="PATH|URL", help="A new file, or an empty database.")
@options(SESSION)
def copy(*, session: Session, to: str) -> int:
    """Copy the state into another place, and prove that the copy is the same.

    Afterwards point `state` in the profile there. The old one stays as it is; put it away.
    """
    from reconcile.jobs.state import move_state

    return _told(move_state.copy(session, to))


@command.command("backup")
@click.option("-o", "--output", required=True, type=FILE, help="The file to write.")
@options(SESSION)
def backup(*, session: Session, output: Path) -> int:
    """Copy the state into a file, wherever it is kept, and prove that the copy is the same."""
    from reconcile.jobs.state import move_state

    return _told(move_state.backup(session, output))


@command.command("verify")
@options(SESSION)
def verify(*, session: Session) -> int:
    """Say whether the record was changed after it was written, and print its seal. Exits with 1 if so."""
    from reconcile.jobs.runs import history

    record = history.history(session, whole=True)
    write_lines(record.verdict())
    write_lines(record.problems, err=True)
    return 1 if record.problems else 0


def _told(moved: Moved) -> int:
    write_lines(moved.lines)
    return int(moved.has_breaks)
