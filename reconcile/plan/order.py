"""The order of operations: what must come first within a payout, and the most money first among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Action, Operation

_ACTIONS = list(Action)


def ordered(
    operations: Iterable[Operation], live: Snapshot, *, backwards: bool = False
) -> tuple[Operation, ...]:
    """The operations with their ids, in the order in which they run.

    Within a payout: new lines, line edits, detaches, declines, then the payout itself, which waits for all
    of them: it must not move on when one of its lines could not be changed. Operations of one kind keep
    their order: new lines that of their rows. Lines of the pending pool come last.

    backwards: for an undo. The payout goes first, out of a stage in which its lines are settled, and these
    wait for it.
    """
    by_payout: dict[str | None, list[Operation]] = {}
    for operation in operations:
        by_payout.setdefault(operation.target.payout_id, []).append(operation)
    every = [
        operation
        for payout in sorted(by_payout, key=lambda key: _rank(key, live))
        for operation in _within(by_payout[payout], backwards=backwards)
    ]
    return tuple(_linked(every))


def _rank(payout_id: str | None, live: Snapshot) -> tuple[bool, Decimal, str]:
    payout = live.payouts.get(payout_id or "")
    return payout is None, -abs(payout.amount.amount) if payout else Decimal(0), payout_id or ""


def _within(operations: list[Operation], *, backwards: bool) -> list[Operation]:
    return sorted(operations, key=lambda one: _ACTIONS.index(one.action), reverse=backwards)


def _linked(operations: list[Operation]) -> Iterator[Operation]:
    """Gives ids, and ties each operation to those it waits for and to what they leave behind."""
    width = max(4, len(str(len(operations))))
    of_payout: dict[str | None, list[Operation]] = {}
    of_line: dict[str, Operation] = {}
    for number, operation in enumerate(operations, start=1):
        one = replace(operation, id=f"op-{number:0{width}d}")
        payout_first = [
            two.id for two in of_payout.get(one.target.payout_id, []) if two.target.id == two.target.payout_id
        ]
        if payout_first:
            one = replace(one, waits_for=tuple(payout_first))
        elif one.action is Action.UPDATE_PAYOUT:
            one = replace(one, waits_for=tuple(line.id for line in of_payout.get(one.target.id, [])))
        elif earlier := of_line.get(one.target.id):
            left = {name: value for name, value in earlier.expected.items() if name in one.relies_on}
            one = replace(one, relies_on={**one.relies_on, **left}, waits_for=(earlier.id,))
            one = replace(one, before=earlier.after or one.before)
            # A detach takes the line along with its new amount; a decline leaves none.
            one = replace(one, after=earlier.after or one.after) if one.after else one
        of_payout.setdefault(one.target.payout_id, []).append(one)
        of_line[one.target.id] = one
        yield one
