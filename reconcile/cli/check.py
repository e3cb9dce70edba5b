"""`reconcile check`: validate edited workbooks, without any network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconcile.cli.options import locale_option, settings_options
from reconcile.cli.terminal import console
from reconcile.jobs.session import opened_store, settings_of


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

    from reconcile.domain.finding import Finding, Severity
    from reconcile.jobs.plan import findings_of
    from reconcile.report.terminal import render_findings
    from reconcile.report.words import counted

    # Gather.
    settings = settings_of(**common)
    with opened_store(settings, create=False) as store:
        found = findings_of(files, settings, store)
    # Decide.
    errors = {
        name: sum(one.severity is Severity.ERROR for one in findings) for name, findings in found.items()
    }
    # Act.
    if as_json:
        every = tuple(finding for findings in found.values() for finding in findings)
        click.echo(TypeAdapter(tuple[Finding, ...]).dump_json(every, indent=2).decode())
        return int(any(errors.values()))
    for name, findings in found.items():
        notes = len(findings) - errors[name]
        click.echo(f"{name}: {counted(errors[name], 'error')}, {counted(notes, 'note')}.")
        render_findings(findings, console(), full=full)
    return int(any(errors.values()))
