"""What has moved under an operation: its record, its payout's amount, and the lines on that payout. Pure.

Own writes of the run are no move, and neither is a late reading of them: a server may show an earlier state
of a record that this run has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from reconcile.apply.reread import Reread
from reconcile.apply.settle import seen_of, stale
from reconcile.domain.fields import RecordKind, line_values
from reconcile.domain.money import Money, plain
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.plan.cost.relied_records import ENOUGH
from reconcile.plan.model import Action, Operation, Plan
from reconcile.plan.outcome import Moved
from reconcile.plan.reliance import (
    LINE,
    LINES_LEFT,
    follows_lines,
    line_text,
    lines_paid,
    relied_amount,
    relied_lines,
)
from reconcile.plan.visible_state import differences

_ZERO: Final = Decimal(0)
_ON_LINE: Final = frozenset({"amount", "currency", "source_amount", "description", "payout_id"})
_OFF: Final = (Action.DECLINE_LINE, Action.DETACH_LINE)


@dataclass(frozen=True, slots=True)
class Own:
    """An operation that this run has done. line: the id of the line, for a new one as the server gave it."""

    operation: Operation
    line: str


@dataclass(frozen=True)
class Ground:
    """Live under the operations of a run, and what the run itself did and will do there.

    read: what was read, with the payouts whose lines are all in it. own: what the run has done so far.
    done_before: how many of these a reading of the payouts shows at least. to_make: new lines per payout that
    the plan makes and that cannot be there yet. follow: as in `amounts_follow`.
    """

    read: Reread
    names: Names
    own: Sequence[Own] = ()
    done_before: int = 0
    leaving: Mapping[str, Collection[str]] = field(default_factory=dict)
    to_make: Mapping[str, int] = field(default_factory=dict)
    follow: bool = True

    def needs_lines(self, operation: Operation) -> bool:
        """Whether all lines of the payout must be read: its amount does not stand for them."""
        payout_id = operation.target.payout_id or ""
        if payout_id in self.read.listed or payout_id not in self.read.payouts:
            return False
        if operation.action is Action.UPDATE_PAYOUT:
            payout = self.read.payouts[payout_id]
            return not (_Stage.of(operation, self).stands(payout))
        return LINES_LEFT in operation.relies_on

    def moved(self, operation: Operation) -> tuple[Moved, ...]:
        """What the operation relies on and has moved."""
        return tuple(self._moved(operation))

    def moved_in_the_gap(
        self, operation: Operation, answer: Payout | CommissionLine | None
    ) -> tuple[Moved, ...]:
        """What the answer to a write shows that is not what the write relied on.

        It fell between the last reading and the write, and the write went out all the same.
        """
        if operation.action.creates:
            return ()
        if isinstance(answer, Payout):
            return tuple(_Stage.of(operation, self).moved_amount(answer))
        if answer is None:
            return ()
        names = {"amount", "currency"} if operation.action in _OFF else _ON_LINE
        relied = {
            name: value
            for name, value in operation.relies_on.items()
            if name in names and name not in operation.expected
        }
        seen = {**line_values(answer), "payout_id": answer.payout_id}
        earlier = self._earlier(operation)
        return tuple(
            Moved(name, planned, None, live)
            for name, (planned, live) in differences(relied, seen).items()
            if live not in earlier.get(name, ())
        )

    def _moved(self, operation: Operation) -> Iterator[Moved]:
        earlier = self._earlier(operation)
        for one in stale(operation, seen_of(operation, self.read, self.names)):
            if one.live not in earlier.get(one.name, ()):
                yield one
        payout = self.read.payouts.get(operation.target.payout_id or "")
        if payout is None:
            return
        if operation.action is Action.UPDATE_PAYOUT:
            yield from _Stage.of(operation, self).moved(payout)
        elif LINES_LEFT in operation.relies_on:
            yield from self._lines_left(operation, payout.id)

    def _earlier(self, operation: Operation) -> dict[str, set[str | None]]:
        """The values that this run itself moved on from: a late reading may still show them."""
        found: dict[str, set[str | None]] = {}
        for one in self.own:
            if one.operation.target.id == operation.target.id:
                for name, value in one.operation.relies_on.items():
                    found.setdefault(name, set()).add(value)
            elif one.operation.target.id == operation.target.payout_id:
                stages = (one.operation.relies_on.get("stage"), one.operation.expected.get("stage"))
                found.setdefault("payout_stage", set()).update(stage for stage in stages if stage)
        return found

    def _lines_left(self, operation: Operation, payout_id: str) -> Iterator[Moved]:
        """A decline empties its payout where it should not, or no longer does where it should."""
        planned = operation.relies_on[LINES_LEFT] or "0"
        paid = lines_paid(self.read.listed.get(payout_id, ()), payout_id, self.names).keys()
        made = {one.line for one in self.own if one.operation.action is Action.CREATE_LINE}
        made = {line for line in made if line not in paid and self._made_on(line) == payout_id}
        left = len(paid - set(self.leaving.get(payout_id, ()))) + len(made) + self.to_make.get(payout_id, 0)
        if (planned == "0") != (left == 0):
            yield Moved(LINES_LEFT, planned, None, str(left))

    def _made_on(self, line: str) -> str | None:
        return next((one.operation.target.payout_id for one in self.own if one.line == line), None)


@dataclass(frozen=True)
class _Stage:
    """What a stage of a payout rests on, with the run's own writes on that payout taken into account.

    amounts: what the payout's amount is after each of these, from before the first one on; the first alone
    where a line is in another currency. lines: what each line may show; the last one is what it should.
    """

    wanted: Money | None
    amounts: tuple[Decimal, ...]
    shown: int
    lines: Mapping[str, Sequence[str | None]]
    follows: bool
    listed: Mapping[str, CommissionLine] | None

    @classmethod
    def of(cls, operation: Operation, ground: Ground) -> _Stage:
        amount = relied_amount(operation.relies_on)
        relied = relied_lines(operation.relies_on)
        payout_id = operation.target.id
        own = [
            (number, one)
            for number, one in enumerate(ground.own)
            if one.operation.target.payout_id == payout_id
            and one.operation.target.kind is not RecordKind.PAYOUT
        ]
        lines: dict[str, list[str | None]] = {key: [text] for key, text in relied.items()}
        amounts = [amount.amount] if amount else []
        for _, one in own:
            lines.setdefault(one.line, [None]).append(_left(one.operation, lines.get(one.line, [None])[-1]))
            if amount and amounts and (step := _step(one.operation, amount.currency)) is not None:
                amounts.append(amounts[-1] + step)
            elif amounts:
                amounts, amount = [], None
        follows = ground.follow and amount is not None and follows_lines(amount, relied)
        there = ground.read.listed.get(payout_id)
        return cls(
            wanted=relied_amount(operation.relies_on),
            amounts=tuple(amounts),
            shown=sum(number < ground.done_before for number, _ in own),
            lines=lines,
            follows=follows,
            listed=None if there is None else lines_paid(there, payout_id, ground.names),
        )

    def stands(self, payout: Payout) -> bool:
        """Whether the payout's amount says that no line has moved."""
        if self.wanted is None:
            return True  # no stage is set
        if not self.follows or payout.amount.currency != self.wanted.currency:
            return False
        return payout.amount.amount in self.amounts[self.shown :][:1]

    def moved(self, payout: Payout) -> Iterator[Moved]:
        if self.wanted is None or self.stands(payout):
            return
        yield from self.moved_amount(payout)
        yield from self._moved_lines()

    def moved_amount(self, payout: Payout) -> Iterator[Moved]:
        """The payout's amount, where it is none that the run itself left."""
        if self.wanted is None:
            return
        seen = payout.amount
        if seen.currency != self.wanted.currency:
            yield Moved("currency", self.wanted.currency, None, seen.currency)
        if self.amounts and seen.amount not in self.amounts:
            yield Moved("amount", plain(self.amounts[-1]), None, plain(seen.amount))

    def _moved_lines(self) -> Iterator[Moved]:
        if self.listed is None:
            return
        seen = {key: line_text(line.amount) for key, line in self.listed.items()}
        for key in sorted(self.lines.keys() | seen.keys()):
            allowed = self.lines.get(key, [None])
            if seen.get(key) not in allowed:
                yield Moved(LINE + key, allowed[-1], None, seen.get(key))


