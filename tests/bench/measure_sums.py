"""Measures how often suggestions by amount and by sum are right, beside a greedy and an exact reference.

    python tests/bench/measure_sums.py [200]

Made-up months with known truth: so many partners, each with some open payouts, and payments for one to four of
these that carry nothing but the name. Round amounts are multiples of 25; uneven ones have cents. `made` is the
share of the payments for which a method names payouts, `right` how many of those are the true ones, `recall`
the true ones of all payments. `only`: what our certificate calls the only solution. `listed`: the truth is
among the solutions that a person can choose from. Greedy takes the largest payout that still fits, again and
again. Exact tries every subset of up to four payouts, and takes the fewest and earliest.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.payments.model import Payment, PaymentFile, Place

DAY = date(2026, 3, 31)
Found = dict[int, frozenset[str]]


@dataclass(frozen=True)
class Month:
    """Payments and payouts, and which payouts each payment, by its number, is for."""

    payments: list[Payment]
    owed: list[Owed]
    truth: Found


def month(partners: int, each: int, *, is_round: bool) -> Month:
    """So many partners with so many payouts each; about two in three of these are paid, in bundles."""
    chance = random.Random(f"{partners} {each} {is_round}")
    payments: list[Payment] = []
    owed: list[Owed] = []
    truth: Found = {}
    for partner in range(partners):
        name = f"Partner {partner:05} Consulting"
        own = [
            _owed(f"pay_{partner:05}_{n:02}", name, _amount(chance, is_round=is_round)) for n in range(each)
        ]
        owed += own
        waiting = chance.sample(own, len(own))[: max(1, len(own) * 2 // 3)]
        while waiting:
            some, waiting = _split(waiting, chance.choice((1, 1, 2, 2, 3, 4)))
            truth[len(payments)] = frozenset(one.payout_id for one in some)
            payments.append(_paid(len(payments), name, sum((one.amount.amount for one in some), Decimal(0))))
    return Month(payments, owed, truth)


def _split(some: list[Owed], count: int) -> tuple[list[Owed], list[Owed]]:
    return some[:count], some[count:]


def _amount(chance: random.Random, *, is_round: bool) -> Decimal:
    if is_round:
        return Decimal(25 * chance.randint(2, 40))
    return Decimal(chance.randint(5_000, 900_000)) / 100


def _owed(payout: str, name: str, amount: Decimal) -> Owed:
    return Owed(payout, name, name, Money(amount, "USD"), "APPROVED", DAY, (payout,))


def _paid(number: int, name: str, amount: Decimal) -> Payment:
    day = DAY + timedelta(days=number % 20)
    return Payment(Place("bank.csv", f"line {number}"), Money(amount, "USD"), booked=day, payee=name)


def greedy(one: Month) -> Found:
    """The largest payout that still fits, again and again; payments in their order."""
    left = _by_name(one.owed)
    found: Found = {}
    for number, payment in enumerate(one.payments):
        rest, chosen = payment.amount.amount, []
        for owed in sorted(left[payment.payee], key=lambda owed: -owed.amount.amount):
            if owed.amount.amount <= rest:
                rest -= owed.amount.amount
                chosen.append(owed)
        if not rest:
            found[number] = frozenset(owed.payout_id for owed in chosen)
            left[payment.payee] = [owed for owed in left[payment.payee] if owed not in chosen]
    return found


def exact(one: Month) -> Found:
    """Every subset of up to four payouts of the partner; the fewest and earliest free ones that come to it."""
    left = _by_name(one.owed)
    found: Found = {}
    for number, payment in sorted(enumerate(one.payments), key=lambda each: -each[1].amount.amount):
        subsets = (some for size in (1, 2, 3, 4) for some in combinations(left[payment.payee], size))
        fitting = [
            some for some in subsets if sum(each.amount.amount for each in some) == payment.amount.amount
        ]
        if fitting:
            found[number] = frozenset(owed.payout_id for owed in fitting[0])
            left[payment.payee] = [owed for owed in left[payment.payee] if owed not in fitting[0]]
    return found


def _by_name(owed: list[Owed]) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = {}
    for one in owed:
        found.setdefault(one.partner, []).append(one)
    return found


def ours(one: Month) -> tuple[Found, Found, Mapping[int, set[frozenset[str]]]]:
    """What is suggested, what of it is the only solution, and all solutions that are listed."""
    places = {str(payment.place): number for number, payment in enumerate(one.payments)}
    result = match_payments(
        [PaymentFile("bank.csv", "CSV", "", tuple(one.payments))], one.owed, PaymentPolicy()
    )
    first: Found = {}
    only: Found = {}
    listed: dict[int, set[frozenset[str]]] = {}
    for match in result.suggestions:
        number = places[str(match.payments[0].place)]
        first[number] = frozenset(owed.payout_id for owed in match.owed)
        listed[number] = {frozenset(owed.payout_id for owed in each.owed) for each in match.solutions}
        if match.certificate.is_only:
            only[number] = first[number]
    return first, only, listed


def _line(name: str, found: Found, truth: Found, seconds: float, listed: float | None = None) -> str:
    right = sum(truth[number] == some for number, some in found.items())
    shares = (len(found) / len(truth), right / max(len(found), 1), right / len(truth))
    cells = [f"{share:.1%}" for share in shares]
    return " | ".join(("", name, *cells, "" if listed is None else f"{listed:.1%}", f"{seconds:.2f}", ""))


def _timed(method: Callable[[Month], Found], one: Month) -> tuple[Found, float]:
    start = time.perf_counter()
    found = method(one)
    return found, time.perf_counter() - start


def main(partners: int) -> None:
    """Prints a table for the manual."""
    print("| month | method | made | right | recall | listed | seconds |\n|---|---|---|---|---|---|---|")
    for is_round in (True, False):
        for each in (4, 12, 24):
            one = month(partners, each, is_round=is_round)
            about = f"| {each} payouts a partner, {'round' if is_round else 'uneven'}, {len(one.truth):,} payments"
            start = time.perf_counter()
            first, only, listed = ours(one)
            took = time.perf_counter() - start
            share = sum(truth in listed.get(number, ()) for number, truth in one.truth.items()) / len(
                one.truth
            )
            print(about + _line("suggested", first, one.truth, took, share))
            print(about + _line("only solution", only, one.truth, took))
            for method in (greedy, exact):
                print(about + _line(method.__name__, *_swap(_timed(method, one), one.truth)))


def _swap(timed: tuple[Found, float], truth: Found) -> tuple[Found, Found, float]:
    return timed[0], truth, timed[1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
