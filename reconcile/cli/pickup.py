"""`reconcile pickup`: watch a folder for workbooks, prepare their plans, and tell people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FOLDER, SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_line, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.jobs.pickup.kept_arrivals import Arrival
    from reconcile.jobs.session import Session


@click.command("pickup")
@click.argument("folder", required=False, type=FOLDER)
@click.option("--once", is_flag=True, help="Look once and end: for cron and other schedules.")
@options(SESSION)
def command(*, session: Session, folder: Path | None, once: bool) -> int:
    """Watch FOLDER for workbooks; without it, the folder of [pickup] in the settings. And its mailbox.

    A workbook that arrives and is left alone for some seconds is checked and compared with live. Its plan is
    saved in a private folder beside the state, and whoever is named in [notify] is told. Nothing is applied.
    What was picked up once is not picked up again. The file itself is left as it is.

    Exits with 1 when a workbook had errors (with --once).
    """
    from reconcile.jobs.pickup import pick_up, pick_up_mails, watching

    watch = pick_up.Watch(pick_up.watched_folder(session, folder))
    if once:
        is_broken = _show(pick_up.pick_up_once(session, watch))
        is_broken = _show(pick_up_mails.pick_up_mails(session, watch)) or is_broken
        write_lines(watching.news_of(session), err=True)
        return int(is_broken)
    with session.caller.stoppable() as stop:
        for found in watching.rounds(session, watch, lambda: stop.made):
            if not isinstance(found, str):
                _show([found])
            elif found:
                write_line(found, err=True)
    return 0


def _show(found: Iterable[tuple[Arrival, tuple[str, ...]]]) -> bool:
    """Prints a line for each workbook; answers whether one had errors."""
    is_broken = False
    for arrival, problems in found:
        write_line(arrival.words)
        write_lines(problems, err=True)
        is_broken = is_broken or arrival.state == "broken"
    return is_broken
