"""Decides, from a re-read, what became of a write whose answer was lost. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.domain.fields import Value
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.domain.stage import stage_of
from reconcile.plan.made_before.likeness import (
    MadeRecord,
    came_after,
    is_like,
    is_near,
    row_values,
    values_wanted,
)
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
    """What can be seen of the record that an operation is about; of a new one, its payout."""
    if operation.action.creates:
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
    if operation.action.creates or not _all_seen(operation.expected, seen):
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


@dataclass(frozen=True, slots=True)
class Alike:
    """The ids of records that a creation may have made. like: all that a server may bend aside, they are it.

    near: the same partner, and of a line only the amount or only the text is that of the creation.
    """

    like: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    def without(self, others: Collection[str]) -> Alike:
        """The same without records that are known to be others."""
        return Alike(
            tuple(one for one in self.like if one not in others),
            tuple(one for one in self.near if one not in others),
        )


def alike(
    operation: Operation, records: Iterable[MadeRecord], names: Names, since: datetime | None = None
) -> Alike:
    """The records that may be the one which a creation makes. since: only those made after it."""
    wanted = values_wanted(operation.target.partner_id, operation.expected)
    like, near = [], []
    for one in records:
        declined = isinstance(one, CommissionLine) and line_state(one, names) == DECLINED
        if declined or (since and not came_after(one, since)):
            continue
        there = row_values(one)
        if is_like(wanted, there):
            like.append(one.id)
        elif is_near(wanted, there):
            near.append(one.id)
    return Alike(tuple(sorted(like)), tuple(sorted(near)))


def made(found: Alike) -> tuple[Settled, str]:
    """What became of a creation, and the record that it made. found: without those known to be others."""
    if len(found.like) == 1:
        return Settled.HAPPENED, found.like[0]
    return (Settled.UNCLEAR if found.like or found.near else Settled.NOT), ""
