"""Shows how the time of matching grows with the number of payments and payouts.

    python tests/bench/measure_matching.py [20000]

Four months: every payment names its payout; none does, but amounts and names tell; one partner has all the
payouts, of one amount; payments are sums of two payouts. Each is run at a quarter, a half and the whole size.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.payments.model import Payment, PaymentFile, Place

DAY = date(2026, 3, 31)
Month = tuple[list[Payment], list[Owed]]


def _owed(number: int, partner: str, amount: int) -> Owed:
    payout = f"pay_{number:024}"
    return Owed(
        payout,
        partner,
        partner,
        Money(Decimal(amount), "USD"),
        "APPROVED",
        DAY,
        (payout, f"BILL-{number:06}"),
    )


def _paid(number: int, amount: int, payee: str, text: str = "") -> Payment:
    day = DAY + timedelta(days=number % 20)
    money = Money(Decimal(amount), "USD")
    place = Place("bank.csv", f"line {number + 2}")
    return Payment(place, money, id=str(number), booked=day, payee=payee, references=(text,))


def _name(number: int) -> str:
    return f"{('Blue', 'Summit', 'Harbor', 'Cedar')[number % 4]} Peak {number // 4} Consulting Ltd"


def named(size: int) -> Month:
    """Every payment names its payout in a long text."""
    owed = [_owed(number, _name(number), 100 + number % 977) for number in range(size)]
    texts = (
        f"SEPA transfer EREF+ PAY{number:024} SVWZ+ thank you for March, invoice {number:06}"
        for number in range(size)
    )
    return [_paid(n, 100 + n % 977, _name(n), text) for n, text in enumerate(texts)], owed


def by_amount(size: int) -> Month:
    """Nothing but amounts and names."""
    owed = [_owed(number, _name(number), 100 + number % 977) for number in range(size)]
    return [_paid(n, 100 + n % 977, _name(n).upper()) for n in range(size)], owed


def one_partner(size: int) -> Month:
    """All payouts are of one partner and of one amount."""
    owed = [_owed(number, "Acme Partners", 100) for number in range(size)]
    return [_paid(n, 100, "ACME PARTNERS") for n in range(size)], owed


def in_sums(size: int) -> Month:
    """Each payment is the sum of two payouts of a partner with two hundred of them."""
    owed = [_owed(number, _name(number // 200), 1000 + number % 200 * 7) for number in range(size)]
    payments = [
        _paid(n, int(owed[2 * n].amount.amount + owed[2 * n + 1].amount.amount), owed[2 * n].partner)
        for n in range(size // 2)
    ]
    return payments, owed


def seconds(month: Callable[[int], Month], size: int) -> tuple[float, int, int]:
    """How long one month takes, and how many matches and suggestions it gives."""
    payments, owed = month(size)
    start = time.perf_counter()
    result = match_payments([PaymentFile("bank.csv", "CSV", "", tuple(payments))], owed, PaymentPolicy())
    return time.perf_counter() - start, len(result.matches), len(result.suggestions)


def main(size: int) -> None:
    """Print a table."""
    print(f"{'month':<12} {'size':>7} {'seconds':>8} {'sure':>7} {'maybe':>7}")
    for month in (named, by_amount, one_partner, in_sums):
        for part in (size // 4, size // 2, size):
            took, sure, maybe = seconds(month, part)
            print(f"{month.__name__:<12} {part:>7,} {took:>8.2f} {sure:>7,} {maybe:>7,}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
