"""`reconcile help`: the manual, one page per job."""

from __future__ import annotations

import click

from reconcile.cli.commands import PAGES
from reconcile.cli.console import console
from reconcile.cli.text_out import write_data
from reconcile.errors import ConfigurationError
from reconcile.resources import manual_page, manual_pages


@click.command("help")
@click.argument("topic", default="index")
def command(*, topic: str) -> int:
    """Show a page of the manual: a topic, or the name of a command. Without one, list the topics."""
    name = PAGES.get(topic, topic)
    if name not in manual_pages():
        topics = ", ".join(sorted(set(manual_pages()) - {"index"}))
        raise ConfigurationError(f"The manual has no page {topic!r}. The topics are: {topics}.")
    _show(manual_page(name))
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
