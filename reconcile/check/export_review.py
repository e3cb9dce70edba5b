"""What is worth knowing about an export before anybody edits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import is_finer
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot

_NAMED: Final = 5
"""How many records a message names."""


def review_export(snapshot: Snapshot) -> tuple[Finding, ...]:
    """A warning for each payout whose amount is not the sum of its lines, by id; one for all fine amounts.

    Payouts with a line in another currency are left out: such sums cannot be compared.
    """
    payouts = sorted(snapshot.off_their_lines(), key=lambda payout: payout.id)
    return (*(_off_its_lines(payout, snapshot) for payout in payouts), *_finer(snapshot))


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
