"""What `close` shows of closes that are there: lists, steps, ties, late changes, packs made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.cli.close_output import (
    required_folder,
    required_period,
    show_close,
    show_folder,
    show_verified,
)
from reconcile.cli.console import console
from reconcile.cli.text_out import write_data, write_found, write_line, write_lines
from reconcile.domain.phrases import counted

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.domain.period import Period
    from reconcile.jobs.closes.ledger_export import Tied
    from reconcile.jobs.closes.overview import Months, Status
    from reconcile.jobs.closes.roll_up import RolledUp
    from reconcile.jobs.session import Session

MODES: Final = {
    "show_list": "--list",
    "show": "--show",
    "verify": "--verify",
    "late": "--late",
    "status": "--status",
    "tie": "--tie",
    "rollup": "--rollup",
}
"""What the command can do beside closing, and the option that asks for it."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a mode may need. journals: layouts. gl: of the general ledger. roots: of the time stamp."""

    journals: tuple[str, ...]
    gl: Path | None
    roots: Path | None


def look(
    session: Session,
    mode: str,
    period: Period | None,
    output: Path | None,
    brought: Brought,
    *,
    as_json: bool,
) -> int:
    """Shows what a mode of the command asks for; nothing is closed."""
    from reconcile.jobs.closes.check_pack_folder import check_pack_folder
    from reconcile.jobs.closes.late_changes import late
    from reconcile.jobs.closes.ledger_export import tie_closed
    from reconcile.jobs.closes.overview import all_months, listing, status
    from reconcile.jobs.closes.remake import verify, write_again
    from reconcile.jobs.closes.roll_up import roll_up

    if mode == "show_list":
        return write_found(listing(session), as_json=as_json)
    if mode == "verify":
        checked = show_folder(check_pack_folder(session, output, brought.roots)) if output else None
        return show_verified(verify(session, period)) if checked is None else checked
    if mode == "status" and period is None:
        return _show_table(all_months(session), as_json=as_json)
    of = required_period(period)
    match mode:
        case "status":
            code = _show_table(status(session, of), as_json=as_json)
        case "tie":
            code = _show_tied(tie_closed(session, of, brought.gl))
        case "rollup":
            code = _show_rollup(roll_up(session, of, required_folder(output)))
        case "late":
            code = write_found(late(session, of, output, brought.journals), as_json=as_json)
        case _:
            show_close(write_again(session, of, required_folder(output)), as_json=as_json)
            code = 0
    return code


def _show_table(found: Months | Status, *, as_json: bool) -> int:
    """The months, or the steps of one."""
    from reconcile.report.pack import render_table

    if as_json:
        write_data(found.as_json())
    elif not found.table.rows:
        write_line("No period was closed or tried yet. The first: reconcile close --period 2026-03 -o FOLDER")
    else:
        render_table(found.table, console())
    return 0


def _show_rollup(found: RolledUp) -> int:
    """The roll-forward of the longer period, and whether it adds up; 1 where it does not."""
    from reconcile.report.pack import render_table

    render_table(found.table, console())
    write_line(found.pack.verdict)
    write_line(f"{counted(len(found.made.closes), 'close')}, {counted(len(found.files), 'file')}")
    return int(not found.made.is_sound)


def _show_tied(found: Tied) -> int:
    """The accounts, and why they differ; 1 where one does."""
    write_lines(found.as_text())
    return int(not found.is_tied)
