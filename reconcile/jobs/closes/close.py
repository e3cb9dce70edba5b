"""What `close` does: makes a close, and looks at those that were made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from reconcile import __version__
from reconcile.cli.terminal import console
from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen
from reconcile.close.late import LateChange, late_changes, true_up
from reconcile.close.pack import checks_table, objections, rollforward_table
from reconcile.close.steps import Traces, as_table, steps
from reconcile.config import Settings
from reconcile.domain.money import shown_amount
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Environment, Snapshot
from reconcile.errors import ConfigurationError
from reconcile.introw.client import Client
from reconcile.introw.connection import origin_of
from reconcile.jobs.closes.close_files import INPUTS, NUMBERS, hashes, journal_of, pack_files, write_files
from reconcile.jobs.closes.close_inputs import (
    counting,
    everything,
    kept_close,
    last_export,
    matched_payments,
    previous_close,
    rates_of,
    thawed,
    unfinished_runs,
    waivers_of,
    workbooks_out,
)
from reconcile.jobs.closes.statement_links import afford_statements, statement_payouts, statements
from reconcile.jobs.session import connected, new_id, now, opened_store, reading, whoami
from reconcile.report.pack import render_table
from reconcile.store.closes import KeptClose, kept_closes, reopenings, save_close
from reconcile.store.store import Store


@dataclass(frozen=True)
class Asked:
    """The options of the command."""

    period: Period | None
    output: Path | None
    waivers: tuple[str, ...]
    rates: Path | None
    journals: tuple[str, ...]
    statements: bool
    draft: bool
    again: str | None
    first: bool
    as_json: bool

    @property
    def folder(self) -> Path:
        """Where the pack goes. Raises ConfigurationError where nobody said."""
        if self.output is None:
            raise ConfigurationError("Where to? Pass -o FOLDER.")
        return self.output

    @property
    def of(self) -> Period:
        """The period. Raises ConfigurationError where nobody said."""
        if self.period is None:
            raise ConfigurationError("Which period? Pass --period 2026-03.")
        return self.period


def close(asked: Asked, settings: Settings) -> int:
    """Makes the close of a period, writes its pack, and freezes it when it passes."""
    # Gather.
    period, folder, at = asked.of, asked.folder, now()
    if period.end >= at.date():
        raise ConfigurationError(
            f"The period {period} ends on {period.end}, and today is {at.date()} (UTC). "
            "Close it when it is over."
        )
    if asked.again is not None and not asked.again.strip():
        raise ConfigurationError("--again needs a reason: why is it made once more?")
    waivers, rates = waivers_of(asked.waivers), rates_of(asked.rates)
    opened = connected(settings) if asked.statements else reading(settings)
    with opened as reader, opened_store(settings) as store, _workshop() as making:
        environment = Environment(reader.connection.origin, settings.profile_name)
        before = previous_close(store, environment, period, again=asked.again is not None, first=asked.first)
        previous = thawed(before) if before else None
        snapshot = everything(reader, environment, settings, previous)
        given = _gathered(asked, snapshot, previous, settings, store, at)
        frozen = replace(given, waivers=waivers, rates=rates)
        # Decide.
        made = make_close(frozen, previous)
        files = pack_files(made, settings.templates, making)
        wanted = statement_payouts(frozen) if isinstance(reader, Client) else ()
        afford_statements(wanted, reader.status.credits_remaining)
        linked = {"statements.csv": statements(wanted, reader)} if isinstance(reader, Client) else {}
        # Act: the pack first; the last step alone closes the period, all of it or nothing.
        write_files(folder, {**files, **linked})
        closed = made.passes and not asked.draft
        if closed:
            save_close(store, _kept(frozen, environment, files))
        _say(made, asked, files, closed=closed)
    return 0 if made.passes else 1


def _gathered(
    asked: Asked, snapshot: Snapshot, previous: Frozen | None, settings: Settings, store: Store, at: datetime
) -> Frozen:
    """Everything that decides the close, from the options, live and the store."""
    environment = snapshot.environment
    settlements = store.settlements(environment)
    return Frozen(
        close_id=new_id("close", at),
        period=asked.of,
        at=at,
        by=whoami(),
        tool_version=__version__,
        snapshot=snapshot,
        names=settings.policy.names,
        policy=settings.close,
        previous=previous.close_id if previous else "",
        again=asked.again or "",
        payments=matched_payments(settlements, snapshot),
        matched=bool(settlements),
        out=workbooks_out(store, environment, asked.of),
        unfinished=unfinished_runs(store, environment),
        last_export=last_export(store, environment),
        journals=asked.journals or ("csv",),
    )


@contextmanager
def _workshop() -> Iterator[Path]:
    """A folder in which a pack is made before it is put into its place, or only looked at."""
    with TemporaryDirectory(prefix="reconcile-") as folder:
        yield Path(folder)


def _kept(frozen: Frozen, environment: Environment, files: Mapping[str, Path]) -> KeptClose:
    return KeptClose(
        close_id=frozen.close_id,
        environment=str(environment),
        period=str(frozen.period),
        first=frozen.period.start,
        last=frozen.period.end,
        at=frozen.at.isoformat(),
        by=frozen.by,
        inputs=files[INPUTS].read_text(encoding="utf-8"),
        files=hashes(files),
    )


def _say(made: Close, asked: Asked, files: Mapping[str, Path], *, closed: bool) -> None:
    if asked.as_json:
        click.echo(files[NUMBERS].read_text(encoding="utf-8"), nl=False)
        return
    out = console()
    render_table(rollforward_table(made), out)
    render_table(objections(checks_table(made)), out)
    for obstacle in made.obstacles:
        out.print(f"Not closed: {obstacle}", markup=False)
    if closed:
        out.print(f"{made.frozen.period} is closed and locked ({made.frozen.close_id}).", markup=False)
    elif made.passes:
        out.print(f"{made.frozen.period} would pass. Nothing was closed: this is a draft.", markup=False)
    click.echo(f"{len(files)} files in {asked.output}")


def show(asked: Asked, settings: Settings) -> int:
    """Writes the pack of a close once more, from what was kept."""
    with opened_store(settings) as store:
        environment = _environment(settings)
        made = _remade(kept_closes(store, environment), kept_close(store, environment, asked.of))
    with _workshop() as making:
        files = pack_files(made, settings.templates, making)
        write_files(asked.folder, files)
        _say(made, replace(asked, output=asked.folder), files, closed=True)
    return 0


def _remade(chain: Iterable[KeptClose], kept: KeptClose) -> Close:
    """A close made again, after the one before it in the chain."""
    frozen = thawed(kept)
    before = next((one for one in chain if one.close_id == frozen.previous), None)
    return make_close(frozen, thawed(before) if before else None)


def verify(asked: Asked, settings: Settings) -> int:
    """Makes the pack of every close again, or of one, and compares it with what was written then."""
    with opened_store(settings) as store:
        kept = kept_closes(store, _environment(settings))
        chosen = [one for one in kept if asked.period is None or one.period == str(asked.period)]
    found = {one.close_id: _hashes_now(kept, one, settings) for one in chosen}
    differing = {
        one.close_id: [name for name, was in one.files.items() if found[one.close_id].get(name) != was]
        for one in chosen
    }
    for one in chosen:
        names = differing[one.close_id]
        said = "the same, byte for byte" if not names else "differs in " + ", ".join(names)
        click.echo(f"{one.period}  {one.close_id}  {said}")
    if not chosen:
        click.echo("There is no close to verify.")
    broken = [one for one, names in differing.items() if NUMBERS in names]
    if any(differing.values()) and not broken:
        click.echo("The numbers are the same; templates or the version of reconcile differ.", err=True)
    return int(bool(broken))


def _hashes_now(chain: Iterable[KeptClose], kept: KeptClose, settings: Settings) -> dict[str, str]:
    """The hashes of the pack as it is made today."""
    with _workshop() as making:
        return hashes(pack_files(_remade(chain, kept), settings.templates, making))


def listing(asked: Asked, settings: Settings) -> int:
    """Lists the closes, and who changed a closed period."""
    with opened_store(settings) as store:
        environment = _environment(settings)
        closes, opened = kept_closes(store, environment), reopenings(store, environment)
    if asked.as_json:
        rows = [
            {"period": one.period, "close_id": one.close_id, "at": one.at, "by": one.by} for one in closes
        ]
        changes = [{"period": one.period, "at": one.at, "by": one.by, "reason": one.reason} for one in opened]
        click.echo(json.dumps({"closes": rows, "reopenings": changes}, indent=1))
        return 0
    for one in closes:
        click.echo(f"{one.period}  {one.close_id}  {one.at[:16]}  {one.by}  {one.superseded}".rstrip())
    for change in opened:
        click.echo(
            f"{change.period}  changed by {change.what}  {change.at[:16]}  {change.by}: {change.reason}"
        )
    if not closes:
        click.echo("No period is closed yet.")
    return 0


def late(asked: Asked, settings: Settings) -> int:
    """Lists what moved since a close, with the entry that would true it up."""
    with reading(settings) as reader, opened_store(settings) as store:
        environment = Environment(reader.connection.origin, settings.profile_name)
        frozen = thawed(kept_close(store, environment, asked.of))
        live = everything(reader, environment, settings, frozen)
        payments = matched_payments(store.settlements(environment), live)
    changes = late_changes(frozen, live, payments)
    entry = true_up(changes, frozen)
    if asked.output:
        files = {
            f"late-{name}": content
            for layout in asked.journals or ("csv",)
            for name, content in journal_of(entry, layout, settings.templates).items()
        }
        write_files(asked.output, files)
    if asked.as_json:
        click.echo(json.dumps([_late(one) for one in changes], indent=1, ensure_ascii=False))
        return 0
    for one in changes:
        code = one.entry.currency
        amounts = f"{shown_amount(one.before, code)} → {shown_amount(one.after, code)} {code}"
        click.echo(f"{one.entry.line_id}  {one.entry.partner}  {amounts}  {one.entry.why}")
    if not changes:
        click.echo(f"Nothing of {frozen.period} moved since its close.")
    for line in entry:
        side = "debit" if line.amount > 0 else "credit"
        size = f"{shown_amount(abs(line.amount), line.currency)} {line.currency}"
        click.echo(f"{line.date}  {line.journal}  {line.account}  {side} {size}")
    return 0


def _late(one: LateChange) -> dict[str, str]:
    entry = one.entry
    return {
        "line_id": entry.line_id,
        "partner": entry.partner,
        "currency": entry.currency,
        "before": str(one.before),
        "after": str(one.after),
        "moved": str(one.after - one.before or Decimal(0)),
        "why": entry.why,
    }


def status(asked: Asked, settings: Settings) -> int:
    """Shows the steps of the month with their state, from what the store knows; no network."""
    with opened_store(settings) as store:
        environment, period = _environment(settings), asked.of
        traces = Traces(
            exports=store.exports(environment),
            out=workbooks_out(store, environment, period),
            runs=[(one.started_at, one.state) for one in store.runs(environment)],
            bills=[one.issued_at for one in store.bills(environment)],
            payments=[one.read_at for one in store.settlements(environment)],
            closed=[one.at for one in counting(kept_closes(store, environment)) if one.period == str(period)],
        )
    found = steps(period, traces)
    if asked.as_json:
        click.echo(
            json.dumps([{"step": one.name, "state": one.state, "said": one.said} for one in found], indent=1)
        )
    else:
        render_table(as_table(found), console())
    return 0


def _environment(settings: Settings) -> Environment:
    return Environment(origin_of(settings.profile.base_url), settings.profile_name)


MODES: Final[dict[str, Callable[[Asked, Settings], int]]] = {
    "close": close,
    "show": show,
    "verify": verify,
    "show_list": listing,
    "late": late,
    "status": status,
}
"""What each option of the command does; `close` is the command without one."""
