"""`reconcile check`: validate edited workbooks, without any network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import LOCALE, PATH, SESSION
from reconcile.cli.console import console
from reconcile.cli.options import options
from reconcile.cli.text_out import write_data, write_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconcile.domain.finding import Finding
    from reconcile.jobs.session import Session


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--full", is_flag=True, help="Show every finding of a long list.")
@options(LOCALE, SESSION)
def command(*, session: Session, files: tuple[Path, ...], as_json: bool, full: bool) -> int:
    """Validate edited workbooks, without any network.

    Exits with 1 when there is an error in one of them.
    """
    from reconcile.domain.phrases import counted
    from reconcile.jobs import check

    checked = check.check(session, files)
    if as_json:
        write_data(check.as_json(checked))
    else:
        for one in checked:
            write_line(f"{one.name}: {counted(one.errors, 'error')}, {counted(one.warnings, 'warning')}.")
            _show(one.findings, full=full)
    return int(any(one.errors for one in checked))


def _show(findings: Sequence[Finding], *, full: bool) -> None:
    if findings:
        from reconcile.report.screen.finding_lines import render_findings

        render_findings(findings, console(), full=full)
