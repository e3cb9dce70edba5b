"""Checks the settings, the state store and the connection, with harmless reads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from reconcile.domain.phrases import counted
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.stage import STAGES
from reconcile.errors import ReconcileError, StateError
from reconcile.introw.doctor import ConnectionReport, probe
from reconcile.jobs.doctor.check_result import Check
from reconcile.jobs.doctor.server_words import Words, note_words, seen_before, setting_of, unknown_words
from reconcile.jobs.kept_live import live_path, size_of
from reconcile.jobs.session import Session
from reconcile.jobs.setup.api_key import key_source
from reconcile.jobs.state.new_store import unseen

_CLOCK_TOLERANCE = 30
"""Tolerated clock skew in seconds."""
_REFUSED = 3
_SEEN = {"stages": "Stages seen", "statuses": "Statuses seen on no payout"}


def check_setup(session: Session) -> list[Check]:
    """The configuration, the state store, and the connection with its key. Raises nothing of them."""
    settings = [_configuration(session), _sources(session), _store(session), *_kept_live(session)]
    return [*settings, *check_connection(session)]


def _configuration(session: Session) -> Check:
    settings = session.settings
    where = str(settings.file) if settings.file else "no reconcile.toml, defaults are used"
    return Check("Configuration", ok=True, found=f"{where}, profile {settings.profile_name}")


def _sources(session: Session) -> Check:
    """Where the settings came from that are not defaults."""
    settings = session.settings
    named = dict(settings.sources)
    if key := key_source(settings, os.environ):
        named["key"] = key
    by_source: dict[str, list[str]] = {}
    for setting, source in sorted(named.items()):
        by_source.setdefault(source, []).append(setting)
    found = [f"{', '.join(names)} from {source}" for source, names in sorted(by_source.items())]
    return Check("Settings", ok=True, found="; ".join([*found, "the others are defaults"]))


def _store(session: Session) -> Check:
    try:
        with session.store(create=False) as store:
            runs, unknown = store.runs(), unseen(session, store, by_export=True)
    except ReconcileError as error:
        return Check("State store", ok=False, found=str(error), code=error.exit_code)
    open_runs = [run.run_id for run in runs if run.is_unfinished]
    found = f"{session.shown_state}, {counted(len(runs), 'run')}"
    if open_runs:
        found = f"{found}, unfinished: {', '.join(open_runs)}"
        return Check("State store", ok=False, found=found, advice="Finish it: reconcile resume RUN")
    if unknown:
        return Check("State store", ok=None, found=f"{found}. {unknown}")
    return Check("State store", ok=True, found=found)


def _kept_live(session: Session) -> Iterator[Check]:
    """Where live is kept, if it may be."""
    if minutes := session.settings.profile.live_minutes:
        path = live_path(session)
        size = size_of(path)
        found = f"{size / 1e6:.1f} MB" if size else "none now"
        yield Check("Kept live", ok=True, found=f"for {minutes:g} minutes in {path}: {found}")


def check_connection(session: Session, unknown: dict[str, Mapping[str, int]] | None = None) -> list[Check]:
    """What the server is like, seen with the key and harmless reads. Raises nothing of it.

    unknown: gets the words that no setting names.
    """
    return list(_connection(session, {} if unknown is None else unknown))


def _connection(session: Session, unknown: dict[str, Mapping[str, int]]) -> Iterator[Check]:
    try:
        with session.reading() as reader:
            report = probe(reader)
    except ReconcileError as error:
        yield Check("Connection", ok=False, found=str(error), code=error.exit_code)
        return
    if report.unreachable:
        advice = "Check the base URL of the profile (or INTROW_BASE_URL), the network and the proxy."
        yield Check("Host", ok=False, found=report.unreachable, advice=advice, code=_REFUSED)
        return
    yield Check("Host", ok=True, found=report.host)
    yield from _access(report)
    names = session.settings.policy.names
    yield from _words(report, names)
    unknown |= unknown_words(report.words.get("stages", {}), report.words.get("statuses", {}), names)
    yield from _kept_words(session, unknown, names)
    yield from _budget(report)
    if report.status.server_ahead is not None:
        seconds = report.status.server_ahead.total_seconds()
        found = f"the server is {seconds:+.0f} s from ours"
        yield Check("Clock", abs(seconds) <= _CLOCK_TOLERANCE, found, "Set this computer's clock.")


def _access(report: ConnectionReport) -> Iterator[Check]:
    accepted = {True: "accepted", False: "refused", None: "not tried"}[report.key_accepted]
    advice = (
        f"Is it a key of {report.host}, and not of another environment? Else make a new one in Introw: "
        "Settings, Developers, API keys."
    )
    yield Check("Key", report.key_accepted, accepted, advice, _REFUSED)
    for scope, has in report.scopes.items():
        untried = "cannot be tried without writing" if scope.endswith(":write") else "not tried"
        words = {True: "there", False: "missing", None: untried}[has]
        yield Check(f"Scope {scope}", has, words, f"The key needs {scope}." if has is False else "", _REFUSED)
    for one in report.lists:
        total = f", {one.total:,} in all" if one.total is not None else ""
        found = one.error or f"{counted(one.records, 'record')} on the first page{total}; {one.paging}"
        yield Check(f"List {one.path}", not one.error, found, code=_REFUSED)


def _kept_words(session: Session, unknown: Words, names: Names) -> Iterator[Check]:
    """What earlier looks and runs saw; what this one saw is kept with it, where there is a store."""
    try:
        with session.store(create=False) as store:
            before = list(seen_before(session, store, names))
            note_words(session, store, unknown)
    except StateError as error:
        yield Check("Words seen", None, f"not kept: {error}")
        return
    if before:
        yield Check("Words seen before", None, "; ".join(before))


def _words(report: ConnectionReport, names: Names) -> Iterator[Check]:
    """The stages and statuses that were seen, with counts, and how an unknown one is made known."""
    for what, seen in report.words.items():
        known = STAGES.keys() if what == "stages" else {*names.pending_statuses, *names.voided_statuses}
        unknown = sorted(seen.keys() - known)
        found = ", ".join(f"{word or 'none'} {count:,}" for word, count in sorted(seen.items()))
        advice = {
            "stages": f"Not known here: {', '.join(unknown)}. Such payouts can be read and not be edited.",
            "statuses": f"Not known here: {', '.join(unknown)}. Add under [names] in reconcile.toml, if such "
            f"lines wait for a payout: {setting_of(filter(None, unknown), names)}. If declined, name "
            "them in voided_statuses.",
        }[what]
        if seen:
            yield Check(_SEEN[what], None if unknown else True, found, advice)


def _budget(report: ConnectionReport) -> Iterator[Check]:
    rate = report.status.rate_remaining
    yield Check(
        "Rate", None if rate is None else True, f"{rate if rate is not None else 'unknown'} calls left now"
    )
    left = report.status.credits_remaining
    if left is None:
        yield Check("Credits", None, "the server does not say; perhaps unlimited")
    else:
        advice = "They come back on the 1st of the month, UTC."
        found = f"{left:,} of {report.status.credits_limit or 0:,} left this month"
        yield Check("Credits", left > 0, found, advice, _REFUSED)
