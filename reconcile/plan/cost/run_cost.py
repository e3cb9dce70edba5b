"""What a run takes, counted before it begins: writes, looks, and what it reads again on its way. Pure.

A run reads what its operations rely on before the first write, again when an operation's turn comes too long
after that, and everything that it did at its end. The count plays this through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Final

from reconcile.domain.policy.names_and_limits import Conduct
from reconcile.plan.cost.relied_records import ENOUGH, Wanted, bound_of, wanted_by, wanted_first
from reconcile.plan.model import Action, Cost, Operation
from reconcile.plan.reliance import LINES_LEFT, relied_lines

_LEAVING: Final = (Action.DECLINE_LINE, Action.DETACH_LINE)
_MINUTE: Final = 60.0
ANSWER: Final = 0.25
"""Seconds until an answer is there, at least."""
_FEW: Final = 2
"""So many records are read one by one; for more, the first page of the listing is worth a look."""


@dataclass(frozen=True, slots=True)
class ListLengths:
    """How long the listings are; 0 where nobody knows.

    payout_pages, line_pages: of all records. answer: seconds until an answer is there.
    """

    payout_pages: int = 0
    line_pages: int = 0
    answer: float = ANSWER


def run_cost(
    operations: Sequence[Operation],
    rate: int,
    conduct: Conduct,
    lengths: ListLengths,
    absence_wait: float = 0,
    credits_left: int | None = None,
) -> Cost:
    """The calls and seconds of a run. rate: requests per minute. absence_wait: for one lost new line."""
    if not operations:
        return Cost(0, 0, 0, credits_left)
    played = _Played(operations, rate, conduct, lengths)
    reads = played.reads()
    wait = ceil(absence_wait) if any(one.action.creates for one in operations) else 0
    calls = len(operations) + reads
    return Cost(len(operations), reads, -(-calls * 60 // rate) + wait, credits_left)


@dataclass
class _Played:
    """A run played through. rate: requests per minute; they go one after the other until it is used up."""

    operations: Sequence[Operation]
    rate: int
    conduct: Conduct
    lengths: ListLengths
    _now: float = 0
    _began: float = 0
    _count: int = 0
    _calls: int = 0
    _at: dict[str, float] = field(default_factory=dict)
    _same_at: dict[tuple[Action, str | None, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Few payouts do not show that amounts follow their lines, so these are read again, too."""
        self._first = wanted_first(self.operations)
        self._wanted = wanted_by if len(self._first.whole) >= ENOUGH else wanted_first
        self._keys = [_keys_of(self._wanted([one])) for one in self.operations]
        self._bounds = [bound_of(one, self.conduct) for one in self.operations]

    def reads(self) -> int:
        """The reads of the whole run."""
        self._read(self._first)
        self._read_same(self.operations)
        self._began = self._now
        for place, one in enumerate(self.operations):
            self._refresh(place)
            self._same_again(one, place)
            self._spend(1)
            self._at[one.target.id] = self._now
            self._count += 1
        return self._calls - len(self.operations) + _calls_of(self._done(), self.lengths)

    def _done(self) -> Wanted:
        """What is read back: every payout and line, and those that were made. What left is on no payout."""
        done = wanted_by(self.operations)
        # Of a payout that was made, itself and the listing of its lines.
        done.payouts |= {one.id for one in self.operations if one.action is Action.CREATE_PAYOUT}
        done.whole = {one.id for one in self.operations if one.action is Action.CREATE_PAYOUT}
        made = {one.id: one.target.payout_id for one in self.operations if one.action is Action.CREATE_LINE}
        left: dict[str, str | None] = {
            one.target.id: None for one in self.operations if one.action in _LEAVING
        }
        return Wanted(done.payouts, done.lines | made | left, done.whole)

    def _refresh(self, place: int) -> None:
        """Reads again, once to see whether live shows it already, and once to see what moved."""
        for _ in range(2):
            if not self._too_old(range(place, place + 1)):
                return
            self._read(self._too_old(self._soon(place)))

    def _same_again(self, operation: Operation, place: int) -> None:
        """What is near a new record is listed again, and the pool out of which a new payout is filled."""
        if operation.action.creates and self._is_old_place(operation):
            soon = map(self.operations.__getitem__, self._soon(place))
            self._read_same([one for one in soon if self._is_old_place(one)])
        if operation.action is Action.CREATE_PAYOUT and relied_lines(operation.relies_on):
            self._spend(1)

    def _is_old_place(self, operation: Operation) -> bool:
        return self._same_at.get(_place(operation), inf) < self._now - bound_of(operation, self.conduct)

    def _soon(self, place: int) -> range:
        """The places of the operations whose turn comes before what is read now is too old."""
        measured = (self._now - self._began) / self._count if self._count else 0
        count = max(1, int(self._bounds[place] / max(_MINUTE / self.rate, measured)))
        return range(place, min(place + count, len(self.operations)))

    def _too_old(self, places: range) -> Wanted:
        """What these operations rely on, as far as it was read too long ago for one of them."""
        limits = [(place, self._now - self._bounds[place]) for place in places]
        old = {key for place, limit in limits for key in self._keys[place] if self._at[key] < limit}
        if not old:
            return Wanted()
        need = self._wanted(self.operations[places.start : places.stop])
        lines = {key: home for key, home in need.lines.items() if key in old}
        return Wanted(need.payouts & old, lines, {key for key in need.whole if LINES_LEFT + key in old})

    def _read(self, wanted: Wanted) -> None:
        self._at.update(dict.fromkeys(_keys_of(wanted), self._now))
        self._spend(_calls_of(wanted, self.lengths))

    def _read_same(self, operations: Iterable[Operation]) -> None:
        places = {_place(one) for one in operations if one.action.creates}
        self._same_at.update(dict.fromkeys(places, self._now))
        self._spend(len(places))

    def _spend(self, calls: int) -> None:
        self._calls += calls
        self._now = max(self._now + calls * self.lengths.answer, self._calls // self.rate * _MINUTE)


def _keys_of(wanted: Wanted) -> tuple[str, ...]:
    return (*wanted.payouts, *wanted.lines, *(LINES_LEFT + key for key in wanted.whole))


def _place(operation: Operation) -> tuple[Action, str | None, str]:
    """Where a new record goes: the lines or payouts there are listed."""
    return operation.action, operation.target.payout_id, operation.target.partner_id


def _calls_of(wanted: Wanted, lengths: ListLengths) -> int:
    """The calls of one look, by the shortest way (`introw.fetch.read_again`)."""
    lines: Mapping[str, str | None] = {
        key: home for key, home in wanted.lines.items() if home not in wanted.whole
    }
    homes = Counter(home for home in lines.values() if home)
    separate = len(lines) - sum(count - 1 for count in homes.values()) + len(wanted.whole)
    payouts = _listed_or_single(len(wanted.payouts), lengths.payout_pages)
    return payouts + _listed_or_single(separate, lengths.line_pages)


def _listed_or_single(count: int, pages: int) -> int:
    """The calls for so many records of a listing of so many pages."""
    if count <= _FEW:
        return count
    if not pages:
        return count + 1
    left = count - count // pages
    return pages if pages - 1 <= left else 1 + left
