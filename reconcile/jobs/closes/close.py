"""Makes the close of a period, writes its pack, and freezes it when it passes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconcile import __version__
from reconcile.close.close import Close, make_close
from reconcile.close.frozen import VERSION, Frozen
from reconcile.close.pack import checks_table, objections, rollforward_table
from reconcile.domain.pack_table import Table
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.introw.client import Client, Reader
from reconcile.jobs.close_chain import kept_close, previous_close, superseded, thawed
from reconcile.jobs.closes.close_files import (
    INPUTS,
    NUMBERS,
    hashes,
    newest_layouts,
    pack_files,
    remove_replaced,
    removing_refused,
    temporary_folder,
    write_files,
)
from reconcile.jobs.closes.close_inputs import (
    everything,
    last_export,
    rates_of,
    sets_out,
    unfinished_runs,
    waivers_of,
    workbooks_out,
)
from reconcile.jobs.closes.dimension_notes import dimension_notes
from reconcile.jobs.closes.explained import explanations_of
from reconcile.jobs.closes.ledger_export import ledger_of
from reconcile.jobs.closes.payment_evidence import evidence_of, trued_up
from reconcile.jobs.closes.statement_links import afford_statements, statement_payouts, statements
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import refuse_unseen
from reconcile.store.closes import KeptAttempt, KeptClose, record_attempt, save_close
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """What to close, and how.

    folder: where the pack goes. waivers: `CHECK=REASON`. rates: a table of rates to a reporting currency.
    gl: an export of the general ledger.
    explain: the workbook of a pack in which the flux is explained.
    journals: layouts. statements: whether links to the commission statements are made. draft: closes nothing.
    again: why the last close is made once more. first: begins a chain of closes in a store of other
    environments.
    """

    period: Period
    folder: Path
    waivers: tuple[str, ...] = ()
    rates: Path | None = None
    gl: Path | None = None
    explain: Path | None = None
    journals: tuple[str, ...] = ()
    statements: bool = False
    draft: bool = False
    again: str | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class CloseResult:
    """A close as it was made. closed: whether the period is closed now. numbers: the tables as JSON."""

    made: Close
    closed: bool
    numbers: str
    files: tuple[str, ...]
    folder: Path

    @property
    def tables(self) -> tuple[Table, Table]:
        """The roll-forward, and the checks that object."""
        return rollforward_table(self.made), objections(checks_table(self.made))

    @property
    def verdict(self) -> tuple[str, ...]:
        """What stands in the way of the close, or that the period is closed."""
        frozen = self.made.frozen
        said = [f"Not closed: {obstacle}" for obstacle in self.made.obstacles]
        if self.closed:
            said.append(f"{frozen.period} is closed and locked ({frozen.close_id}).")
        elif self.made.passes:
            said.append(f"{frozen.period} would pass. Nothing was closed: this is a draft.")
        return tuple(said)


def close_result(made: Close, files: Mapping[str, Path], folder: Path, *, closed: bool) -> CloseResult:
    """The result of a close whose files are still in the folder in which they were built."""
    return CloseResult(made, closed, files[NUMBERS].read_text(encoding="utf-8"), tuple(files), folder)


def close(session: Session, request: CloseRequest) -> CloseResult:
    """Closes a period. One that does not pass leaves its pack in the folder, and is not closed.

    Raises ConfigurationError for a period that is not over, and DecisionNeeded where it cannot follow the
    close before it or the credits do not suffice for the statements.
    """
    at = session.clock()
    _refuse(session, request, at)
    waivers, rates = waivers_of(request.waivers), rates_of(request.rates, session.settings.files)
    gl = ledger_of(session, request.gl, request.period)
    with _api(session, request) as reader, session.store() as store, temporary_folder() as building:
        refuse_unseen(session, store)
        # Gather.
        again = request.again is not None
        before = previous_close(store, session.environment, request.period, again=again, first=request.first)
        previous = thawed(before) if before else None
        snapshot = everything(session, reader, previous, session.days.zone)
        replaced = superseded(store, session.environment, request.period) if again else None
        gathered = _gathered(session, store, request, snapshot, previous, replaced, at)
        explanations = explanations_of(session, request.explain, request.period, replaced)
        frozen = replace(gathered, waivers=waivers, rates=rates, gl=gl, explanations=explanations)
        for sentence in dimension_notes(frozen, session.settings.templates):
            session.caller.say(sentence)
        # Decide.
        made = make_close(frozen, previous)
        files = pack_files(made, session.settings.templates, building)
        links = _statements(session, reader, frozen)
        # Act: the pack first; the last step alone closes the period, all of it or nothing.
        write_files(request.folder, {**files, **links})
        closed = made.passes and not request.draft
        if closed and again:
            remove_replaced(request.folder, kept_close(store, session.environment, request.period), files)
        if closed:
            with removing_refused(request.folder, files):
                save_close(store, _kept(session, frozen, files), replaced.close_id if replaced else "")
        else:
            record_attempt(store, _attempt(session, made))
        return close_result(made, files, request.folder, closed=closed)


def _refuse(session: Session, request: CloseRequest, at: datetime) -> None:
    period = request.period
    today, zone = session.days.of(at), session.days.zone
    if period.end >= today:
        raise ConfigurationError(
            f"The period {period} ends on {period.end}, and today is {today} ({zone}). "
            "Close it when it is over."
        )
    if request.again is not None and not request.again.strip():
        raise ConfigurationError("--again needs a reason: why is it made once more?")


def _api(session: Session, request: CloseRequest) -> AbstractContextManager[Reader]:
    """A client that can write only where statements are made."""
    return session.connected() if request.statements else session.reading()


def _statements(session: Session, reader: Reader, frozen: Frozen) -> dict[str, bytes]:
    if not isinstance(reader, Client):
        return {}
    payouts = statement_payouts(frozen)
    afford_statements(session, payouts, reader.status.credits_remaining)
    return {"statements.csv": statements(session, reader, payouts)}


def _gathered(
    session: Session,
    store: Store,
    request: CloseRequest,
    snapshot: Snapshot,
    previous: Frozen | None,
    replaced: Frozen | None,
    at: datetime,
) -> Frozen:
    """Everything that decides the close, from the request, live and the store.

    replaced: the close that this one is made again of.
    """
    environment, settings = session.environment, session.settings
    evidence = evidence_of(session, store, snapshot, (previous, replaced))
    return Frozen(
        close_id=session.new_id("close", at),
        period=request.period,
        at=at,
        by=session.user,
        tool_version=__version__,
        snapshot=snapshot,
        names=settings.policy.names,
        policy=settings.close,
        previous=previous.close_id if previous else "",
        again=request.again or "",
        matched=evidence.matched,
        out=sets_out(store, workbooks_out(store, environment, session.days.start(request.period.start))),
        unfinished=unfinished_runs(store, environment),
        last_export=last_export(store, environment),
        journals=newest_layouts(request.journals or ("csv",), settings.templates),
        version=VERSION,
        allotments=evidence.facts.allotments,
        stage_paid=evidence.facts.stage_paid,
        bills=tuple(evidence.facts.bills),
        draft=request.draft,
        trued_up=trued_up(store, previous),
        own=evidence.own,
    )


def _attempt(session: Session, made: Close) -> KeptAttempt:
    """What is remembered of a pack that closed nothing."""
    frozen = made.frozen
    state, said = ("draft", "it would pass") if made.passes else ("blocked", " ".join(made.obstacles))
    return KeptAttempt(
        str(session.environment),
        str(frozen.period),
        frozen.close_id,
        frozen.at.isoformat(),
        frozen.by,
        state,
        said,
    )


def _kept(session: Session, frozen: Frozen, files: Mapping[str, Path]) -> KeptClose:
    return KeptClose(
        close_id=frozen.close_id,
        environment=str(session.environment),
        period=str(frozen.period),
        first=frozen.period.start,
        last=frozen.period.end,
        at=frozen.at.isoformat(),
        by=frozen.by,
        inputs=files[INPUTS].read_text(encoding="utf-8"),
        files=hashes(files),
    )
