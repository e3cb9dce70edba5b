"""Makes the close of a period, writes its pack, and freezes it when it passes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reconcile import __version__
from reconcile.close.close import Close, make_close
from reconcile.close.contract_cost.cost_tables import cost_tables
from reconcile.close.frozen import VERSION, Frozen
from reconcile.close.gl.gl_tables import gl_tables
from reconcile.close.pack import checks_table, objections, rollforward_table
from reconcile.close.remeasurement.gain_tables import gain_tables
from reconcile.domain.pack_table import Table
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.introw.client import Client, Reader
from reconcile.jobs.approvals.rules_on_record import keep_rules
from reconcile.jobs.approvals.sign_statement import KeyChoice, SignIn, read_kept, signatures, signer
from reconcile.jobs.approvals.use_approval import claim_on, note_refusal
from reconcile.jobs.close_chain import kept_close, previous_close, superseded, thawed, with_carried
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
from reconcile.jobs.closes.close_stamp import keep_stamp, remove_stamp, stamped_close
from reconcile.jobs.closes.explained import explanations_of
from reconcile.jobs.closes.journal_notes import books_functional, dimension_notes, remeasurement_notes
from reconcile.jobs.closes.ledger_export import ledger_of, open_differences, tie_lines
from reconcile.jobs.closes.payment_evidence import evidence_of, trued_up
from reconcile.jobs.closes.sign_off import Review, last_prepared, prepare, review_of
from reconcile.jobs.closes.statement_links import afford_statements, statement_payouts, statements
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import refuse_unseen
from reconcile.store.closes import KeptAttempt, KeptClose, kept_closes, record_attempt, save_close
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """What to close, and how.

    folder: where the pack goes. waivers: `CHECK=REASON`. rates: a table of rates to a reporting currency.
    gl: an export of the general ledger.
    explain: the workbook of a pack in which the flux is explained.
    journals: layouts. statements: whether links to the commission statements are made. draft: closes nothing.
    again: why the last close is made once more. first: begins a chain of closes in a store of other
    environments. prepare: the key of whoever prepares the close, signs its numbers and closes nothing.
    unstamped: no time stamp is asked for, whatever the settings say.
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
    prepare: KeyChoice | SignIn | None = None
    unstamped: bool = False


@dataclass(frozen=True, slots=True)
class CloseResult:
    """A close as it was made.

    closed: whether the period is closed now. numbers: the tables as JSON. review: how its sign-off stands;
    None where no second person is asked.
    """

    made: Close
    closed: bool
    numbers: str
    files: tuple[str, ...]
    folder: Path
    review: Review | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        """The roll-forward, gains and losses, contract costs, and the checks that object."""
        made = self.made
        beside = (*gain_tables(made)[:1], *cost_tables(made))
        return rollforward_table(made), *beside, objections(checks_table(made))

    @property
    def ties(self) -> tuple[Table, ...]:
        """The tie to the general ledger, and why it differs; none where no export was brought."""
        return gl_tables(self.made)

    @property
    def verdict(self) -> tuple[str, ...]:
        """The accounts that do not tie, what stands in the way of the close, or that the period is closed."""
        frozen = self.made.frozen
        said = list(tie_lines(one for one in self.made.ties if not one.is_tied))
        said += [f"Not closed: {obstacle}" for obstacle in self.made.obstacles]
        if self.closed:
            said.append(f"{frozen.period} is closed and locked ({frozen.close_id}).")
        elif self.made.passes and self.review and self.review.standing.request:
            said.append(self.review.words)
        elif self.made.passes:
            said.append(f"{frozen.period} would pass. Nothing was closed: this is a draft.")
        return tuple(said)


def close_result(
    made: Close, files: Mapping[str, Path], folder: Path, review: Review | None = None, *, closed: bool
) -> CloseResult:
    """The result of a close whose files are still in the folder in which they were built."""
    return CloseResult(made, closed, files[NUMBERS].read_text(encoding="utf-8"), tuple(files), folder, review)


