"""What is worth knowing about an export before anybody edits it."""

from __future__ import annotations

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot


def review_export(snapshot: Snapshot) -> tuple[Finding, ...]:
    """A warning for each payout whose amount is not the sum of its lines, by id.

    Payouts with a line in another currency are left out: such sums cannot be compared.
    """
    payouts = sorted(snapshot.off_their_lines(), key=lambda payout: payout.id)
    return tuple(_off_its_lines(payout, snapshot) for payout in payouts)


def _off_its_lines(payout: Payout, snapshot: Snapshot) -> Finding:
    lines = len(snapshot.lines_by_payout.get(payout.id, ()))
    total = snapshot.against_lines(payout).total
    counted = "1 line has" if lines == 1 else f"{lines:,} lines have"
    return Finding(
        Severity.WARNING,
        "payout-total",
        f"Payout {payout.id} of {payout.partner_name} is {payout.amount}, but its {counted} {total}.",
        "Look at it in Introw before you approve it or pay it.",
        kind=RecordKind.PAYOUT,
        record_id=payout.id,
    )
