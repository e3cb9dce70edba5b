"""`reconcile demo`: the whole job on the sample month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FOLDER
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from pathlib import Path


@click.command("demo")
@click.option("-o", "--output", default="demo", type=FOLDER, help="The folder.")
def command(*, output: Path) -> None:
    """Run the whole job on a made-up month: export, edit, drift, diff, apply, verify.

    Leaves the workbooks and the report in the folder. Nothing outside it is touched.
    """
    from reconcile.jobs import demo

    for step in demo.play(output):
        write_line(step.title, bold=True)
        for line in step.text.strip().splitlines():
            write_line(f"   {line}".rstrip())
