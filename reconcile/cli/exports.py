"""`reconcile exports`: the exported workbooks that are out, and those that are void."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_found, write_lines

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


@click.group("exports", invoke_without_command=True)
@click.option("--all", "whole", is_flag=True, help="Also those that were applied, replaced or withdrawn.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options(SESSION)
@click.pass_context
def command(context: click.Context, *, session: Session, whole: bool, as_json: bool) -> int:
    """List the exported workbooks that are out: since when, by whom, and whether they came back.

    \b
    Examples:
      reconcile exports
      reconcile exports withdraw march.xlsx --reason "the plan was wrong"
    """  # noqa: D301
    if context.invoked_subcommand:
        return 0
    from reconcile.jobs.exports.exports_out import exports

    return write_found(exports(session, whole=whole), as_json=as_json)


@command.command("withdraw")
@click.argument("names", nargs=-1, required=True, metavar="ID|FILE...")
@click.option("--reason", required=True, help="Why; whoever brings the workbook back is told it.")
@options(SESSION)
def withdraw(*, session: Session, names: tuple[str, ...], reason: str) -> None:
    """Make workbooks void: what comes back of them is refused, and nobody waits for them any more.

    Name a workbook by its id or its file, or a whole split by its id.
    """
    from reconcile.jobs.exports import withdraw as job

    write_lines(job.withdraw(session, names, reason).as_text())


@command.command("restore")
@click.argument("names", nargs=-1, required=True, metavar="ID|FILE...")
@click.option("--reason", required=True, help="Why.")
@options(SESSION)
def restore(*, session: Session, names: tuple[str, ...], reason: str) -> None:
    """Make withdrawn workbooks valid again."""
    from reconcile.jobs.exports import withdraw as job

    write_lines(job.restore(session, names, reason).as_text())
