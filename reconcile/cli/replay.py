"""`reconcile replay`: makes plan and report again from an evidence pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, FOLDER
from reconcile.cli.text_out import write_lines

if TYPE_CHECKING:
    from pathlib import Path


@click.command("replay")
@click.argument("pack", type=FILE)
@click.option("--templates", type=FOLDER, help="The folder with your own templates, where they were used.")
def command(*, pack: Path, templates: Path | None) -> int:
    """Make plan and report again from the inputs in an evidence pack, and compare.

    Of a period, the files of its close. It needs no state store, no key and no network, and no other file.
    What differs is named. Exits with 1 where something differs, or could not be made again.
    """
    from reconcile.jobs.evidence.make_again import replay_pack

    replayed = replay_pack(pack, templates)
    write_lines(replayed.as_text())
    return int(bool(replayed.differing or replayed.left_out))
