"""Which payments count as paid in a close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reconcile.close.standing import PaidOn
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES


def matched_payments(settlements: Sequence[Settlement], snapshot: Snapshot) -> dict[str, tuple[PaidOn, ...]]:
    """The payments that `payments` matched, by payout; what the newest run of it says of a payout counts.

    A suggestion counts where its payout is at PAID now, since then a person accepted it.
    """
    newest = {one.payout_id: one for one in settlements}
    found: dict[str, tuple[PaidOn, ...]] = {}
    for payout_id, one in newest.items():
        payout = snapshot.payouts.get(payout_id)
        accepted = one.state == "matched" or (payout is not None and payout.stage == STAGES["PAID"].value)
        if one.verdict in ("paid", "settled") and one.state != "differs" and accepted:
            day = date.fromisoformat((one.paid_on or one.read_at)[:10])
            found[payout_id] = (PaidOn(day, one.amount, one.reference),)
    return found
