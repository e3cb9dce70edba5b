"""A prepared close as the person who reviews it sees it: numbers, checks, tie, signatures, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.close.checks import Result
from reconcile.close.close import Close
from reconcile.close.contract_cost.cost_tables import cost_tables
from reconcile.close.gl.gl_tables import gl_fact, gl_tables
from reconcile.close.months.month_states import State
from reconcile.close.pack import rollforward_table, verdict
from reconcile.close.remeasurement.gain_tables import gain_tables
from reconcile.close.sign_off.close_differences import Difference, differences
from reconcile.domain.pack_table import Table
from reconcile.domain.period import Period
from reconcile.domain.phrases import moment
from reconcile.errors import DecisionNeeded
from reconcile.jobs.approvals.sign_statement import read_kept, signatures, standards
from reconcile.jobs.closes.close_files import pack_files, temporary_folder, write_files
from reconcile.jobs.closes.prepared_now import made_now, made_then
from reconcile.jobs.closes.sign_off import (
    CLOSE,
    Prepared,
    last_prepared,
    prepared_as,
    subject_of_close,
    waived_in,
)
from reconcile.jobs.session import Session
from reconcile.people.how_approved import Signatures, Standing, standing
from reconcile.people.statement import Statement
from reconcile.store.store import Store

_ACTS = {"request": "prepared it", "approve": "reviewed it", "reject": "rejected it"}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature under a close of a period. holds: whether it counts for the numbers as they are now."""

    name: str
    did: str
    at: str
    request: str
    reason: str
    holds: bool


@dataclass(frozen=True)
class CloseReview:
    """A close that somebody prepared and that is not closed yet.

    state: of PREPARED, REVIEWED, FALLEN. request, by, at: of the preparation. fingerprint: of the numbers as
    they are now. why: what is against it, or whom it waits for. who: the people who can review it. again:
    why a closed period is closed once more. waived: the reason by the title of the check. signed: all
    signatures of the period, the newest last. moved: what moved since it was signed. since: what differs
    from the close that was signed before this one; before, before_at: who signed that one, and when;
    empty for none.
    """

    period: str
    state: State
    request: str
    by: str
    at: str
    fingerprint: str
    why: tuple[str, ...]
    who: tuple[str, ...]
    approved_by: tuple[str, ...]
    again: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    checks: tuple[Result, ...]
    waived: Mapping[str, str]
    signed: tuple[Signed, ...]
    moved: tuple[Difference, ...]
    since: tuple[Difference, ...]
    before: str
    before_at: str


def close_review(session: Session, period: Period) -> CloseReview | None:
    """The prepared close of a period; None where nobody prepared one, or it is closed. No network.

    Raises DecisionNeeded where the record of the approvals was changed.
    """
    if not session.settings.team.people:
        return None
    with session.store(create=False) as store:
        kept = read_kept(session, store)
        found = signatures(kept)
        prepared = last_prepared(store, found, period)
        if prepared is None:
            return None
        now = made_now(session, store, prepared)
        subject = subject_of_close(session.settings.team.policy, kept.store, now)
        how = standing(subject, found, standards(session))
        return _review(session, store, prepared, now, subject.fingerprint, how, found)


def prepared_pack(session: Session, period: Period, folder: Path) -> None:
    """Writes the pack of a prepared close, with the numbers as they are now, for whoever reviews it."""
    with session.store(create=False) as store, temporary_folder() as building:
        prepared = last_prepared(store, signatures(read_kept(session, store)), period)
        if prepared is None:
            raise DecisionNeeded(f"Nobody has prepared the close of {period}, or it is closed.")
        now = made_now(session, store, prepared)
        write_files(folder, {**pack_files(now, session.settings.templates, building)})


def _review(
    session: Session,
    store: Store,
    prepared: Prepared,
    now: Close,
    fingerprint: str,
    how: Standing,
    found: Signatures,
) -> CloseReview:
    said, frozen = prepared.said, prepared.frozen
    then = made_then(session, store, prepared)
    is_same = fingerprint == prepared.fingerprint
    earlier = _earlier(store, found, said)
    return CloseReview(
        period=str(frozen.period),
        state=_state(how, is_same=is_same),
        request=said.request,
        by=said.name,
        at=said.at,
        fingerprint=fingerprint,
        why=how.problems,
        who=how.who,
        approved_by=how.approved_by,
        again=frozen.again,
        verdict=verdict(now),
        facts=tuple(_facts(prepared, now)),
        tables=(rollforward_table(now), *gain_tables(now)[:1], *cost_tables(now), *gl_tables(now)),
        checks=now.checks,
        waived={one.title: one.waived for one in now.checks if one.name in waived_in(now)},
        signed=tuple(_signed(found, said, how, is_same=is_same)),
        moved=() if is_same else differences(then, now),
        since=differences(made_then(session, store, earlier), now) if earlier else (),
        before=earlier.said.name if earlier else "",
        before_at=earlier.said.at if earlier else "",
    )


def _state(how: Standing, *, is_same: bool) -> State:
    if how.is_approved:
        return State.REVIEWED
    return State.PREPARED if is_same and how.is_waiting else State.FALLEN


def _facts(prepared: Prepared, now: Close) -> Iterator[tuple[str, str]]:
    frozen = prepared.frozen
    yield "Data of", moment(frozen.snapshot.taken_at)
    yield gl_fact(now)
    yield "Rates", frozen.rates.file if frozen.rates else "not brought"
    yield "Explained flux", str(len(frozen.explanations) or "none")
    yield "Fingerprint of the numbers that were signed", prepared.fingerprint


def _of_period(found: Signatures, said: Statement) -> Sequence[Statement]:
    """All that was signed of closes of the same period."""
    about = (CLOSE, said.subject.source)
    return [one for _, one in found.statements if (one.subject.kind, one.subject.source) == about]


def _signed(found: Signatures, said: Statement, how: Standing, *, is_same: bool) -> Iterator[Signed]:
    for one in _of_period(found, said):
        is_of_now = is_same and one.request == said.request == how.request
        holds = is_of_now and (one.act == "request" or one.name in how.approved_by)
        yield Signed(one.name, _ACTS[one.act], one.at, one.request, one.reason, holds or one.act == "reject")


def _earlier(store: Store, found: Signatures, said: Statement) -> Prepared | None:
    """The close of the period that was prepared, and perhaps reviewed, before this one."""
    before = [one for one in _of_period(found, said) if one.act == "request" and one.request != said.request]
    return prepared_as(store, before[-1]) if before else None
