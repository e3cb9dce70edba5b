"""The checks of a close that look at the ledger: cut-off, payments against lines, balances, edits after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconcile.close.checks import FIRST_CHECKS, Check, Evidence, Objection, of_payout
from reconcile.close.ledger.open_items import Part
from reconcile.close.ledger.stages import PAID
from reconcile.close.rollforward import Movement
from reconcile.domain.money import Money, totals
from reconcile.domain.phrases import counted
from reconcile.domain.policy.close import Weight
from reconcile.domain.stage import STAGES

_LEAVING: Final = (Movement.ADJUSTED, Movement.DECLINED, Movement.MOVED_OUT)
_ON_ACCOUNT: Final = (Part.PREPAID, Part.PREPAID_BILL, Part.RECEIVABLE)


def _cut_off(given: Evidence) -> Iterator[Objection]:
    """Payouts that came to PAID after the end, or whose last change then hides when they did."""
    due = {line.payout_id for line in given.lines if line.amount.amount}
    for payout_id, told in given.stage_paid.items():
        payout = given.now.payouts.get(payout_id)
        if payout and payout_id in due and told.day > given.period.end:
            yield of_payout(payout, f"PAID, last changed {told.day}: counted as owed at the end")


def _paid(given: Evidence, payout_id: str) -> dict[str, Decimal]:
    return totals(one.amount for one in given.allotments.get(payout_id, ()) if one.day <= given.period.end)


def _payments(count: int) -> str:
    """As it was said up to the fifth version, also of one."""
    return f"{count} payments"


def _paid_differs(given: Evidence, said: Callable[[int], str] = _payments) -> Iterator[Objection]:
    """Payouts that were paid in part, more than once, or more than they come to."""
    for payout in given.payouts:
        if payout.stage == STAGES["DECLINED"].value:
            continue
        for currency, amount in _paid(given, payout.id).items():
            count = sum(one.kind == "paid" for one in given.allotments[payout.id])
            whole = payout.amount
            if currency == whole.currency and amount and amount != whole.amount:
                yield of_payout(payout, f"{said(count)}, together {Money(amount, currency)}, of {whole}")
            elif currency == whole.currency and not amount and payout.stage == PAID:
                yield of_payout(payout, "PAID, and its payments came back")


def _matched_unpaid(given: Evidence) -> Iterator[Objection]:
    for payout_id in sorted(given.allotments):
        payout = given.now.payouts.get(payout_id)
        if payout and payout.stage != PAID:
            amount = _paid(given, payout_id).get(payout.amount.currency, Decimal(0))
            if 0 < payout.amount.amount <= amount:
                days = ", ".join(
                    f"{one.amount} on {one.day} ({one.reference})" for one in given.allotments[payout_id]
                )
                yield of_payout(payout, f"{payout.stage}, and was paid: {days}")


def _paid_declined(given: Evidence) -> Iterator[Objection]:
    for payout_id in sorted(given.allotments):
        payout = given.now.payouts.get(payout_id)
        if payout and payout.stage == STAGES["DECLINED"].value:
            for currency, amount in _paid(given, payout_id).items():
                if amount:
                    yield Objection(
                        payout.id,
                        payout.partner_name,
                        f"declined, and {Money(amount, currency)} was paid",
                        Money(amount, currency),
                    )


def _credit_balance(given: Evidence) -> Iterator[Objection]:
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for one in given.open:
        if one.part in _ON_ACCOUNT:
            sums[one.payout_id or one.line_id, one.partner_id, one.currency, one.part.value] += one.amount
    for (record_id, partner_id, currency, part), amount in sorted(sums.items()):
        partner = given.now.partner_name(partner_id)
        yield Objection(record_id, partner, part, Money(amount, currency))


def _edited_after_paid(given: Evidence) -> Iterator[Objection]:
    paid = given.stage_paid.keys() | {pid for pid, rows in given.allotments.items() if rows}
    for one in given.entries:
        if one.movement in _LEAVING and one.line_id and (one.payout_id or "") in paid:
            said = f"{one.movement.value} after it was paid: {one.why}".rstrip(": ")
            yield Objection(one.line_id, one.partner, said, Money(one.amount, one.currency))


def _over_age(given: Evidence) -> Iterator[Objection]:
    """Open items beyond the last bucket of the aging: accrued for ever, unless a person looks."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    oldest: dict[tuple[str, str, str], int] = {}
    for one in given.open:
        days = (given.period.end - one.due).days if one.due else 0
        if days > given.policy.aging_days[-1]:
            key = (one.payout_id or one.line_id, one.partner_id, one.currency)
            sums[key] += one.amount
            oldest[key] = max(days, oldest.get(key, 0))
    for key, amount in sorted(sums.items()):
        said = f"open for {oldest[key]} days"
        yield Objection(key[0], given.now.partner_name(key[1]), said, Money(amount, key[2]))


def _stale_rates(given: Evidence) -> Iterator[Objection]:
    for code, rate in sorted(given.rates.rates.items()) if given.rates else ():
        if abs((rate.day - given.period.end).days) > given.policy.rate_days:
            yield Objection(code, "", f"the rate is of {rate.day}, the period ends on {given.period.end}")


def _paid_differs_now(given: Evidence) -> Iterator[Objection]:
    yield from _paid_differs(given, lambda count: counted(count, "payment"))


_MATCHED_UNPAID: Final = Check(
    "matched-unpaid", "Paid in full, and not PAID", Weight.BLOCKING, _matched_unpaid
)
CHECKS: Final = (
    *(_MATCHED_UNPAID if one.name == "matched-unpaid" else one for one in FIRST_CHECKS),
    Check("cut-off", "Paid by the stage alone, after the end of the period", Weight.WARNING, _cut_off),
    Check("paid-differs", "Payments that are not what the payout comes to", Weight.WARNING, _paid_differs),
    Check("paid-declined", "Payments on declined payouts", Weight.BLOCKING, _paid_declined),
    Check("credit-balance", "Prepaid, overpaid or owed by the partner", Weight.WARNING, _credit_balance),
    Check("edited-after-paid", "Lines changed after they were paid", Weight.WARNING, _edited_after_paid),
    Check("over-age", "Open beyond the last bucket of the aging", Weight.WARNING, _over_age),
    Check("stale-rates", "Rates that are not of the end of the period", Weight.BLOCKING, _stale_rates),
)
"""All checks up to the fifth version, in the order of the pack."""
PAID_DIFFERS: Final = replace(
    next(one for one in CHECKS if one.name == "paid-differs"), objections=_paid_differs_now
)
"""Since the sixth version."""
