"""Which operations of a plan would be held back now, and for which values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reconcile.apply.freshness import Live
from reconcile.apply.ground import Ground, Own, amounts_follow, leaving
from reconcile.apply.settle import met, seen_of
from reconcile.domain.policy.names_and_limits import Names
from reconcile.introw.client import Reader
from reconcile.plan.cost.relied_records import wanted_by, wanted_first
from reconcile.plan.model import Action, Operation, Plan
from reconcile.plan.outcome import Moved


@dataclass(frozen=True, slots=True)
class Stale:
    """An operation that would be held back, and the values that moved."""

    operation: Operation
    moved: tuple[Moved, ...]


def moved_since(plan: Plan, reader: Reader, names: Names) -> tuple[Stale, ...]:
    """Reads again what the plan relies on, and compares. Raises ApiError.

    What an operation expects of an earlier one of the same plan cannot have happened yet, and is left out.
    """
    live = Live(reader, reader.clock.monotonic)
    live.read(wanted_first(plan.operations))
    before = _grounds(plan, live, names)
    needing = [one for one in plan.operations if before.needs_lines(one)]
    if needing:
        wanted = wanted_by(needing)
        wanted.whole |= {one.target.payout_id for one in needing if one.target.payout_id}
        live.read(wanted)
    ground = _grounds(plan, live, names)
    found = []
    earlier: dict[str, set[str]] = {}
    for one in plan.operations:
        moved = () if met(one, seen_of(one, live.seen, names)) else ground.moved(one)
        moved = tuple(value for value in moved if value.name not in earlier.get(one.target.id, ()))
        if moved:
            found.append(Stale(one, moved))
        earlier.setdefault(one.target.id, set()).update(one.expected)
    return tuple(found)


def _grounds(plan: Plan, live: Live, names: Names) -> Ground:
    """Live under the plan, before any of it is done; what live shows already counts as done."""
    seen = live.seen
    done = tuple(Own(one, one.target.id) for one in plan.operations if met(one, seen_of(one, seen, names)))
    to_make = Counter(
        one.target.payout_id
        for one in plan.operations
        if one.action is Action.CREATE_LINE and one.target.payout_id
    )
    follow = amounts_follow(seen, names)
    return Ground(seen, names, done, len(done), leaving(plan), to_make, follow)
