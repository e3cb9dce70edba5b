"""The general ledger of a made-up company in the currency of its books, kept by the standards alone.

Every posting has the rate of its day. What reverses another posting has its amount. At the end of a month each
account of the balance sheet must stand at its foreign balance at that day's rate (ASC 830-20-35-1, IAS 21.23),
an expense at what was earned at the rate of the day on which it was (ASC 830-10-55-10, IAS 21.21), and all that
was ever paid is expense, gain or loss.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from double_entry import EXPENSE, Company

from reconcile.close.journal import JournalLine
from reconcile.close.remeasurement.rates import Rates, rates_from

BOOKS, GAIN = "USD", "7900"
CENT, ZERO = Decimal("0.01"), Decimal(0)
_BASES = {"EUR": Decimal("1.05"), "GBP": Decimal("1.25")}


def rate_on(currency: str, day: date) -> Decimal:
    """A rate for each day, which goes up and down."""
    if currency == BOOKS:
        return Decimal(1)
    swing = Decimal((day.toordinal() * 7919) % 400 - 200).scaleb(-4)
    drift = Decimal(day.timetuple().tm_yday).scaleb(-3) / 5
    return _BASES[currency] + swing + drift


def rates_of(end: date, currencies: Iterable[str] = ("EUR",)) -> Rates:
    """The rates of every day until the end of a month, as a person brings them."""
    days = [end - timedelta(days=back) for back in range(400)]
    rows = [[code, BOOKS, str(rate_on(code, day)), day.isoformat()] for code in currencies for day in days]
    return rates_from([["currency", "to", "rate", "date"], *rows], "rates.csv", end)


@dataclass
class FunctionalBooks:
    """Postings with a day, an account, the currency of the deal, and an amount in the currency of the books."""

    company: Company
    postings: list[tuple[date, str, str, Decimal]] = field(default_factory=list)
    taken: int = 0

    def events(self) -> None:
        """Books what bills and payments have posted since the last time, pair by pair."""
        new = self.company.books.postings[self.taken :]
        self.taken = len(self.company.books.postings)
        for day, account, currency, amount, _ in new:
            self.postings.append((day, account, currency, at(amount, currency, day)))

    def journal(self, lines: Iterable[JournalLine]) -> None:
        """Books a journal in a currency: the accounts of the balance sheet at the rate, the rest is expense."""
        booked: dict[tuple[str, str, str], Decimal] = {}
        for line in lines:
            if line.side == "expense":
                continue
            number = line.journal.removesuffix("-R")
            key = (number, line.account, line.description.removeprefix("Reversal: "))
            amount = -booked[key] if line.is_reversal else at(line.amount, line.currency, line.date)
            booked[key] = amount
            self.postings.append((line.date, line.account, line.currency, amount))
            self.postings.append((line.date, EXPENSE, line.currency, -amount))

    def remeasure(self, lines: Iterable[JournalLine]) -> None:
        """Books a remeasurement as it is."""
        for line in lines:
            assert line.functional
            assert line.amount == 0
            assert line.functional.currency == BOOKS
            self.postings.append((line.date, line.account, line.currency, line.functional.amount))

    def balance(self, day: date, account: str, currency: str = "") -> Decimal:
        """What an account stands at."""
        found = defaultdict[bool, Decimal](Decimal)
        for when, name, code, amount in self.postings:
            found[when <= day and name == account and currency in ("", code)] += amount
        return found[True]


def at(amount: Decimal, currency: str, day: date) -> Decimal:
    """An amount at the rate of a day, to the cent."""
    return (amount * rate_on(currency, day)).quantize(CENT, ROUND_HALF_EVEN)
