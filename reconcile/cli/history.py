"""`reconcile history`: the runs, or the journal of one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.common import opened_store, settings_of, settings_options
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.store.entries import Entry
    from reconcile.store.store import Run, Store


@click.command("history")
@click.argument("run_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@settings_options
def command(*, run_id: str | None, as_json: bool, **common: Any) -> int:  # noqa: ANN401
    """List the runs, newest first, or show the journal of one.

    Exits with 1 when the journal was changed after it was written.
    """
    from reconcile.store.entries import broken_at

    # Gather.
    settings = settings_of(**common)
    with opened_store(settings) as store:
        if run_id is None:
            _show_runs(store.runs(), as_json=as_json)
            return 0
        run, entries = _run(store, run_id), store.entries(run_id)
    # Decide.
    broken = broken_at(run_id, entries)
    # Act.
    _show_journal(run, entries, as_json=as_json)
    if broken:
        click.echo(f"Entry {broken} does not follow from those before it: the journal was changed.", err=True)
    return 1 if broken else 0


def _run(store: Store, run_id: str) -> Run:
    run = store.run(run_id)
    if run is None:
        raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
    return run


def _show_runs(runs: tuple[Run, ...], *, as_json: bool) -> None:
    if as_json:
        rows = [{name: value for name, value in asdict(run).items() if name != "plan"} for run in runs]
        click.echo(json.dumps(rows, indent=2))
        return
    for run in runs:
        click.echo(
            f"{run.run_id}  {run.state:<9}  {run.started_at[:16]}  {run.started_by}  {run.environment}"
        )
    if not runs:
        click.echo("There are no runs yet.")


def _show_journal(run: Run, entries: tuple[Entry, ...], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    click.echo(
        f"{run.run_id} {run.state}, workbook {run.workbook_id}, by {run.started_by}, {run.environment}"
    )
    for entry in entries:
        body = json.dumps(entry.body, ensure_ascii=False, sort_keys=True)
        click.echo(f"{entry.at}  {entry.operation_id or '-':<8} {entry.kind:<8} {body}")
