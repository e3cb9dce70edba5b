"""Which payments went to which payout, from what `payments` recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from reconcile.close.ledger.evidence_of_payment import Allotment
from reconcile.domain.money import Money
from reconcile.domain.period import Days
from reconcile.domain.policy.payments import AUTOMATIC, PaymentPolicy
from reconcile.domain.records import Payout
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES

_SETTLING = ("rounding", "bank fee", "exchange difference", "over")
"""Why a payment that settles is not exactly what was owed."""


def allotments(
    settlements: Sequence[Settlement], snapshot: Snapshot, policy: PaymentPolicy
) -> dict[str, tuple[Allotment, ...]]:
    """The payments of each payout, oldest first. A payment that was read twice counts as read last.

    settlements: as `carried_out` leaves them. A suggestion counts once its payout stands where the suggestion
    brings it. A payout whose payments came back keeps them and their return.
    """
    found: dict[str, list[Settlement]] = {}
    for one in settlements:
        rows = found.setdefault(one.payout_id, [])
        # Within one run, equal rows are different payments.
        rows[:] = [row for row in rows if _key(row) != _key(one) or row.workbook_id == one.workbook_id]
        rows.append(one)
    made = {
        payout_id: _of_payout(rows, snapshot.payouts.get(payout_id), policy, snapshot.scope.days)
        for payout_id, rows in found.items()
    }
    return {payout_id: rows for payout_id, rows in sorted(made.items()) if rows is not None}


def _key(one: Settlement) -> tuple[object, ...]:
    """What two readings of one payment share. Banks number from 1, so an id alone says too little.

    Of money that came back the amount does not count: it may have been read beside its payment, or alone.
    """
    back = _came_back(one)
    amount = "" if back and one.payment_id else one.amount.amount
    return one.payment_id or one.reference, one.paid_on, one.amount.currency, back, amount


def _came_back(one: Settlement) -> bool:
    return one.verdict == "failed" or one.amount.amount < 0


def _day(one: Settlement, days: Days) -> date:
    """The day that the bank writes; where it writes none, the one on which the file was read."""
    if one.paid_on:
        return date.fromisoformat(one.paid_on[:10])
    return days.of(datetime.fromisoformat(one.read_at))


def _of_payout(
    rows: Iterable[Settlement], payout: Payout | None, policy: PaymentPolicy, days: Days
) -> tuple[Allotment, ...] | None:
    """The allotments of one payout; None where no row counts, so that its stage speaks."""
    made: list[Allotment] = []
    counted = False
    for one in sorted(rows, key=lambda one: (_day(one, days), one.read_at)):
        if not _counts(one, payout):
            continue
        counted = True
        amount = _amount(one, payout, made)
        if amount.amount:
            kind = "returned" if _came_back(one) else "paid"
            number = f"{len(made) + 1}-{one.payment_id or one.reference}"
            made.append(_allotment(one, number, _day(one, days), amount, kind))
            made += _difference(one, payout, made, policy)
    return tuple(made) if counted else None


def _counts(one: Settlement, payout: Payout | None) -> bool:
    stage = payout.stage if payout else ""
    accepted = STAGES["FAILED"].value if one.verdict == "failed" else STAGES["PAID"].value
    if one.state == "differs":
        # Part payments and overpayments; money in another currency says nothing until the payout is paid.
        same = payout is None or one.amount.currency == payout.amount.currency
        return same and one.how in AUTOMATIC
    return one.state == "matched" or stage == accepted


def _amount(one: Settlement, payout: Payout | None, made: Sequence[Allotment]) -> Money:
    """What a settlement moved: a return takes back what was paid until then, and no more."""
    paid = sum((each.amount.amount for each in made), Decimal(0))
    if _came_back(one):
        currency = made[-1].amount.currency if made else one.amount.currency
        back = min(paid, -one.amount.amount) if one.amount.amount < 0 else paid
        return Money(-max(back, Decimal(0)), currency)
    if payout and one.amount.currency != payout.amount.currency:
        # Paid in another currency and accepted: it settles what the payout comes to.
        return payout.amount
    return one.amount


def _allotment(one: Settlement, number: str, day: date, amount: Money, kind: str) -> Allotment:
    source = " ".join(text for text in (one.file, one.payment_id) if text)
    plain = Allotment(number, one.payout_id, one.partner_id, day, amount, "paid", one.reference, source)
    return replace(plain, kind="returned") if kind == "returned" else plain


def _difference(
    one: Settlement, payout: Payout | None, made: Sequence[Allotment], policy: PaymentPolicy
) -> list[Allotment]:
    """What a tolerance left of a payment that settles its payout."""
    if one.state == "differs" or _came_back(one) or one.code not in _SETTLING or not payout:
        return []
    paid = sum((each.amount.amount for each in made), Decimal(0))
    left = Money(payout.amount.amount - paid, payout.amount.currency)
    if not left.amount or not policy.tolerance_of(left.currency).allows(left.amount, payout.amount.amount):
        return []
    last = made[-1]
    return [replace(last, id=f"{last.id}-{one.code}", amount=left, kind="difference", reference=one.code)]
