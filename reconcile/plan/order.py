"""The order of operations: what must come first within a payout, and the most money first among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Action, Operation
from reconcile.plan.reliance import relied_lines

PLACES: Final = {action: place for place, action in enumerate(Action)}
"""The order of the actions within a payout."""


def ordered(
    operations: Iterable[Operation], live: Snapshot, *, backwards: bool = False
) -> tuple[Operation, ...]:
    """The operations with their ids, in the order in which they run.

    Within a payout: new lines, line edits, detaches, declines, then the payout itself, which waits for all
    of them: it must not move on when one of its lines could not be changed. Operations of one kind keep
    their order: new lines that of their rows. Lines of the pending pool come last, and after these the new
    payouts that take them.

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
    return tuple(linked(every))


def _rank(payout_id: str | None, live: Snapshot) -> tuple[bool, Decimal, str]:
    payout = live.payouts.get(payout_id or "")
    return payout is None, -abs(payout.amount.amount) if payout else Decimal(0), payout_id or ""


def _within(operations: list[Operation], *, backwards: bool) -> list[Operation]:
    return sorted(operations, key=lambda one: PLACES[one.action], reverse=backwards)


def linked(operations: list[Operation]) -> Iterator[Operation]:
    """Gives ids, and ties each operation to those it waits for and to what they leave behind."""
    width = max(4, len(str(len(operations))))
    of_lines: dict[str | None, list[str]] = {}
    of_payout: dict[str | None, list[str]] = {}
    of_line: dict[str, Operation] = {}
    for number, operation in enumerate(operations, start=1):
        target, name = operation.target, f"op-{number:0{width}d}"
        if first := of_payout.get(target.payout_id):
            one = replace(operation, id=name, waits_for=tuple(first))
        elif operation.action is Action.UPDATE_PAYOUT:
            one = replace(operation, id=name, waits_for=tuple(of_lines.get(target.id, [])))
        elif operation.action is Action.CREATE_PAYOUT:
            own = (of_line[key].id for key in relied_lines(operation.relies_on) if key in of_line)
            one = replace(operation, id=name, waits_for=tuple(own))
        elif earlier := of_line.get(target.id):
            one = _after(earlier, operation, name)
        else:
            one = replace(operation, id=name)
        # To look for the payout's own among all of it would take time in their square for a large pool.
        of_all = of_payout if target.id == target.payout_id else of_lines
        of_all.setdefault(target.payout_id, []).append(name)
        of_line[target.id] = one
        yield one


def _after(earlier: Operation, operation: Operation, name: str) -> Operation:
    """An operation on what an earlier one on the same line leaves behind."""
    left = {name: value for name, value in earlier.expected.items() if name in operation.relies_on}
    after = operation.after
    return replace(
        operation,
        id=name,
        relies_on={**operation.relies_on, **left},
        waits_for=(earlier.id,),
        before=earlier.after or operation.before,
        # A detach takes the line along with its new amount; a decline leaves none.
        after=(earlier.after or after) if after else after,
    )
