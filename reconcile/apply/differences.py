"""What a read-back shows that was not sent: late, or made something else of by the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconcile.apply.calls import Calls
from reconcile.domain.money import parse_decimal
from reconcile.plan.made_before.likeness import folded
from reconcile.plan.model import Operation, Plan
from reconcile.plan.outcome import (
    Difference,
    Moved,
    OperationOutcome,
    Outcome,
    Verification,
    record_of,
)
from reconcile.plan.visible_state import ABSENT


def may_be_late(plan: Plan, outcomes: Mapping[str, OperationOutcome], found: Verification) -> bool:
    """Whether some of it may only be late: live shows what was there before, or not yet all of it."""
    if found.unread or found.ties:
        return False
    if not found.differences:
        return True
    before = _before(plan.operations, outcomes)
    stages = {one.target.id: one.stage_before for one in plan.effects}
    return any(_is_late(one, before, stages) for one in found.differences)


def may_pass(found: Verification) -> bool:
    """Whether some of it is nothing that a server makes of what is sent, so that it is worth another look.

    A late reading may show what somebody else wrote before us, and which no plan knows.
    """
    return any(not _is_bent(one) for one in found.differences)


def name_differences(calls: Calls, plan: Plan, found: Verification) -> None:
    """Puts on disk which operations took effect in another way than was sent, with both values."""
    for one in plan.operations:
        mine = [other for other in found.differences if other.operation_id == one.id]
        known = calls.outcomes.get(one.id)
        if mine and known and known.outcome is Outcome.APPLIED:
            message = "; ".join(
                f"{other.name}: sent {other.wanted}, Introw has {other.seen}" for other in mine
            )
            moved = tuple(
                Moved(other.name, one.relies_on.get(other.name), other.wanted, other.seen) for other in mine
            )
            bent = replace(known, outcome=Outcome.APPLIED_DIFFERENTLY, message=message, moved=moved)
            calls.hold(one, bent)


def _before(
    operations: Iterable[Operation], outcomes: Mapping[str, OperationOutcome]
) -> dict[tuple[str, str], set[str]]:
    """The values that each field had before, and between the operations, by record."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in operations:
        for name, value in (*one.relies_on.items(), *one.expected.items()):
            found.setdefault((record_of(one, outcomes), name), set()).add(value or "")
    return found


def _is_late(one: Difference, before: Mapping[tuple[str, str], set[str]], stages: Mapping[str, str]) -> bool:
    seen = one.seen.partition(", status ")[0]
    return (
        one.name == "total"
        or seen == ABSENT
        or (one.name == "lines" and _split(seen) < _split(one.wanted))
        or seen in before.get((one.record, one.name), ())
        or (one.name == "stage" and seen == stages.get(one.record))
    )


def _split(lines: str) -> set[str]:
    """The ids of the lines of a new payout, which come onto it one by one for a server that is late."""
    return set(lines.split(", ")) - {""}


def _is_bent(one: Difference) -> bool:
    """Whether a server may have made the value of the one that was sent: rounded, filled in, or folded."""
    if one.name == "amount":
        sent, seen = (parse_decimal(text) for text in (one.wanted, one.seen))
        return sent is not None and seen is not None and abs(sent - seen) < 1
    if one.name == "lines":
        return _split(one.seen) > _split(one.wanted)
    return one.name == "source_amount" or folded(one.wanted) == folded(one.seen)
