"""Makes a plan from edited workbooks, their baselines, and live as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconcile.check.damaged import RULE
from reconcile.domain.decision import Preference
from reconcile.domain.edited import EditedRow
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.phrases import moment
from reconcile.domain.settlement import Answer
from reconcile.domain.snapshot import Environment, Snapshot, together
from reconcile.errors import DecisionNeeded, StateError, WorkbookError
from reconcile.introw.client import Reader
from reconcile.introw.fetch import Beside, gather_live
from reconcile.introw.gathering import Gathering
from reconcile.jobs.evidence.made_of import FileAsRead, MadeOf, file_as_read
from reconcile.jobs.kept_live import kept_live
from reconcile.jobs.narrow_to import NarrowTo, narrowing_of
from reconcile.jobs.own_work import applied, own_work
from reconcile.jobs.readings import Reading, read_all
from reconcile.jobs.session import Session
from reconcile.plan.across.narrowing import first_payouts
from reconcile.plan.across.policy_checks import EMPTIED
from reconcile.plan.build import Circumstances, build_plan
from reconcile.plan.cost.run_cost import ANSWER, ListLengths
from reconcile.plan.made_before.same_lines import MADE
from reconcile.plan.model import Plan
from reconcile.plan.sources import OwnWork, Source
from reconcile.store.store import Store

EVERYTHING = NarrowTo()


@dataclass(frozen=True)
class PlanMade:
    """A plan, the readings of its workbooks, and what else it was made of.

    live_at: the moment of live, where an earlier reading of it served.
    """

    plan: Plan
    readings: tuple[Reading, ...]
    made_of: MadeOf
    live_at: datetime | None = None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What the workbooks answer to suggestions of `payments`."""
        return tuple(answer for one in self.readings for answer in one.edited.answers)


def plan_for(
    session: Session,
    reader: Reader,
    store: Store,
    files: Sequence[Path],
    preference: Preference | None = None,
    narrow_to: NarrowTo = EVERYTHING,
) -> PlanMade:
    """The plan for workbooks against live, with what it is made of.

    Raises WorkbookError for a workbook of another environment, and DecisionNeeded when none of the payouts
    of a workbook can be seen with this key.
    """
    seen = [file_as_read(file) for file in files]
    readings = read_all(session, store, files)
    return plan_of(session, reader, store, readings, seen, preference, narrow_to)


def plan_of(
    session: Session,
    reader: Reader,
    store: Store,
    readings: Sequence[Reading],
    seen: Sequence[FileAsRead],
    preference: Preference | None = None,
    narrow_to: NarrowTo = EVERYTHING,
) -> PlanMade:
    """The plan for workbooks that were read already; see `plan_for`. seen: their files."""
    for reading in readings:
        _refuse_foreign(reading, session.environment)
    read, given = _circumstances(session, reader, store, readings, preference, narrow_to)
    live = read.live
    sources = tuple(_source(store, one) for one in readings)
    policy = session.settings.policy
    plan = build_plan(sources, live, policy, given)
    if narrow_to.first is not None:
        first = first_payouts(plan.operations, narrow_to.first, given.narrowing)
        given = replace(given, narrowing=first)
        plan = build_plan(sources, live, policy, given)
    read_from = tuple(
        replace(one, name=reading.edited.file) for one, reading in zip(seen, readings, strict=True)
    )
    own, kept = tuple(one.own for one in sources), tuple(one.kept for one in sources)
    return PlanMade(plan, tuple(readings), MadeOf(live, given, read_from, own, kept), read.at)


def _circumstances(
    session: Session,
    reader: Reader,
    store: Store,
    readings: Sequence[Reading],
    preference: Preference | None,
    narrow_to: NarrowTo,
) -> tuple[_Read, Circumstances]:
    """Live, and what else a plan needs to know; notes that the workbooks came back."""
    narrowing = narrowing_of(narrow_to, (reading.baseline for reading in readings))
    before, began = reader.status.requests, reader.clock.monotonic()
    read = _live(session, reader, store, readings)
    for reading in readings:
        _refuse_unseen(reading, read.live)
    split_workbooks = store.split_workbooks_with([one.edited.export.workbook_id for one in readings])
    given = Circumstances(
        made_at=session.clock(),
        made_by=session.user,
        lengths=lengths_of(reader, before, began, read.line_pages),
        rate=session.settings.profile.rate,
        conduct=session.settings.conduct,
        credits_left=reader.status.credits_remaining,
        preference=replace(preference, who=session.user) if preference else None,
        narrowing=narrowing,
        split_workbooks=split_workbooks,
        returned=store.returned([one.workbook_id for one in split_workbooks]),
        absence_wait=session.settings.profile.absence_wait,
    )
    _note_returns(session, store, readings)
    return read, given


