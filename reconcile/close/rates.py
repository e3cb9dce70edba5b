"""Rates that a person brings, for a reporting currency beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from reconcile.domain.money import exponent, known_currencies, parse_decimal
from reconcile.errors import ConfigurationError

_COLUMNS = ("currency", "to", "rate", "date")


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` is worth `rate` units of the reporting currency, on that day."""

    currency: str
    rate: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Rates:
    """All rates to one reporting currency. file: where they were read."""

    to: str
    rates: Mapping[str, Rate]
    file: str

    def converted(self, amount: Decimal, currency: str) -> Decimal:
        """The amount in the reporting currency, rounded half to even to its decimals.

        Raises ConfigurationError for a currency without a rate.
        """
        if currency == self.to or not amount:
            return amount
        if currency not in self.rates:
            raise ConfigurationError(
                f"{self.file} has no rate from {currency} to {self.to}. Add a row, or leave --rates out."
            )
        unit = Decimal(1).scaleb(-(exponent(self.to) or 0))
        return (amount * self.rates[currency].rate).quantize(unit, ROUND_HALF_EVEN)


def rates_from(table: Sequence[Sequence[str]], file: str) -> Rates:
    """Reads a table with the columns currency, to, rate and date. Raises ConfigurationError with the row."""
    header = [text.strip().casefold() for text in table[0]] if table else []
    if not set(_COLUMNS) <= set(header):
        raise ConfigurationError(
            f"{file} is no table of rates: its first row must name {', '.join(_COLUMNS)}."
        )
    found: dict[str, Rate] = {}
    to = ""
    for number, row in enumerate(table[1:], start=2):
        texts = dict(zip(header, (text.strip() for text in row), strict=False))
        rate = _rate(texts, f"{file}, row {number}")
        if to not in ("", texts["to"]) or rate.currency in found:
            raise ConfigurationError(
                f"{file}, row {number}: one reporting currency, and one rate for each other."
            )
        to, found[rate.currency] = texts["to"], rate
    if not found:
        raise ConfigurationError(f"{file} has no rates.")
    return Rates(to, found, file)


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
