"""What a close knows of money and bills: payments allotted to payouts, stages that say paid, issued bills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reconcile.domain.money import Money

AllotmentKind = Literal["paid", "returned", "difference"]


@dataclass(frozen=True, slots=True)
class Allotment:
    """Money that went to one payout, or came back from it.

    id: unique among the allotments of its payout. amount: as it reduces what is owed, so that money that came
    back is negative. kind: `difference` is what a tolerance or a bank fee leaves of a payment that settles.
    reference: of the bank or ledger. source: the file and the payment in it.
    """

    id: str
    payout_id: str
    partner_id: str
    day: date
    amount: Money
    kind: AllotmentKind
    reference: str
    source: str


@dataclass(frozen=True, slots=True)
class StagePaid:
    """A payout at PAID of which no payment is known: the stage alone says that it was paid.

    day: the first day on which it is known to have been there. amounts: of its lines when it was first seen
    there, per currency; a later edit of a line changes what is owed, and not what was paid.
    """

    day: date
    partner_id: str
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class DatedBill:
    """A bill that was issued. day: as the bill is dated. amount: negative for a vendor credit."""

    number: str
    payout_id: str
    day: date
    amount: Money
