"""Everything that a command writes goes through here or through a console of `console.py`.

So no text of a workbook, an API, a bank or a file name can steer the terminal, hide, or pass for a line
of ours.
"""

from __future__ import annotations

import sys

import click

from reconcile.domain.unseen import visible


def write_line(text: str = "", *, err: bool = False, bold: bool = False) -> None:
    """Writes one line. A line break inside it is shown as a character, so that no value begins a new line."""
    click.secho(visible(text).replace("\n", "␊"), err=err, bold=bold)


def write_paragraph(text: str, *, err: bool = False) -> None:
    """Writes a text of our own that may have several lines."""
    click.echo(visible(text), err=err)


def write_data(text: str) -> None:
    """Writes what a program reads, as it is; on a terminal, where people read it, made visible."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=not text.endswith("\n"))