def close(session: Session, request: CloseRequest) -> CloseResult:
    """Closes a period. One that does not pass leaves its pack in the folder, and is not closed.

    Where there are people, it is closed only with numbers that one of them prepared and another reviewed.
    Raises ConfigurationError for a period that is not over, and DecisionNeeded where it cannot follow the
    close before it, is not reviewed, or the credits do not suffice for the statements; StampFailed where its
    manifest cannot be stamped.
    """
    at = session.clock()
    _refuse(session, request, at)
    who = signer(session, request.prepare, "close") if request.prepare else None
    with _api(session, request) as reader, session.store() as store, temporary_folder() as building:
        refuse_unseen(session, store)
        if not request.draft:
            keep_rules(session, store)
        # Gather and decide.
        replaced = superseded(store, session.environment, request.period) if request.again else None
        made = _made(session, reader, store, request, replaced, at)
        if who and made.passes:
            prepare(session, store, who, made)
        ahead = reader.status.server_ahead
        review = review_of(session, store, made, None if ahead is None else session.clock() + ahead)
        if review:
            made = replace(made, frozen=replace(made.frozen, sign_off=review.signed))
        may_close = made.passes and not made.frozen.draft
        if may_close and review:
            _refuse_unsigned(session, store, made, review)
        made = replace(made, frozen=replace(made.frozen, stamped=may_close and _is_stamped(session, request)))
        files = pack_files(made, session.settings.templates, building)
        links = _statements(session, reader, made.frozen)
        stamp = stamped_close(session, made.frozen, files)
        # Act: the pack first; the last step alone closes the period, all of it or nothing.
        write_files(request.folder, {**files, **links, **stamp})
        if may_close:
            keep_stamp(session, store, made.frozen.close_id, stamp)
            with removing_refused(request.folder, {**files, **stamp}):
                _keep(session, store, request.folder, made, files, review, replaced)
        else:
            record_attempt(store, _attempt(session, made, review))
        return close_result(made, files, request.folder, review, closed=may_close)


def _is_stamped(session: Session, request: CloseRequest) -> bool:
    return session.settings.stamps.is_on and not request.unstamped


def _made(
    session: Session,
    reader: Reader,
    store: Store,
    request: CloseRequest,
    replaced: Frozen | None,
    at: datetime,
) -> Close:
    """The close as it would be now. replaced: the close that this one is made again of."""
    again = request.again is not None
    before = previous_close(store, session.environment, request.period, again=again, first=request.first)
    previous = thawed(before) if before else None
    brought = _brought(session, store, request, replaced)
    snapshot = everything(session, reader, previous, session.days.zone)
    frozen = replace(_gathered(session, store, request, snapshot, previous, replaced, at), **brought)
    templates = session.settings.templates
    frozen = with_carried(frozen, kept_closes(store, session.environment), previous)
    frozen = replace(frozen, is_booked_functional=books_functional(frozen, templates))
    for sentence in (*dimension_notes(frozen, templates), *remeasurement_notes(frozen, templates)):
        session.caller.say(sentence)
    return make_close(frozen, previous)


def _brought(
    session: Session, store: Store, request: CloseRequest, replaced: Frozen | None
) -> dict[str, Any]:
    """What a person brings: waivers, rates, the general ledger, explanations.

    A reviewed close is made with what was brought when it was prepared, unless something is brought again.
    """
    settings = session.settings
    is_bare = not (request.waivers or request.rates or request.gl or request.explain)
    if is_bare and settings.team.people and not request.draft and not request.prepare:
        found = last_prepared(store, signatures(read_kept(session, store)), request.period)
        if found:
            session.caller.say(
                f"Waivers, rates, general ledger and explanations are those of {found.said.request}."
            )
            names = ("waivers", "rates", "gl", "explanations")
            return {name: getattr(found.frozen, name) for name in names}
    return {
        "waivers": waivers_of(request.waivers),
        "rates": rates_of(request.rates, settings.files, request.period),
        "gl": ledger_of(session, request.gl, request.period),
        "explanations": explanations_of(session, request.explain, request.period, replaced),
    }


def _refuse_unsigned(session: Session, store: Store, made: Close, review: Review) -> None:
    """Raises DecisionNeeded where nobody has reviewed these numbers, and remembers that it was tried."""
    if review.standing.is_approved:
        return
    reason = f"Nothing was closed. {' '.join(review.standing.problems)}"
    note_refusal(session, store, review.subject.fingerprint, reason)
    if not review.standing.request:
        record_attempt(store, replace(_attempt(session, made, review), state="blocked", said=reason))
    raise DecisionNeeded(reason)


def _keep(
    session: Session,
    store: Store,
    folder: Path,
    made: Close,
    files: Mapping[str, Path],
    review: Review | None,
    replaced: Frozen | None,
) -> None:
    """Closes the period, and uses its review with it."""
    if replaced:
        remove_replaced(folder, kept_close(store, session.environment, made.frozen.period), files)
        remove_stamp(folder, store, replaced.close_id)
    claim = claim_on(session, review.subject, review.standing.request) if review else None
    try:
        save_close(store, _kept(session, made.frozen, files), replaced.close_id if replaced else "", claim)
    except DecisionNeeded as refused:
        if review:
            note_refusal(session, store, review.subject.fingerprint, str(refused))
        raise


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
        draft=request.draft or request.prepare is not None,
        trued_up=trued_up(store, previous),
        own=evidence.own,
        gl_open=open_differences(kept_closes(store, environment), previous),
    )


def _attempt(session: Session, made: Close, review: Review | None) -> KeptAttempt:
    """What is remembered of a pack that closed nothing."""
    frozen = made.frozen
    state, said = ("draft", "it would pass") if made.passes else ("blocked", " ".join(made.obstacles))
    if made.passes and review and review.standing.request:
        state, said = "prepared", review.words
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
