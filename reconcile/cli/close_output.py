"""Shows closes on the terminal, and answers the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.cli.console import console
from reconcile.cli.text_out import write_data, write_line, write_lines
from reconcile.domain.phrases import counted
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.domain.period import Period
    from reconcile.jobs.closes.check_pack_folder import FolderCheck
    from reconcile.jobs.closes.close import CloseResult
    from reconcile.jobs.closes.remake import Verified


def required_period(period: Period | None) -> Period:
    """The period. Raises ConfigurationError where none is given."""
    if period is None:
        raise ConfigurationError("Which period? Pass --period 2026-03.")
    return period


def required_folder(output: Path | None) -> Path:
    """The folder of the pack. Raises ConfigurationError where none is given."""
    if output is None:
        raise ConfigurationError("Where to? Pass -o FOLDER.")
    return output


def show_close(result: CloseResult, *, as_json: bool) -> int:
    """The tables of a close, and whether the period is closed."""
    from reconcile.report.pack import render_table

    if as_json:
        write_data(result.numbers)
        return 0 if result.made.passes else 1
    out = console()
    for table in result.tables:
        render_table(table, out)
    for line in result.verdict:
        out.print(line, markup=False)
    write_line(f"{counted(len(result.files), 'file')} in {result.folder}")
    return 0 if result.made.passes else 1


def show_verified(verified: tuple[Verified, ...]) -> int:
    """Which closes come out the same today; 1 where the numbers of one do not."""
    for one in verified:
        found = "differs in " + ", ".join(one.differing) if one.differing else "the same, byte for byte"
        write_line(f"{one.kept.period}  {one.kept.close_id}  {found}")
    if not verified:
        write_line("There is no close to verify.")
    broken = any(one.numbers_differ for one in verified)
    if not broken and any(one.differing for one in verified):
        write_line("The numbers are the same; templates or the version of reconcile differ.", err=True)
    return int(broken)


def show_folder(found: FolderCheck) -> int:
    """Whether the files of a folder are those of its manifest, and stamped if that is asked; 1 where not."""
    write_lines(found.as_text())
    return int(not found.is_whole or found.stamp.fails)
