"""Everything that a command writes goes through here or through a console of `console.py`.

So no text of a workbook, an API, a bank or a file name can steer the terminal, hide, or pass for a line
of ours.
"""

from __future__ import annotations

import sys

import click

from reconcile.domain.unseen import one_line, visible


def write_line(text: str = "", *, err: bool = False, bold: bool = False) -> None:
    """Writes one line. A line break inside it is shown as a character, so that no value begins a new line."""
    click.secho(one_line(text), err=err, bold=bold)


def write_data(text: str) -> None:
    """Writes what a program reads, as it is; on a terminal, where people read it, made visible."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=not text.endswith("\n"))
