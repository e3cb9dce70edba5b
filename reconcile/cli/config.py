"""`reconcile config`: trust a configuration file of the working folder."""

from __future__ import annotations

from pathlib import Path

import click

from reconcile.cli.common_options import FILE
from reconcile.cli.text_out import write_lines


@click.group("config")
def command() -> None:
    """Trust a configuration file of the working folder.

    A reconcile.toml in the working folder can say where your key is sent and which limits hold. So it is
    used only after you trusted it, and until it changes.
    """


@command.command("trust")
@click.argument("file", default=Path("reconcile.toml"), type=FILE)
def trust(file: Path) -> None:
    """Trust FILE (reconcile.toml) as it is now. Read it first."""
    from reconcile.jobs.setup.trust import trust as remember

    write_lines(remember(file))
