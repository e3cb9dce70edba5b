"""What each line and payout was at the end of a period: earned, owed, paid, declined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reconcile.domain.money import Money
from reconcile.domain.period import Period, utc_date
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES


class Standing(StrEnum):
    """Where a line's money stands at the end of the period."""

    OWED = "owed"
    PAID = "paid"
    DECLINED = "declined"
    NOT_YET = "not yet earned"


@dataclass(frozen=True, slots=True)
class PaidOn:
    """A payment that was matched with a payout: when, how much, and the bank's or ledger's reference."""

    day: date
    amount: Money
    reference: str


Payments = Mapping[str, tuple[PaidOn, ...]]
"""The matched payments by payout id, as `payments` recorded them; empty where it was not run."""


def earned_on(line: CommissionLine) -> date | None:
    """The day that decides which period a line belongs to; its creation where it has no period end."""
    moment: datetime | None = line.period_end or line.created_at
    return utc_date(moment) if moment else None


def standing(
    line: CommissionLine, payout: Payout | None, period: Period, names: Names, payments: Payments
) -> Standing:
    """Where a line stands at the end of the period.

    The API keeps no history of stages (introw-api.md 2.2), so a stage is as it is now; a payment that is
    known to be later than the period leaves the line owed at its end.
    """
    day = earned_on(line)
    if day is None or day > period.end:
        return Standing.NOT_YET
    if line.status in names.voided_statuses or (payout and payout.stage == STAGES["DECLINED"].value):
        return Standing.DECLINED
    if payout and payout.stage == STAGES["PAID"].value:
        return Standing.PAID if paid_within(payout.id, period, payments) else Standing.OWED
    return Standing.OWED


def paid_within(payout_id: str, period: Period, payments: Payments) -> bool:
    """Whether a payout at PAID was paid by the end of the period; yes where no payment says otherwise."""
    days = [payment.day for payment in payments.get(payout_id, ())]
    return not days or max(days) <= period.end


def owed_lines(
    snapshot: Snapshot, period: Period, names: Names, payments: Payments
) -> dict[str, CommissionLine]:
    """The lines that are earned and not paid at the end of the period: what is accrued."""
    return {
        line.id: line
        for line in snapshot.lines.values()
        if standing(line, snapshot.payouts.get(line.payout_id or ""), period, names, payments)
        is Standing.OWED
    }
