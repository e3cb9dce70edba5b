"""Everything that a command writes goes through here or through a console of `console.py`.

So no text of a workbook, an API, a bank or a file name can steer the terminal, hide, or pass for a line
of ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Protocol

import click

from reconcile.domain.unseen import one_line, visible


class Found(Protocol):
    """What a job found, in both forms."""

    def as_json(self) -> str:
        """For a machine."""

    def as_text(self) -> Iterable[str]:
        """For people, a line each."""


def write_line(text: str = "", *, err: bool = False, bold: bool = False) -> None:
    """Writes one line. A line break inside it is shown as a character, so that no value begins a new line."""
    click.secho(one_line(text), err=err, bold=bold)


def write_data(text: str) -> None:
    """Writes what a program reads, as it is; on a terminal, where people read it, made visible."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=not text.endswith("\n"))


def write_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Writes each text as one line."""
    for line in lines:
        write_line(line, err=err)


def write_found(found: Found, *, as_json: bool) -> int:
    """Writes what a job found, for a machine or for people; answers the exit code, 0."""
    if as_json:
        write_data(found.as_json())
    else:
        write_lines(found.as_text())
    return 0
