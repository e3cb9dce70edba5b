"""What is owed: each payout with its amount, its stage, and everything a payment may call it by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reconcile.domain.bill import IssuedBill
from reconcile.domain.money import Money, totals
from reconcile.domain.period import Days
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Owed:
    """One payout as payments see it.

    amount: in the currency of its bills, where it was billed in another than its own. references: its id and
    its bill numbers. day: the end of its period.
    """

    payout_id: str
    partner_id: str
    partner: str
    amount: Money
    stage: str
    day: date | None
    references: tuple[str, ...]
    po_number: str = ""


def owed_in(snapshot: Snapshot, bills: Iterable[IssuedBill]) -> tuple[Owed, ...]:
    """What is owed in a snapshot, by payout id."""
    issued: dict[str, list[IssuedBill]] = {}
    for bill in bills:
        issued.setdefault(bill.payout_id, []).append(bill)
    return tuple(
        _owed(payout, issued.get(payout.id, []), snapshot.scope.days)
        for payout in sorted(snapshot.payouts.values(), key=lambda p: p.id)
    )


def _owed(payout: Payout, bills: list[IssuedBill], days: Days) -> Owed:
    return Owed(
        payout_id=payout.id,
        partner_id=payout.partner_id,
        partner=payout.partner_name,
        amount=_amount(payout, bills),
        stage=payout.stage,
        day=days.of_bound(payout.period_end) if payout.period_end else None,
        references=tuple(dict.fromkeys((payout.id, *(bill.number for bill in bills)))),
        po_number=(payout.po_number or "").strip(),
    )


def _amount(payout: Payout, bills: list[IssuedBill]) -> Money:
    """The payout's own amount; that of its bills only where these are in one other currency.

    A bill that was issued again takes the place of the earlier one of the same line.
    """
    latest = {bill.line_id: bill.amount for bill in bills}
    sums = totals(latest.values())
    if len(sums) == 1 and payout.amount.currency not in sums:
        ((currency, amount),) = sums.items()
        return Money(amount, currency)
    return payout.amount
