"""The state of every month: open, draft, blocked, prepared, reviewed, closed, reopened or stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from reconcile.close.months.moved_since import Moved
from reconcile.domain.pack_table import Column, Table
from reconcile.domain.period import Period


class State(StrEnum):
    """How far a period is."""

    RUNNING = "not over"
    OPEN = "open"
    DRAFT = "draft"
    BLOCKED = "blocked"
    PREPARED = "prepared"
    REVIEWED = "reviewed"
    FALLEN = "signatures fallen"
    CLOSED = "closed"
    REOPENED = "reopened"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Closing:
    """A close that counts. at: UTC, ISO 8601. signed: who prepared and who reviewed it, in words."""

    period: Period
    at: str
    by: str
    signed: str = ""


@dataclass(frozen=True, slots=True)
class SignedMonth:
    """How far the signatures of a period are that is not closed. at: UTC, ISO 8601."""

    state: State
    at: str
    said: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pack that closed nothing. is_blocked: whether the period did not pass. said: why."""

    period: str
    at: str
    by: str
    is_blocked: bool
    said: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """A permission that was used to change a closed period."""

    period: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True)
class Known:
    """What the state store knows of the periods of an environment, oldest first."""

    closings: Sequence[Closing] = ()
    attempts: Sequence[Attempt] = ()
    reopened: Sequence[Reopened] = ()
    moved: Mapping[Period, Moved] = field(default_factory=dict)
    signed: Mapping[str, SignedMonth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Month:
    """A period with its state, and what is known of it."""

    period: str
    state: State
    said: str


def months(known: Known, today: date) -> tuple[Month, ...]:
    """The closed periods, those that are next up to today, and others that somebody tried to close."""
    closed = [_closed(one, known) for one in known.closings]
    following = [str(one) for one in _following(known, today)]
    done = {one.period for one in closed}
    told = (*(one.period for one in known.attempts), *known.signed)
    tried = dict.fromkeys(name for name in told if name not in {*done, *following})
    return (*closed, *(_open(one, known, today) for one in (*following, *tried)))


def _closed(one: Closing, known: Known) -> Month:
    name, moved = str(one.period), known.moved.get(one.period)
    said = f"closed {one.at[:10]} by {one.by}" + (f", {one.signed}" if one.signed else "")
    # A reopening tells the second of its run, a close the part of it, too.
    since = [each for each in known.reopened if each.period == name and each.at >= one.at[:19]]
    if since:
        last = since[-1]
        said += f"; reopened {last.at[:10]} by {last.by}: {last.reason}"
    if moved:
        said += f"; moved since: {moved.words}" + (", booked by late entries" if moved.is_booked else "")
    is_stale = moved is not None and not moved.is_booked
    if is_stale and one.signed:
        said += "; the signatures are of the numbers before that"
    state = State.STALE if is_stale else State.REOPENED if since else State.CLOSED
    return Month(name, state, said)


def _open(name: str, known: Known, today: date) -> Month:
    tried, signed = [one for one in known.attempts if one.period == name], known.signed.get(name)
    if signed and not (tried and tried[-1].is_blocked and tried[-1].at > signed.at):
        return Month(name, signed.state, signed.said)
    if tried:
        last = tried[-1]
        state = State.BLOCKED if last.is_blocked else State.DRAFT
        return Month(name, state, f"{last.at[:10]} by {last.by}: {last.said}")
    is_over = Period.parse(name).end < today
    return Month(name, State.OPEN if is_over else State.RUNNING, "")


def _following(known: Known, today: date) -> Iterator[Period]:
    """The months from the last close up to that of today; the rest of a month where a close ends in it."""
    if not known.closings:
        return
    start = known.closings[-1].period.end + timedelta(days=1)
    while start <= today:
        then = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield Period(start, then - timedelta(days=1))
        start = then


def as_table(found: Sequence[Month]) -> Table:
    """The months as a table for people."""
    columns = (Column("period", "Period"), Column("state", "State"), Column("said", "What is known"))
    rows = tuple((one.period, one.state.value, one.said) for one in found)
    return Table("months", "Months", columns, rows)
