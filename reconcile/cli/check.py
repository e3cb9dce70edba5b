"""`reconcile check`: validate edited workbooks, without any network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconcile.cli.common import console, locale_option, opened_store, settings_of, settings_options


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--full", is_flag=True, help="Show every finding of a long list.")
@locale_option
@settings_options
def command(*, files: tuple[Path, ...], as_json: bool, full: bool, **common: Any) -> int:  # noqa: ANN401
    """Validate edited workbooks, without any network.

    Exits with 1 when there is an error in one of them.
    """
    from pydantic import TypeAdapter

    from reconcile.cli.gather import read_all
    from reconcile.domain.finding import Finding, Severity
    from reconcile.report.model import counted
    from reconcile.report.terminal import render_findings

    # Gather.
    settings = settings_of(**common)
    with opened_store(settings) as store:
        readings = read_all(files, settings, store)
    # Decide.
    findings = tuple(finding for reading in readings for finding in reading.findings)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    # Act.
    if as_json:
        click.echo(TypeAdapter(tuple[Finding, ...]).dump_json(findings, indent=2).decode())
    else:
        names = ", ".join(reading.edited.file for reading in readings)
        click.echo(f"{names}: {counted(errors, 'error')}, {counted(len(findings) - errors, 'note')}.")
        render_findings(findings, console(), full=full)
    return 1 if errors else 0
