"""`reconcile history`: the runs, or the journal of one, and whether the record is what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import settings_options
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import opened_store, settings_of

if TYPE_CHECKING:
    from reconcile.store.audit import Break, Record
    from reconcile.store.run import Run


@click.command("history")
@click.argument("run_id", required=False)
@click.option("--verify", is_flag=True, help="Only say whether the record was changed; print its seal.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV, one row per run or per entry.")
@settings_options
def command(*, run_id: str | None, verify: bool, as_json: bool, as_csv: bool, **common: Any) -> int:  # noqa: ANN401
    """List the runs, newest first, or show the journal of one: request, answer, status, times and who.

    Exits with 1 when the record was changed after it was written: a row of the runs, entries, effects,
    exports, bills, settlements, closes, reopenings or locks changed, removed, added or put in another order.
    """
    from reconcile.store.audit import audit

    # Gather.
    settings = settings_of(**common)
    if as_json and as_csv:
        raise ConfigurationError("Choose one of --json and --csv.")
    with opened_store(settings, create=False) as store:
        record = store.record()
    run = _run(record, run_id) if run_id else None
    # Decide.
    breaks = audit(record)
    # Act.
    if verify:
        _show_verdict(record, breaks)
    elif run:
        _show_journal(run, record, as_json=as_json, as_csv=as_csv)
    else:
        _show_runs(record, as_json=as_json, as_csv=as_csv)
    for one in breaks:
        click.echo(str(one), err=True)
    return 1 if breaks else 0


def _run(record: Record, run_id: str) -> Run:
    run = next((run for run in record.runs if run.run_id == run_id), None)
    names = {run_id, json.dumps([run_id])}
    # A run that was removed from the list may still have left its entries.
    if run is None and run_id not in record.entries and all(seal.key not in names for seal in record.seals):
        raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
    if run is None:
        raise ConfigurationError(f"Run {run_id} was removed from the record. See: reconcile history --verify")
    return run


def _show_verdict(record: Record, breaks: tuple[Break, ...]) -> None:
    head = record.head
    counts = f"{len(record.runs)} runs, {head.seals} seals"
    if breaks:
        click.echo(f"{counts}: {len(breaks)} places are not what was written.")
    else:
        click.echo(f"{counts}: nothing was changed. Seal {head.seals}: {head.hash or '-'}")
    for words in record.adopted:
        click.echo(words)


def _show_runs(record: Record, *, as_json: bool, as_csv: bool) -> None:
    from reconcile.apply.journal_view import as_csv as written
    from reconcile.apply.journal_view import facts

    runs = [facts(run) for run in record.runs]
    if as_json:
        click.echo(json.dumps(runs, indent=2))
    elif as_csv:
        columns = ("run_id", "state", "started_at", "ended_at", "started_by", "environment", "workbook_id")
        click.echo(written(runs, columns), nl=False)
    else:
        for run in record.runs:
            when = run.started_at[:16]
            click.echo(f"{run.run_id}  {run.state:<9}  {when}  {run.started_by}  {run.environment}")
        if not runs:
            click.echo("There are no runs yet.")


def _show_journal(run: Run, record: Record, *, as_json: bool, as_csv: bool) -> None:
    from dataclasses import asdict

    from reconcile.apply.journal_view import COLUMNS, rows, words
    from reconcile.apply.journal_view import as_csv as written

    entries = record.entries.get(run.run_id, ())
    if as_json:
        found = [{"number": number, **asdict(one)} for number, one in enumerate(entries, start=1)]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif as_csv:
        click.echo(written(rows(run, entries), COLUMNS), nl=False)
    else:
        click.echo(
            f"{run.run_id} {run.state}, workbook {run.workbook_id}, by {run.started_by}, {run.environment}"
        )
        for row in rows(run, entries):
            click.echo(words(row))
