"""Reads again the records that operations are about, with the fewest requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconcile.domain.records import CommissionLine, Payout
from reconcile.introw.client import Reader
from reconcile.introw.fetch import refetch
from reconcile.plan.made_before.likeness import MadeRecord
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import OperationOutcome, record_of


@dataclass(frozen=True)
class Reread:
    """Payouts and lines as they are now; those that do not exist are absent.

    listed: the lines of each payout all of whose lines were read.
    """

    payouts: Mapping[str, Payout]
    lines: Mapping[str, CommissionLine]
    listed: Mapping[str, tuple[CommissionLine, ...]] = field(default_factory=dict)


def reread(
    reader: Reader, operations: Iterable[Operation], outcomes: Mapping[str, OperationOutcome]
) -> Reread:
    """The payouts and lines of the operations; of a creation, the record that it made, if it did."""
    payouts: set[str] = set()
    filled: set[str] = set()
    homes: dict[str, str | None] = {}
    for one in operations:
        if one.target.payout_id:
            payouts.add(one.target.payout_id)
        record = record_of(one, outcomes)
        if one.action is Action.CREATE_PAYOUT and record:
            filled.add(record)
        elif record and one.action is not Action.UPDATE_PAYOUT:
            homes[record] = one.target.payout_id
    found, lines = refetch(reader, payouts | filled, homes, homes)
    for payout_id in sorted(filled & found.keys()):
        # All that it took, which may be more than was meant.
        lines |= {line.id: line for line in reader.list_lines(payout_id=payout_id)}
    return Reread(found, lines)


def near_each(reader: Reader, operations: Iterable[Operation]) -> dict[str, tuple[MadeRecord, ...]]:
    """What is near each creation, by operation; each place is read once."""
    near: dict[tuple[Action, str | None, str], tuple[MadeRecord, ...]] = {}
    found = {}
    for one in operations:
        place = (one.action, one.target.payout_id, one.target.partner_id)
        if place not in near:
            near[place] = records_near(reader, one)
        found[one.id] = near[place]
    return found


def records_near(reader: Reader, operation: Operation) -> tuple[MadeRecord, ...]:
    """The lines of a new line's payout, or without one of its partner; the partner's payouts."""
    target = operation.target
    if operation.action is Action.CREATE_PAYOUT:
        return reader.list_payouts(partner_id=target.partner_id).records
    if target.payout_id:
        return reader.list_lines(payout_id=target.payout_id).records
    return reader.list_lines(partner_id=target.partner_id).records
