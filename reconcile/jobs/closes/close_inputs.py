"""Gathers what a close is made of: live, the close before it, and what the state store knows to be open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reconcile.close.checks import OpenWork
from reconcile.close.frozen import Frozen
from reconcile.close.remeasurement.rates import Rates, rates_from
from reconcile.domain.edited import Export
from reconcile.domain.period import Period
from reconcile.domain.phrases import moment
from reconcile.domain.policy.close import CHECK_NAMES
from reconcile.domain.policy.file_rules import FileRules
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.errors import ConfigurationError
from reconcile.introw.client import Reader
from reconcile.introw.fetch import fetch_live
from reconcile.jobs.exports.export_standing import ExportStanding, standings
from reconcile.jobs.session import Session
from reconcile.jobs.user_tables import read_any_table
from reconcile.store.sent.sent_exports import sent_exports
from reconcile.store.sent.withdrawals import withdrawn
from reconcile.store.store import Store


def everything(session: Session, reader: Reader, previous: Frozen | None, zone: str) -> Snapshot:
    """All payouts and lines as they are now, and every line that the last close knew, declined ones too.

    zone: the time zone in which days are counted.
    """
    environment, at = session.environment, session.clock()
    empty = Snapshot(environment, Scope(zone=zone), at, {}, {}, {})
    known = replace(previous.snapshot, scope=Scope(zone=zone)) if previous else empty
    left_out = session.settings.policy.left_out
    with session.caller.progress() as on_progress:
        return fetch_live(reader, environment, known, at, left_out, on_progress)


def workbooks_out(store: Store, environment: Environment, begin: datetime) -> tuple[OpenWork, ...]:
    """The workbooks exported since a moment, the beginning of a period, that are awaited: see `standings`."""
    return tuple(
        _open_workbook(one)
        for one in standings(sent_exports(store, environment))
        if one.is_awaited and one.sent.export.exported_at >= begin
    )


def _open_workbook(one: ExportStanding) -> OpenWork:
    export, back = one.sent.export, one.sent.returned_at
    said = f"exported {moment(export.exported_at)} by {export.exported_by} ({export.scope})"
    if back:
        said = f"{said}, came back {moment(back)} and was not applied"
    return OpenWork(export.workbook_id, said)


def sets_out(store: Store, out: Sequence[OpenWork]) -> tuple[OpenWork, ...]:
    """The same, where the workbooks of one split are one piece of open work."""
    split_workbooks = store.split_workbooks_with([one.id for one in out])
    sets = {one.workbook_id: one.set_id for one in split_workbooks}
    sizes = Counter(one.set_id for one in split_workbooks)
    with store.reading() as connection:
        void = Counter(sets[one] for one in withdrawn(connection, sets))
    groups: dict[str, list[OpenWork]] = {}
    for one in out:
        groups.setdefault(sets.get(one.id, one.id), []).append(one)
    return tuple(
        some[0]
        if set_id not in sizes
        else OpenWork(
            set_id,
            f"{len(some)} of {sizes[set_id]} workbooks of a split are out"
            + (f", {void[set_id]} withdrawn" if void[set_id] else "")
            + f"; the first {some[0].said}",
        )
        for set_id, some in groups.items()
    )


def unfinished_runs(store: Store, environment: Environment) -> tuple[OpenWork, ...]:
    """The runs that can be resumed."""
    return tuple(
        OpenWork(run.run_id, f"{run.state} since {moment(run.started_at)}, by {run.started_by}")
        for run in store.runs(environment)
        if run.is_unfinished
    )


def last_export(store: Store, environment: Environment) -> Snapshot | None:
    """The baseline of the newest export."""
    exports: tuple[Export, ...] = store.exports(environment)
    return store.baseline(exports[-1].workbook_id) if exports else None


def waivers_of(texts: Sequence[str]) -> Mapping[str, str]:
    """The waived checks and the reasons. Raises ConfigurationError for an unknown check or no reason."""
    found = {}
    for text in texts:
        name, _, reason = (part.strip() for part in text.partition("="))
        if name not in CHECK_NAMES:
            raise ConfigurationError(
                f"--waive {name}: there is no such check; there are: {', '.join(CHECK_NAMES)}."
            )
        if not reason:
            raise ConfigurationError(f'--waive {name} needs a reason: --waive {name}="why".')
        found[name] = reason
    return found


def rates_of(file: Path | None, rules: FileRules, period: Period) -> Rates | None:
    """The rates of a file for the end of a period. Raises ConfigurationError for what is wrong in it."""
    return rates_from(read_any_table(file, "Rates", rules), file.name, period.end) if file else None
