"""`reconcile doctor`: is everything in order, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import locale_option, settings_options
from reconcile.errors import ConfigurationError, ReconcileError
from reconcile.jobs.check_result import Check
from reconcile.jobs.session import opened_store, reading, settings_of

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.introw.doctor import ConnectionReport

_CLOCK_TOLERANCE = 30
"""Seconds by which two clocks may differ before it is worth a word."""
_REFUSED = 3


@click.command("doctor")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--repair", type=click.Path(path_type=Path, dir_okay=False), help="Write a clean copy of FILE.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@locale_option
@settings_options
def command(*, file: Path | None, repair: Path | None, as_json: bool, **common: Any) -> int:  # noqa: ANN401
    """Check the connection, the key and the state store, with harmless reads.

    With FILE, say instead what happened to that workbook since its export, without any network: who saved
    it, what was lost or moved, and what to do. Exits with 2 when a setting is wrong, with 3 when the server
    cannot be reached or refuses us, and with 1 when something else is not in order.
    """
    from pydantic import TypeAdapter

    from reconcile.jobs.examine import examined

    # Gather.
    if repair and not file:
        raise ConfigurationError("--repair needs the workbook: reconcile doctor FILE --repair OUT.xlsx")
    settings = settings_of(**common)
    if file:
        checks = examined(file, settings, repair)
    else:
        checks = [_configuration(settings), _store(settings), *_connection(settings)]
    # Act.
    if as_json:
        click.echo(TypeAdapter(list[Check]).dump_json(checks, indent=2).decode())
    else:
        _show(checks)
    return max((check.code for check in checks if check.ok is False), default=0)


def _show(checks: list[Check]) -> None:
    for check in checks:
        mark = {True: "ok", False: "WRONG", None: "?"}[check.ok]
        click.echo(f"{mark:<6} {check.name}: {check.found}")
        if check.advice and not check.ok:
            click.echo(f"       {check.advice}")


def _configuration(settings: Settings) -> Check:
    where = str(settings.file) if settings.file else "no reconcile.toml, defaults are used"
    return Check("Configuration", ok=True, found=f"{where}, profile {settings.profile_name}")


def _store(settings: Settings) -> Check:
    try:
        with opened_store(settings, create=False) as store:
            runs = store.runs()
    except ReconcileError as error:
        return Check("State store", ok=False, found=str(error), code=error.exit_code)
    open_runs = [run.run_id for run in runs if run.is_unfinished]
    found = f"{settings.state}, {len(runs)} runs"
    if open_runs:
        found = f"{found}, unfinished: {', '.join(open_runs)}"
        return Check("State store", ok=False, found=found, advice="Finish it: reconcile resume RUN")
    return Check("State store", ok=True, found=found)


def _connection(settings: Settings) -> Iterator[Check]:
    from reconcile.introw.doctor import probe

    try:
        with reading(settings) as reader:
            report = probe(reader)
    except ReconcileError as error:
        yield Check("Connection", ok=False, found=str(error), code=error.exit_code)
        return
    if report.unreachable:
        advice = "Check the base URL of the profile (or INTROW_BASE_URL), the network and the proxy."
        yield Check("Host", ok=False, found=report.unreachable, advice=advice, code=_REFUSED)
        return
    yield from _judged(report)


def _judged(report: ConnectionReport) -> Iterator[Check]:
    yield Check("Host", ok=True, found=report.host)
    accepted = {True: "accepted", False: "refused", None: "not tried"}[report.key_accepted]
    advice = "Make a new key in Introw: Settings, Developers, API keys."
    yield Check("Key", report.key_accepted, accepted, advice, _REFUSED)
    for scope, has in report.scopes.items():
        words = {True: "there", False: "missing", None: "cannot be tried without writing"}[has]
        yield Check(f"Scope {scope}", has, words, f"The key needs {scope}." if has is False else "", _REFUSED)
    for one in report.lists:
        total = f", {one.total:,} in all" if one.total is not None else ""
        found = one.error or f"{one.records} records on the first page{total}; {one.paging}"
        yield Check(f"List {one.path}", not one.error, found, code=_REFUSED)
    yield from _budget(report)
    if report.server_ahead is not None:
        seconds = report.server_ahead.total_seconds()
        advice = "Set this computer's clock."
        yield Check(
            "Clock", abs(seconds) <= _CLOCK_TOLERANCE, f"the server is {seconds:+.0f} s from ours", advice
        )


def _budget(report: ConnectionReport) -> Iterator[Check]:
    rate = report.rate_remaining
    yield Check(
        "Rate", None if rate is None else True, f"{rate if rate is not None else 'unknown'} calls left now"
    )
    left = report.credits_remaining
    if left is None:
        yield Check("Credits", None, "the server does not say; perhaps unlimited")
    else:
        advice = "They come back on the 1st of the month, UTC."
        found = f"{left:,} of {report.credits_limit or 0:,} left this month"
        yield Check("Credits", left > 0, found, advice, _REFUSED)
