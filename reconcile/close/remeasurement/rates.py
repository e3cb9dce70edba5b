"""Rates that a person brings: to a reporting currency beside the others, and to remeasure what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from reconcile.domain.money import exponent, known_currencies, parse_decimal
from reconcile.errors import ConfigurationError

_COLUMNS = ("currency", "to", "rate", "date")
_AVERAGE: Final = "average"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` is worth `rate` units of the reporting currency, on that day."""

    currency: str
    rate: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Rates:
    """All rates to one reporting currency.

    rates: those of the end of the period. file: where they were read. dated: those of other days. averages:
    those of the whole period, for days that have none.
    """

    to: str
    rates: Mapping[str, Rate]
    file: str
    dated: tuple[Rate, ...] = ()
    averages: Mapping[str, Rate] = field(default_factory=dict)

    def converted(self, amount: Decimal, currency: str) -> Decimal:
        """The amount in the reporting currency, rounded half to even to its decimals.

        Raises ConfigurationError for a currency without a rate.
        """
        return amount if currency == self.to or not amount else self.at(amount, self.end(currency))

    def end(self, currency: str) -> Rate:
        """The rate of the end of the period. Raises ConfigurationError for a currency without one."""
        if currency not in self.rates:
            raise ConfigurationError(
                f"{self.file} has no rate from {currency} to {self.to}. Add a row, or leave --rates out."
            )
        return self.rates[currency]

    def of(self, currency: str, day: date, within: int, *, average: bool = True) -> Rate:
        """The rate for a day: the nearest of those that lie within so many days, else the average.

        Where there is neither, the nearest of all: `far-rates` objects to it. average: whether the average
        counts. Raises ConfigurationError for a currency without any rate.
        """
        there = [self.end(currency), *(one for one in self.dated if one.currency == currency)]
        nearest = min(there, key=lambda one: (abs((one.day - day).days), one.day))
        is_near = abs((nearest.day - day).days) <= within
        return nearest if is_near or not average else self.averages.get(currency, nearest)

    def at(self, amount: Decimal, rate: Rate) -> Decimal:
        """The amount at a rate, rounded half to even to the decimals of the reporting currency."""
        unit = Decimal(1).scaleb(-(exponent(self.to) or 0))
        return (amount * rate.rate).quantize(unit, ROUND_HALF_EVEN)

    def together(self, amounts: Iterable[Decimal], rate: Rate) -> tuple[Decimal, ...]:
        """Amounts that are booked in one: each converted so that the sum is that of the whole."""
        found: list[Decimal] = []
        so_far, done = Decimal(0), Decimal(0)
        for amount in amounts:
            so_far += amount
            until = self.at(so_far, rate)
            found.append(until - done)
            done = until
        return tuple(found)


def rates_from(table: Sequence[Sequence[str]], file: str, end: date | None = None) -> Rates:
    """Reads a table with the columns currency, to, rate and date, and kind where there are averages.

    end: of the period; of several rates of a currency the nearest to it is that of the end, without one the
    newest. Raises ConfigurationError with the row.
    """
    header = [text.strip().casefold() for text in table[0]] if table else []
    if not set(_COLUMNS) <= set(header):
        raise ConfigurationError(
            f"{file} is no table of rates: its first row must name {', '.join(_COLUMNS)}."
        )
    dated: dict[tuple[str, date], Rate] = {}
    averages: dict[str, Rate] = {}
    to = ""
    for number, row in enumerate(table[1:], start=2):
        texts = dict(zip(header, (text.strip() for text in row), strict=False))
        place = f"{file}, row {number}"
        rate, is_average = _rate(texts, place), _is_average(texts, place)
        if to not in ("", texts["to"]) or (
            rate.currency in averages if is_average else (rate.currency, rate.day) in dated
        ):
            raise ConfigurationError(
                f"{place}: one reporting currency, and for each other one rate a day and one average."
            )
        to = texts["to"]
        if is_average:
            averages[rate.currency] = rate
        else:
            dated[rate.currency, rate.day] = rate
    if not dated:
        raise ConfigurationError(f"{file} has no rates.")
    ends = _ends(dated.values(), end)
    others = tuple(one for one in dated.values() if one is not ends[one.currency])
    return Rates(to, ends, file, others, averages)


def _ends(rates: Iterable[Rate], end: date | None) -> dict[str, Rate]:
    """The rate of each currency that is nearest to the end of the period."""
    found: dict[str, Rate] = {}
    # Two that are equally near: the earlier one.
    for one in sorted(rates, key=lambda one: one.day, reverse=end is not None):
        if end is None or one.currency not in found or _apart(one, end) <= _apart(found[one.currency], end):
            found[one.currency] = one
    return found


def _apart(one: Rate, day: date) -> int:
    return abs((one.day - day).days)


def _is_average(texts: Mapping[str, str], place: str) -> bool:
    kind = texts.get("kind", "").casefold()
    if kind not in ("", "spot", _AVERAGE):
        raise ConfigurationError(f"{place}: the kind {kind!r} is neither spot nor average.")
    return kind == _AVERAGE


def _rate(texts: Mapping[str, str], place: str) -> Rate:
    for name in ("currency", "to"):
        if texts.get(name, "") not in known_currencies():
            raise ConfigurationError(
                f"{place}: {texts.get(name)!r} is no currency. Write its code, such as EUR."
            )
    rate = parse_decimal(texts.get("rate", ""))
    if rate is None or rate <= 0:
        raise ConfigurationError(f"{place}: the rate {texts.get('rate')!r} is not a number above zero.")
    try:
        return Rate(texts["currency"], rate, date.fromisoformat(texts.get("date", "")))
    except ValueError as error:
        raise ConfigurationError(f"{place}: write the date as 2026-03-31.") from error
