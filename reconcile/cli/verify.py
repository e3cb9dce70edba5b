"""`reconcile verify`: checks an evidence pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from pathlib import Path


@click.command("verify")
@click.argument("pack", type=FILE)
@click.option("--head", default="", metavar="NUMBER:HASH", help="An end of the record that you have.")
def command(*, pack: Path, head: str) -> int:
    """Check an evidence pack: what it proves, what it does not, and whether it was changed.

    It needs no state store, no key and no network. --head compares the record with an end of it from
    elsewhere: another pack, or `reconcile history --verify`. Exits with 1 where the pack was changed.
    """
    from reconcile.jobs.evidence.check_pack import check_pack

    checked = check_pack(pack, head)
    for line in checked.lines:
        write_line(line)
    return int(checked.was_changed)
