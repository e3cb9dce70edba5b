"""Options of the commands that make or check a time stamp."""

from __future__ import annotations

from typing import Final

import click

from reconcile.cli.common_options import FILE

UNSTAMPED: Final = click.option(
    "--unstamped", is_flag=True, help="Ask for no time stamp, whatever [timestamp] says."
)
ROOTS: Final = click.option(
    "--roots",
    type=FILE,
    help="Root certificates (PEM) that you trust: the time stamp is checked against them, and must be there.",
)
