"""What live is when an operation's turn comes: fresh enough, and what has moved under it since the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

from reconcile.apply.freshness import Live
from reconcile.apply.ground import Ground, Own, amounts_follow, leaving
from reconcile.domain.policy.names_and_limits import Conduct, Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.introw.client import Reader
from reconcile.plan.across.batching import taken_by
from reconcile.plan.cost.relied_records import Wanted, bound_of, wanted_by, wanted_first
from reconcile.plan.made_before.likeness import SAME
from reconcile.plan.model import Operation, Plan
from reconcile.plan.outcome import Moved
from reconcile.plan.reliance import LINE, money_text, relied_lines

_CALL: Final = 1.0
"""Seconds that a write may take from its turn until it is sent, on top of the age of what it relies on."""
EARLIER: Final = -inf
"""The moment of what an earlier process of the run did."""
SameLines = Callable[[Iterable[Operation]], dict[str, list[str]]]


@dataclass
class Turn:
    """Live under one run of a plan. same_lines_of: reads the lines that say the same as each new line."""

    plan: Plan
    reader: Reader
    names: Names
    conduct: Conduct
    same_lines_of: SameLines
    _done: dict[str | None, list[tuple[float, Own]]] = field(default_factory=dict)
    _same: dict[str, tuple[float, list[str]]] = field(default_factory=dict)
    _pool_at: dict[str, float] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)
    _count: int = 0
    _follow: bool = False

    def __post_init__(self) -> None:
        self.live = Live(self.reader, self._now)
        self._leaving = leaving(self.plan)
        self._began = self._now()

    def look(self, operations: Sequence[Operation]) -> None:
        """Reads what the operations rely on, and the lines that say the same as new ones. Raises ApiError."""
        began = self._now()
        self.live.read(wanted_first(operations))
        self._follow = amounts_follow(self.live.seen, self.names)
        self._same = {key: (began, ids) for key, ids in self.same_lines_of(operations).items()}

    def begin(self) -> None:
        """The first operation has its turn: from here on the pace of the run is measured."""
        self._began, self._count = self._now(), 0

    def done(self, own: Own, at: float | None = None) -> None:
        """An operation of this run is done."""
        moment = self._now() if at is None else at
        self._done.setdefault(own.operation.target.payout_id, []).append((moment, own))
        if own.operation.action.creates:
            self._made.add(own.line)
        self._count += 1

    def refresh(self, operation: Operation, ahead: Sequence[Operation]) -> None:
        """Reads again what is too old, and with it what the next operations will need by then.

        ahead: the operations from this one on. Raises ApiError.
        """
        if self.live.too_old([operation], self._bound, self._wanted):
            soon = ahead[: self._soon(self._bound(operation))]
            self.live.read(self.live.too_old(soon, self._bound, self._wanted))

    def moved(self, operation: Operation, ahead: Sequence[Operation]) -> tuple[Moved, ...]:
        """What the operation relies on and has moved. Raises ApiError."""
        return (*self._ground(operation).moved(operation), *self._said_meanwhile(operation, ahead))

    def is_too_old(self, operation: Operation, took: float) -> bool:
        """Whether what the operation relies on was read too long ago to write on it in this moment.

        Between its turn and the write may lie a wait for the rate, a 429, a slow store, or a computer that
        was asleep. took: seconds of a look that no wait interrupted; nothing can be read faster.
        """
        limit = self._now() - self._bound(operation) - _CALL - took
        looks = [self._same[operation.id][0]] if operation.id in self._same else []
        looks += [self._pool_at[operation.id]] if operation.id in self._pool_at else []
        return (
            any(at < limit for at in looks)
            or bool(self.live.too_old([operation], lambda one: self._bound(one) + _CALL + took, self._wanted))
            or self.live.is_listed_before(operation.target.payout_id or "", limit)
        )

    def wrote(self, operation: Operation, answer: Payout | CommissionLine | None) -> tuple[Moved, ...]:
        """A write was accepted: what moved between the last reading and it, as far as its answer shows."""
        moved = self._ground_of(operation.target.payout_id).moved_in_the_gap(operation, answer)
        self.live.wrote(operation, answer)
        return moved

    def _soon(self, seconds: float) -> int:
        """How many operations have their turn within so many seconds."""
        connection = self.reader.connection
        measured = (self._now() - self._began) / self._count if self._count else 0
        return max(1, int(seconds / max(connection.window / connection.rate, measured)))

    def _ground(self, operation: Operation) -> Ground:
        """Live under an operation; its payout's lines are read where its amount does not stand for them."""
        payout_id = operation.target.payout_id
        if payout_id:
            self.live.forget_listing(payout_id, self._now() - self._bound(operation))
        ground = self._ground_of(payout_id)
        if payout_id and ground.needs_lines(operation):
            wanted = wanted_by([operation])
            wanted.whole.add(payout_id)
            self.live.read(wanted)
            ground = self._ground_of(payout_id)
        return ground

    def _ground_of(self, payout_id: str | None) -> Ground:
        done = self._done.get(payout_id, [])
        read_at = self.live.at(payout_id or "")
        shown = sum(at <= read_at for at, _ in done)
        own = tuple(one for _, one in done)
        return Ground(self.live.seen, self.names, own, shown, self._leaving, follow=self._follow)

    def _said_meanwhile(self, operation: Operation, ahead: Sequence[Operation]) -> tuple[Moved, ...]:
        """Records that say the same as a new one and were not there when the plan was made."""
        if not operation.action.creates:
            return ()
        limit, began = self._now() - self._bound(operation), self._now()
        if self._same[operation.id][0] < limit:
            soon = ahead[: self._soon(self._bound(operation))]
            old = [one for one in soon if one.id in self._same and self._same[one.id][0] < limit]
            self._same |= {key: (began, ids) for key, ids in self.same_lines_of(old).items()}
        same = SAME[operation.action]
        planned = operation.relies_on.get(same)
        known = {*(planned or "").split(", "), *self._made}
        new = [line for line in self._same[operation.id][1] if line not in known]
        found = [Moved(same, planned, None, ", ".join(new))] if new else []
        return (*found, *self._moved_in_pool(operation))

    def _moved_in_pool(self, operation: Operation) -> Iterator[Moved]:
        """What of the lines that a new payout takes is not as planned: it takes whatever is in the pool."""
        relied = relied_lines(operation.relies_on)
        if not relied:
            return
        began = self._now()
        lines = self.reader.list_lines(partner_id=operation.target.partner_id)
        self._pool_at[operation.id] = began
        taken = taken_by(lines, operation.expected["period"], self.names)
        seen = {line.id: money_text(line.amount) for line in taken}
        before = {
            one.operation.target.id: money_text(one.operation.before)
            for _, one in self._done.get(None, ())
            if one.operation.before
        }
        for key in sorted(relied.keys() | seen.keys()):
            # A late reading may show a line as it was before this run changed it.
            if seen.get(key) not in (relied.get(key), before.get(key, "")):
                yield Moved(LINE + key, relied.get(key), None, seen.get(key))

    def _wanted(self, operations: Iterable[Operation]) -> Wanted:
        return wanted_by(operations) if self._follow else wanted_first(operations)

    def _bound(self, operation: Operation) -> float:
        return bound_of(operation, self.conduct)

    def _now(self) -> float:
        return self.reader.clock.monotonic()
