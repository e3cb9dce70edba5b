"""Decides, from a re-read, what became of a write whose answer was lost. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from reconcile.domain.fields import Value, line_values
from reconcile.domain.money import plain
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.domain.stage import stage_of
from reconcile.plan.model import Action, Operation, Texts
from reconcile.plan.outcome import Moved
from reconcile.plan.reliance import of_record
from reconcile.plan.visible_state import ABSENT, DECLINED, Records, differences, line_state, observe


class Settled(StrEnum):
    """What a re-read says of a write: it happened, it did not, or nobody can tell."""

    HAPPENED = "happened"
    NOT = "not"
    UNCLEAR = "unclear"


def seen_of(operation: Operation, records: Records, names: Names) -> Mapping[str, Value]:
    """What can be seen of the record that an operation is about; of a new line, its payout."""
    if operation.action is Action.CREATE_LINE:
        payout = records.payouts.get(operation.target.payout_id or "")
        return {"payout_stage": payout.stage} if payout else {}
    return observe(records, operation.target.kind, operation.target.id, names)


def stale(operation: Operation, seen: Mapping[str, Value]) -> tuple[Moved, ...]:
    """What the operation relies on and has moved, with the three values.

    A line's payout may move on to another stage, as long as its money is not settled there.
    """
    if seen.get("state") == ABSENT:
        return (Moved("state", operation.relies_on.get("state", "there"), None, ABSENT),)
    return tuple(
        Moved(name, planned, operation.expected.get(name), live)
        for name, (planned, live) in differences(of_record(operation), seen).items()
        if name != "payout_stage" or live is None or _settled_in(live)
    )


def _settled_in(stage: str) -> bool:
    known = stage_of(stage)
    return known.paying or known.final


def met(operation: Operation, seen: Mapping[str, Value]) -> bool:
    """Whether live already shows everything that the operation wants. A creation is never met by looks."""
    if operation.action is Action.CREATE_LINE or not _all_seen(operation.expected, seen):
        return False
    return not differences(operation.expected, seen)


def settled(operation: Operation, seen: Mapping[str, Value]) -> Settled:
    """Whether an edit, a decline or a detach took effect.

    A line that is gone after its decline was declined: a server may stop showing it. A field that cannot be
    read back leaves it unclear, unless the operation may simply be repeated: a PATCH with the same values
    gives the same state (introw-api.md 4.4).
    """
    if operation.action is Action.DECLINE_LINE and seen.get("state") in (DECLINED, ABSENT):
        return Settled.HAPPENED
    if met(operation, seen):
        return Settled.HAPPENED
    if stale(operation, seen):
        return Settled.UNCLEAR
    return Settled.NOT


def _all_seen(wanted: Texts, seen: Mapping[str, Value]) -> bool:
    return all(name in seen and (seen[name] is None or isinstance(seen[name], str)) for name in wanted)


def twins(operation: Operation, lines: Iterable[CommissionLine], names: Names) -> list[str]:
    """The ids of the lines that look exactly like the one that a creation makes."""
    return sorted(line.id for line in lines if _looks_like(operation, line, names))


def _looks_like(operation: Operation, line: CommissionLine, names: Names) -> bool:
    wanted = operation.expected
    values = line_values(line)
    return (
        line.partner_id == operation.target.partner_id
        and line.payout_id == wanted["payout_id"]
        and line_state(line, names) != DECLINED
        and plain(line.amount.amount) == wanted["amount"]
        and all(values[name] == wanted[name] for name in ("currency", "source_amount", "description"))
    )
