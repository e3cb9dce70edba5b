"""Which operations of a plan would be held back now, and for which values."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.apply.reread import reread
from reconcile.apply.settle import met, seen_of, stale
from reconcile.domain.policy.names_and_limits import Names
from reconcile.introw.client import Reader
from reconcile.plan.model import Operation, Plan
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
    live = reread(reader, plan.operations, {})
    found = []
    earlier: dict[str, set[str]] = {}
    for one in plan.operations:
        seen = seen_of(one, live, names)
        moved = stale(one, seen) if not met(one, seen) else ()
        moved = tuple(value for value in moved if value.name not in earlier.get(one.target.id, ()))
        if moved:
            found.append(Stale(one, moved))
        earlier.setdefault(one.target.id, set()).update(one.expected)
    return tuple(found)