def _left(operation: Operation, before: str | None) -> str | None:
    """What a line shows on its payout after one of the run's own operations."""
    if operation.action in _OFF:
        return None
    return line_text(operation.after) if operation.after else before


def _step(operation: Operation, currency: str) -> Decimal | None:
    """By how much an operation moves its payout's amount; None where that is not known."""
    before = operation.before
    after = None if operation.action in _OFF else operation.after
    if any(one is not None and one.currency != currency for one in (before, after)):
        return None
    return (after.amount if after else _ZERO) - (before.amount if before else _ZERO)


def amounts_follow(read: Reread, names: Names) -> bool:
    """Whether the server is seen to keep each payout's amount at the sum of its lines (introw-api.md 8).

    Enough payouts whose lines are all known must show it, and none the opposite. Where it is not seen, an
    amount says nothing of the lines.
    """
    count = 0
    for payout_id, listed in read.listed.items():
        payout, lines = read.payouts.get(payout_id), lines_paid(listed, payout_id, names).values()
        own_currency = payout and all(one.amount.currency == payout.amount.currency for one in lines)
        total = sum((one.amount.amount for one in lines), _ZERO)
        if payout and lines and own_currency:
            if total != payout.amount.amount:
                return False
            count += 1
    return count >= ENOUGH


def leaving(plan: Plan) -> dict[str, set[str]]:
    """The lines that a plan takes off each payout."""
    found: dict[str, set[str]] = {}
    for one in plan.operations:
        if one.action in _OFF and one.target.payout_id:
            found.setdefault(one.target.payout_id, set()).add(one.target.id)
    return found
