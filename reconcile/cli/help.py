"""`reconcile help`: the manual, one page per job."""

from __future__ import annotations

from typing import Final

import click

from reconcile.cli.commands import PAGES
from reconcile.cli.console import console
from reconcile.cli.text_out import write_data, write_line
from reconcile.errors import ConfigurationError
from reconcile.resources import manual_lines_with, manual_page, manual_pages

_WIDTH: Final = 90
"""Characters of a line that are shown of a page with the word."""


@click.command("help")
@click.argument("topic", default="index")
def command(*, topic: str) -> int:
    """Show a page of the manual: a topic, or the name of a command. Without one, list the topics.

    Any other word is looked for in the text of all pages.
    """
    name = PAGES.get(topic, topic)
    if name in manual_pages():
        _show(manual_page(name))
    elif found := manual_lines_with(topic):
        write_line(f"No page is called {topic!r}. It stands on:")
        for page, line in found.items():
            write_line(f"  reconcile help {page:<14} {line[:_WIDTH]}")
    else:
        topics = ", ".join(sorted(set(manual_pages()) - {"index"}))
        raise ConfigurationError(
            f"The manual has no page {topic!r}, and no page has that word. The topics are: {topics}."
        )
    return 0


def _show(text: str) -> None:
    """Shows Markdown: laid out and in a pager on a terminal, else as it is."""
    from rich.markdown import Markdown

    screen = console()
    screen.keep_lines = True
    if not screen.is_terminal:
        write_data(text)
        return
    with screen.pager(styles=True):
        screen.print(Markdown(text))