def _note_returns(session: Session, store: Store, readings: Sequence[Reading]) -> None:
    """Notes which workbooks came back, the first time that each is read."""
    mine = {one.edited.export.workbook_id: one.edited.file for one in readings if one.kept}
    new = {key: file for key, file in mine.items() if key not in store.returned(mine)}
    if not new:
        return
    try:
        store.note_returns(new.items(), session.clock())
    except StateError as error:
        session.caller.say(f"{error} So the record does not say that {', '.join(new.values())} came back.")


def lengths_of(reader: Reader, requests: int, began: float, known: int = 0) -> ListLengths:
    """How long the listings are, after everything was read. requests, began: before that.

    known: the pages of all lines as an earlier reading had them, where this one did not see one.
    """
    reads, (payout_pages, line_pages) = reader.status.requests - requests, reader.pages
    answer = max(ANSWER, round((reader.clock.monotonic() - began) / max(reads, 1), 2))
    return ListLengths(payout_pages, line_pages or known, answer)


def _source(store: Store, reading: Reading) -> Source:
    workbook_id = reading.edited.export.workbook_id
    return source_of(reading, replace(own_work(store, workbook_id), applied=applied(store, workbook_id)))


def source_of(reading: Reading, work: OwnWork) -> Source:
    """A workbook as a plan takes it. work: what earlier runs of it did."""
    return Source(reading.baseline, reading.edited, _undamaged(reading), work, reading.kept)


def _undamaged(reading: Reading) -> tuple[Finding, ...]:
    """The findings of a workbook without those that the plan tells itself, with live before it.

    A damaged value that a policy made an error stays one: it holds its record.
    """
    told = (RULE, MADE, EMPTIED)
    return tuple(
        one
        for one in reading.findings
        if one.rule not in told or (one.rule == RULE and one.severity is Severity.ERROR)
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """Live as a plan takes it. at: its moment, where an earlier reading served. line_pages: of all lines."""

    live: Snapshot
    at: datetime | None
    line_pages: int


def _live(session: Session, reader: Reader, store: Store, readings: Sequence[Reading]) -> _Read:
    """Live, with an earlier reading of it where one may serve; and leaves this one to the next plan."""
    baseline = together([reading.baseline for reading in readings])
    scopes = list(dict.fromkeys(reading.baseline.scope for reading in readings))
    left_out = session.settings.policy.left_out
    kept = kept_live(session, store, reader.connection.key)
    earlier = kept.earlier() if kept and not session.fresh else None
    with session.caller.progress() as on_progress:
        before = earlier.reading if earlier else None
        found = Gathering(reader, on_progress, baseline.payouts, baseline.lines, before)
        beside, now = _beside(readings), session.clock()
        live = gather_live(found, session.environment, baseline, now, left_out, scopes, beside)
    pages = reader.pages[1] or (earlier.line_pages if earlier else 0)
    if kept and (left := found.left(live)):
        kept.keep(left, pages)
    if found.took:
        session.caller.say(
            f"Live is as of {moment(live.taken_at)}, with the payouts that moved since (live_minutes). "
            "--fresh reads all of it anew."
        )
    return _Read(live, live.taken_at if found.took else None, pages)


def _beside(readings: Sequence[Reading]) -> Beside:
    """The partners of new rows: whether a record was made already shows among all of its partner."""
    paid = _partners(row for one in readings for row in one.edited.new_payouts.rows)
    return Beside(paid | _partners(row for one in readings for row in one.edited.new_lines.rows), paid)


def _partners(rows: Iterable[EditedRow]) -> frozenset[str]:
    return frozenset(partner for row in rows if isinstance(partner := row.values.get("partner_id"), str))


def _refuse_foreign(reading: Reading, environment: Environment) -> None:
    exported = reading.edited.export.environment
    if exported != environment:
        raise WorkbookError(
            f"{reading.edited.file} was exported from {exported}, and this is {environment}. "
            "Choose the profile of the export, or export again."
        )


def _refuse_unseen(reading: Reading, live: Snapshot) -> None:
    payouts = reading.baseline.payouts
    if payouts and not payouts.keys() & live.payouts.keys():
        raise DecisionNeeded(
            f"None of the payouts in {reading.edited.file} ({len(payouts):,}) can be seen with this key. "
            "It is probably the key of another organisation."
        )
