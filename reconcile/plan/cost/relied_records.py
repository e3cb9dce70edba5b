"""Which records an operation relies on, and for how long a reading of them will do. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from reconcile.domain.policy.names_and_limits import Conduct
from reconcile.plan.model import Action, Operation
from reconcile.plan.reliance import LINES_LEFT, relied_lines

_OF_LINES: Final = frozenset((Action.UPDATE_LINE, Action.DETACH_LINE, Action.DECLINE_LINE))
_TEXTS: Final = frozenset({"po_number", "statement_note", "description", "internal_note"})


ENOUGH: Final = 10
"""So many payouts, none of which is off its lines, show that the server keeps amounts so."""


@dataclass
class Wanted:
    """What is to be read: payouts, lines with the payouts they should be on, payouts with all their lines."""

    payouts: set[str] = field(default_factory=set)
    lines: dict[str, str | None] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.payouts or self.lines or self.whole)

    def add(self, operation: Operation) -> None:
        """Wants what an operation relies on."""
        action, payout_id = operation.action, operation.target.payout_id
        if payout_id:
            self.payouts.add(payout_id)
            if LINES_LEFT in operation.relies_on:
                self.whole.add(payout_id)
        if action in _OF_LINES:
            self.lines[operation.target.id] = payout_id


def wanted_by(operations: Iterable[Operation]) -> Wanted:
    """What these operations rely on."""
    wanted = Wanted()
    for one in operations:
        wanted.add(one)
    return wanted


def wanted_first(operations: Iterable[Operation]) -> Wanted:
    """What they rely on where no amount stands for lines: also all lines of each payout that gets a stage.

    The first look of a run reads so much, and shows whether amounts follow their lines on this server.
    """
    operations = tuple(operations)
    wanted = wanted_by(operations)
    wanted.whole |= {one.target.id for one in operations if _is_staged(one) and relied_lines(one.relies_on)}
    return wanted


def _is_staged(operation: Operation) -> bool:
    return operation.action is Action.UPDATE_PAYOUT and "stage" in operation.expected


def bound_of(operation: Operation, conduct: Conduct) -> float:
    """Seconds after which what an operation relies on is read again: less for money than for texts."""
    if operation.action in (Action.UPDATE_PAYOUT, Action.UPDATE_LINE) and operation.expected.keys() <= _TEXTS:
        return max(conduct.reread_minutes * 60, conduct.fresh_seconds)
    return conduct.fresh_seconds
