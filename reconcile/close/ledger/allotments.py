"""Which payments went to which payout, from what `payments` recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from reconcile.close.ledger.evidence_of_payment import Allotment
from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.records import Payout
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES

_SURE = ("reference", "po-number")
"""Passes that name the payout itself, so that a payment of another amount is a part of it all the same."""
_SETTLING = ("rounding", "bank fee", "exchange difference", "over")
"""Why a payment that settles is not exactly what was owed."""


def allotments(
    settlements: Sequence[Settlement], snapshot: Snapshot, policy: PaymentPolicy
) -> dict[str, tuple[Allotment, ...]]:
    """The payments of each payout, oldest first. A payment that was read twice counts as read last.

    A suggestion counts once its payout stands where the suggestion would bring it, since then a person
    accepted it. A payout whose payments came back keeps them and their return.
    """
    found: dict[str, list[Settlement]] = {}
    for one in settlements:
        rows = found.setdefault(one.payout_id, [])
        # Within one run, equal rows are different payments.
        rows[:] = [row for row in rows if _key(row) != _key(one) or row.workbook_id == one.workbook_id]
        rows.append(one)
    made = {
        payout_id: _of_payout(rows, snapshot.payouts.get(payout_id), policy)
        for payout_id, rows in found.items()
    }
    return {payout_id: rows for payout_id, rows in sorted(made.items()) if rows is not None}


def _key(one: Settlement) -> tuple[str, str, str, bool]:
    told = one.payment_id or f"{one.reference}/{one.amount}"
    return told, one.paid_on, one.amount.currency, one.verdict == "failed"


def _day(one: Settlement) -> date:
    return date.fromisoformat((one.paid_on or one.read_at)[:10])


def _of_payout(
    rows: Iterable[Settlement], payout: Payout | None, policy: PaymentPolicy
) -> tuple[Allotment, ...] | None:
    """The allotments of one payout; None where no row counts, so that its stage speaks."""
    made: list[Allotment] = []
    counted = False
    for one in sorted(rows, key=lambda one: (_day(one), one.read_at)):
        if not _counts(one, payout):
            continue
        counted = True
        amount = _amount(one, payout, made)
        if amount.amount:
            kind = "returned" if one.verdict == "failed" else "paid"
            made.append(_allotment(one, f"{len(made) + 1}-{one.payment_id or one.reference}", amount, kind))
            made += _difference(one, payout, made, policy)
    return tuple(made) if counted else None


def _counts(one: Settlement, payout: Payout | None) -> bool:
    stage = payout.stage if payout else ""
    accepted = STAGES["FAILED"].value if one.verdict == "failed" else STAGES["PAID"].value
    if one.state == "differs":
        # Part payments and overpayments; money in another currency says nothing until the payout is paid.
        same = payout is None or one.amount.currency == payout.amount.currency
        return same and one.how in _SURE
    return one.state == "matched" or stage == accepted


def _amount(one: Settlement, payout: Payout | None, made: Sequence[Allotment]) -> Money:
    """What a settlement moved: a return takes back what was paid until then, and no more."""
    paid = sum((each.amount.amount for each in made), Decimal(0))
    if one.verdict == "failed":
        currency = made[-1].amount.currency if made else one.amount.currency
        back = min(paid, -one.amount.amount) if one.amount.amount < 0 else paid
        return Money(-max(back, Decimal(0)), currency)
    if payout and one.amount.currency != payout.amount.currency:
        # Paid in another currency and accepted: it settles what the payout comes to.
        return payout.amount
    return one.amount


def _allotment(one: Settlement, number: str, amount: Money, kind: str) -> Allotment:
    source = " ".join(text for text in (one.file, one.payment_id) if text)
    plain = Allotment(number, one.payout_id, one.partner_id, _day(one), amount, "paid", one.reference, source)
    return replace(plain, kind="returned") if kind == "returned" else plain


def _difference(
    one: Settlement, payout: Payout | None, made: Sequence[Allotment], policy: PaymentPolicy
) -> list[Allotment]:
    """What a tolerance left of a payment that settles its payout."""
    if one.state == "differs" or one.verdict == "failed" or one.code not in _SETTLING or not payout:
        return []
    paid = sum((each.amount.amount for each in made), Decimal(0))
    left = Money(payout.amount.amount - paid, payout.amount.currency)
    if not left.amount or not policy.tolerance_of(left.currency).allows(left.amount, payout.amount.amount):
        return []
    last = made[-1]
    return [replace(last, id=f"{last.id}-{one.code}", amount=left, kind="difference", reference=one.code)]
