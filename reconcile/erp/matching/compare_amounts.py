"""Whether payments are what is owed: in one currency, within the tolerance, and why they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.domain.money import Money, exponent
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Code
from reconcile.erp.payments.model import Payment, PaymentStatus

# Up to this many of the smallest coin a difference is called rounding.
_COINS: Final = 5


@dataclass(frozen=True, slots=True)
class Fit:
    """How payments compare with what is owed. fits: they are enough and not too much."""

    difference: Money | None
    fits: bool
    code: Code


def value_of(payment: Payment, currency: str) -> Decimal | None:
    """What a payment is worth in a currency: its amount, or the one that was ordered; None if in neither.

    A rejected payment moved nothing.
    """
    if payment.status is PaymentStatus.REJECTED:
        return Decimal(0)
    for money in (payment.amount, payment.instructed):
        if money is not None and money.currency == currency:
            return money.amount
    return None


def sum_owed(owed: Iterable[Owed]) -> Money | None:
    """What several payouts come to; None for several currencies, which are never added."""
    amounts = [one.amount for one in owed]
    if len({money.currency for money in amounts}) != 1:
        return None
    return Money(sum((money.amount for money in amounts), Decimal(0)), amounts[0].currency)


def compare(payments: Sequence[Payment], owed: Sequence[Owed], policy: PaymentPolicy) -> Fit:
    """The payments, taken together, against the payouts, taken together."""
    due = sum_owed(owed)
    values = [value_of(payment, due.currency) for payment in payments] if due else [None]
    if due is None or any(value is None for value in values):
        return Fit(None, fits=False, code=Code.EXCHANGE)
    paid = sum((value for value in values if value is not None), Decimal(0))
    difference = paid - due.amount
    if not difference:
        return Fit(Money(difference, due.currency), fits=True, code=Code.EXACT)
    fits = policy.tolerance_of(due.currency).allows(difference, due.amount) and _same_sign(paid, due.amount)
    exchanged = any(payment.instructed for payment in payments)
    code = (
        _small(difference, due.currency, exchanged=exchanged) if fits else _large(difference, len(payments))
    )
    return Fit(Money(difference, due.currency), fits, code)


def _same_sign(paid: Decimal, due: Decimal) -> bool:
    return (paid > 0) == (due > 0)


def _small(difference: Decimal, currency: str, *, exchanged: bool) -> Code:
    if exchanged:
        return Code.EXCHANGE
    coin = Decimal(1).scaleb(-(exponent(currency) or 0))
    if abs(difference) <= coin * _COINS:
        return Code.ROUNDING
    return Code.FEE if difference < 0 else Code.OVER


def _large(difference: Decimal, payments: int) -> Code:
    if difference > 0:
        return Code.OVER
    return Code.PARTIAL if payments > 1 else Code.SHORT
