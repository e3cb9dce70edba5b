"""The lock of closed periods: which operations of a plan would change what a close has frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconcile.close.frozen import Frozen
from reconcile.close.ledger.positions import due_on
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.model import Action, Operation


def locked(
    operations: Iterable[Operation], periods: Sequence[Period], newest: Frozen, policy: ClosePolicy
) -> dict[Period, tuple[str, ...]]:
    """The records of closed periods that the operations would change, by period.

    periods: those that are closed. newest: the last close; its snapshot knows every record that any of them
    has frozen. A record that it does not know is not of a closed period.
    """
    found: dict[Period, list[str]] = {}
    for operation in operations:
        if policy.locked == "money" and _only_moves_on(operation):
            continue
        for period in _periods(operation, periods, newest.snapshot):
            found.setdefault(period, []).append(operation.target.id)
    return {period: tuple(ids) for period, ids in sorted(found.items())}


def _periods(operation: Operation, periods: Sequence[Period], known: Snapshot) -> list[Period]:
    """The closed periods of the line, or of the payout it is on or about to be on."""
    line = known.lines.get(operation.target.id)
    payout = known.payouts.get(operation.target.payout_id or operation.target.id)
    count = known.scope.days
    ends = count.of_bound(payout.period_end) if payout and payout.period_end else None
    if operation.action is Action.CREATE_PAYOUT:
        ends = Period.parse(operation.expected["period"] or "").end
    days = [due_on(line, payout, count) if line else None, ends]
    return [period for period in periods if any(day is not None and day in period for day in days)]


def _only_moves_on(operation: Operation) -> bool:
    """Whether a payout only goes on to be paid, or comes back from the bank; no amount changes."""
    body = operation.body or {}
    if operation.action is not Action.UPDATE_PAYOUT or not {"stage"} <= set(body) <= {"stage", "metadata"}:
        return False
    stage = stage_of(str(body["stage"] or ""))
    return stage.paying or stage.value in ("PAID", "FAILED")
