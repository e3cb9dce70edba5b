"""`reconcile verify`: checks an evidence pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE
from reconcile.cli.stamp_options import ROOTS
from reconcile.cli.text_out import write_lines

if TYPE_CHECKING:
    from pathlib import Path


@click.command("verify")
@click.argument("pack", type=FILE)
@click.option("--head", default="", metavar="SIZE:ROOT", help="The head that you noted.")
@ROOTS
def command(*, pack: Path, head: str, roots: Path | None) -> int:
    """Check an evidence pack: what it proves, what it does not, and whether it was changed.

    It needs no state store, no key and no network. --head SIZE:ROOT, as `reconcile evidence` printed it,
    shows that all of the pack is what it was then. NUMBER:HASH, a seal that `reconcile history --verify`
    printed, shows this of one row alone. --roots FILE checks its time stamp. Exits with 1 where the pack was
    changed, or its stamp does not hold or is not there.
    """
    from reconcile.jobs.evidence.check_pack import check_pack

    checked = check_pack(pack, head, roots)
    write_lines(checked.lines)
    return int(checked.was_changed or checked.stamp_fails)
