"""What is worth knowing about an export before anybody edits it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import is_finer
from reconcile.domain.phrases import counted
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot

_CRM_READ: Final = timedelta(minutes=15)
"""How long a change in the CRM may take to show (introw-api.md 9)."""
_NAMED: Final = 5
"""How many records a message names."""


def review_export(snapshot: Snapshot) -> tuple[Finding, ...]:
    """A warning for each payout whose amount is not the sum of its lines, by id; one for all fine amounts.

    Payouts with a line in another currency are left out: such sums cannot be compared.
    """
    payouts = sorted(snapshot.off_their_lines(), key=lambda payout: payout.id)
    off = (_off_its_lines(payout, snapshot) for payout in payouts)
    return (*_near_cut_off(snapshot), *off, *_finer(snapshot))


def _near_cut_off(snapshot: Snapshot) -> Iterator[Finding]:
    """That Introw may not have read the CRM since a period ended. When it last did, the API does not tell."""
    at, days = snapshot.taken_at, snapshot.scope.days
    for period in snapshot.scope.periods:
        after = at - days.start(period.end + timedelta(days=1))
        if timedelta(0) <= after < _CRM_READ:
            yield Finding(
                Severity.WARNING,
                "crm-late",
                f"{period} ended {counted(int(after.total_seconds() // 60), 'minute')} before this export, "
                "and Introw reads the CRM about every 15 minutes: its lines may still move. The API does not "
                "tell when Introw last read it.",
                "Export again in a quarter of an hour, or look at the deals in the CRM.",
            )


def _finer(snapshot: Snapshot) -> Iterator[Finding]:
    amounts = [(one.id, one.amount) for one in snapshot.payouts.values()]
    amounts += [(one.id, one.amount) for one in snapshot.lines.values()]
    fine = sorted((key, str(money)) for key, money in amounts if is_finer(money))
    if fine:
        named = ", ".join(f"{key} ({money})" for key, money in fine[:_NAMED])
        more = f" and {len(fine) - _NAMED:,} more" if len(fine) > _NAMED else ""
        word = "1 amount has" if len(fine) == 1 else f"{len(fine):,} amounts have"
        yield Finding(
            Severity.WARNING,
            "money-decimals",
            f"{word} more decimals than the currency has: {named}{more}. They are exported as they are.",
            "Nobody can pay them exactly. Look at them in Introw before you approve or edit them.",
        )


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
