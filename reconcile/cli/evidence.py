"""`reconcile evidence`: the evidence of a run or a closed period, as a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, SESSION
from reconcile.cli.options import options
from reconcile.cli.stamp_options import UNSTAMPED
from reconcile.cli.text_out import write_lines

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.session import Session


@click.command("evidence")
@click.argument("name", metavar="RUN|PERIOD")
@click.option("-o", "--output", type=FILE, required=True, metavar="FILE.zip", help="The pack to write.")
@click.option(
    "--file",
    "files",
    type=FILE,
    multiple=True,
    help="A workbook of which the store has only the hash, to be put into the pack; repeatable.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@UNSTAMPED
@options(SESSION)
def command(
    *,
    session: Session,
    name: str,
    output: Path,
    files: tuple[Path, ...],
    force: bool,
    unstamped: bool,
) -> int:
    """Write the evidence of a run or a closed period: everything that an auditor needs, in one file.

    Plan, workbooks, report, journal and read-back, or the pack of a close and what it was made of; and for
    each a proof that the record holds it. Anyone can check the pack alone: reconcile verify, or verify.py in
    it. It holds no key and no full bank account number.

    \b
    Examples:
      reconcile evidence run-20260405-093012-1f2e3d -o march.zip
      reconcile evidence 2026-03 -o close-march.zip
    """  # noqa: D301
    from reconcile.jobs.evidence.make import make_pack

    write_lines(make_pack(session, name, output, files, force=force, unstamped=unstamped).lines)
    return 0
