"""Reads again the records that operations are about, with the fewest requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconcile.domain.records import CommissionLine, Payout
from reconcile.introw.client import Reader
from reconcile.introw.fetch import refetch
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
