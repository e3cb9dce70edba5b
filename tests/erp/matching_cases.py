"""Payouts, payments and files that the tests of matching are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Matching
from reconcile.erp.payments.model import Payment, PaymentFile, Place

POLICY = PaymentPolicy()


def owed_payout(
    payout_id: str, amount: str = "100", partner: str = "Acme Partners", **given_: object
) -> Owed:
    number, _, currency = amount.partition(" ")
    plain = Owed(
        payout_id,
        partner,
        partner,
        Money(Decimal(number), currency or "USD"),
        "APPROVED",
        date(2026, 3, 31),
        (payout_id,),
    )
    return replace(plain, **given_)  # type: ignore[arg-type]


def payment_of(reference: str = "", amount: str = "100", **given_: object) -> Payment:
    number, _, currency = amount.partition(" ")
    place = Place("bank.csv", "line 2")
    plain = Payment(
        place, Money(Decimal(number), currency or "USD"), booked=date(2026, 4, 15), references=(reference,)
    )
    return replace(plain, **given_)  # type: ignore[arg-type]


def file_of(*payments: Payment, name: str = "bank.csv", ledger: bool = False) -> PaymentFile:
    placed = tuple(
        replace(one, place=Place(name, f"line {line}")) for line, one in enumerate(payments, start=2)
    )
    return PaymentFile(name, "CSV", "", placed, ledger=ledger)


def result_of(payments: list[Payment], owed: list[Owed], policy: PaymentPolicy = POLICY) -> Matching:
    return match_payments([file_of(*payments)], owed, policy)


def verdicts(result: Matching) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each decision in short: where it stands, why, and the payouts."""
    groups = {"sure": result.matches, "maybe": result.suggestions, "differs": result.differing}
    return [
        (where, f"{match.verdict} by {match.how}", tuple(owed.payout_id for owed in match.owed))
        for where, matches in groups.items()
        for match in matches
    ]
