"""What moved after a close: live against the frozen snapshot, and the entry that would true the books up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reconcile.close.frozen import Frozen
from reconcile.close.journal import JournalLine, journal
from reconcile.close.rollforward import Entry, Movement
from reconcile.close.standing import Payments, owed_lines
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES
from reconcile.plan.visible_state import DECLINED, line_state


@dataclass(frozen=True, slots=True)
class LateChange:
    """One line whose part in the closing is not what it was. before, after: in the currency of the entry."""

    entry: Entry
    before: Decimal
    after: Decimal


def late_changes(frozen: Frozen, live: Snapshot, payments: Payments) -> tuple[LateChange, ...]:
    """The lines that would be accrued otherwise if the period were closed now, in the order of their ids.

    What was owed at the close and is PAID now was paid after it, unless a payment says otherwise: that is no
    change of the period, and the next close has it among its payments.
    """
    was = frozen.owed().lines
    now = owed_lines(live, frozen.period, frozen.names, payments)
    now |= {line_id: line for line_id in was if (line := _paid_since(line_id, live, payments))}
    found: list[LateChange] = []
    for line_id in sorted(was.keys() | now.keys()):
        found += _changes(line_id, was.get(line_id), now.get(line_id), frozen, live)
    return tuple(found)


def _paid_since(line_id: str, live: Snapshot, payments: Payments) -> CommissionLine | None:
    line = live.lines.get(line_id)
    payout = live.payouts.get(line.payout_id or "") if line else None
    paid = payout is not None and payout.stage == STAGES["PAID"].value and not payments.get(payout.id)
    return line if paid else None


def _changes(
    line_id: str, was: CommissionLine | None, now: CommissionLine | None, frozen: Frozen, live: Snapshot
) -> Iterator[LateChange]:
    zero = Decimal(0)
    if was and now and was.amount.currency != now.amount.currency:
        yield from _changes(line_id, was, None, frozen, live)
        yield from _changes(line_id, None, now, frozen, live)
        return
    before, after = was.amount.amount if was else zero, now.amount.amount if now else zero
    if before == after:
        return
    line = now or was
    assert line
    entry = Entry(
        Movement.ADJUSTED,
        line_id,
        line.payout_id,
        line.partner_id,
        live.partner_name(line.partner_id),
        line.plan_name or "",
        line.amount.currency,
        after - before,
        _why(was, now, live.lines.get(line_id), live, frozen),
    )
    yield LateChange(entry, before, after)


def _why(
    was: CommissionLine | None,
    now: CommissionLine | None,
    live_line: CommissionLine | None,
    live: Snapshot,
    frozen: Frozen,
) -> str:
    if was and now:
        return "the amount was edited"
    if was is None:
        return "earned in the period, and first seen after its close, or owed again"
    if live_line is None:
        return "gone upstream"
    if line_state(live_line, frozen.names) == DECLINED:
        return "declined"
    payout = live.payouts.get(live_line.payout_id or "")
    return f"on a payout at {payout.stage}" if payout else "no longer due in the period"


def true_up(changes: tuple[LateChange, ...], frozen: Frozen) -> tuple[JournalLine, ...]:
    """The adjustment entry that would true the accrual up, with its reversal."""
    title = f"True-up of commissions accrued {frozen.period}"
    return journal((one.entry for one in changes), frozen.period, frozen.policy, title, "ADJ")
