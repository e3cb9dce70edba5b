"""Measures open balances in other currencies in the currency of the books: ASC 830-20-35, IAS 21.23, 21.28.

    opening at the rate of the last close + movements at their rates + loss = closing at the rate of the end

A gain or loss is counted from the day on which something was booked, or from the last close where that is
later, so over a chain of closes nothing counts twice. Above zero is a loss: more is owed. Cents are spread so
that what a journal books in one amount, and what an account stands at, is that amount at the rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reconcile.close.frozen import Frozen
from reconcile.close.journal import Values, accounts
from reconcile.close.remeasurement.moves import MONEY, Kind, Move, kind_of, moves
from reconcile.close.remeasurement.rates import Rate, Rates
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.policy.dimensions import values_of
from reconcile.errors import ConfigurationError

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MeasuredMove:
    """A movement, its rate, and its amount in the currency of the books.

    booked: what the books have of it: the journal of a close books at the end of the period what was earned
    in it. settled_at: of a payment, what the part that it settles stood at; realised: the loss of that part.
    """

    move: Move
    rate: Rate
    functional: Decimal
    booked: Decimal
    settled_at: Decimal | None = None
    realised: Decimal = _ZERO


@dataclass(slots=True)
class Balance:
    """The open balance of a partner in one currency and of one kind, in that currency and in the books'."""

    currency: str
    partner_id: str
    partner: str
    kind: Kind
    opening: Decimal = _ZERO
    closing: Decimal = _ZERO
    opening_functional: Decimal = _ZERO
    closing_functional: Decimal = _ZERO
    moves: list[MeasuredMove] = field(default_factory=list)

    @property
    def moved(self) -> Decimal:
        """What moved, in the currency."""
        return sum((one.move.amount for one in self.moves), _ZERO)

    @property
    def moved_functional(self) -> Decimal:
        """What moved, each at its rate."""
        return sum((one.functional for one in self.moves), _ZERO)

    @property
    def booked_at_end(self) -> Decimal:
        """What the journal of the close books beyond what was earned, since it books it at the end."""
        return sum((one.booked - one.functional for one in self.moves), _ZERO)

    @property
    def loss(self) -> Decimal:
        """The loss of the period; a gain is below zero."""
        return self.closing_functional - self.opening_functional - self.moved_functional

    @property
    def realised(self) -> Decimal:
        """The part of the losses that payments realised."""
        return sum((one.realised for one in self.moves), _ZERO)


@dataclass(frozen=True)
class Remeasurement:
    """Every open balance in another currency. opening_rates, rates: by currency."""

    functional: str
    balances: tuple[Balance, ...]
    opening_rates: dict[str, Rate]
    closing_rates: dict[str, Rate]
    is_first: bool


def remeasured(frozen: Frozen, previous: Frozen | None, entries: Sequence[Entry]) -> Remeasurement | None:
    """The remeasurement; None where the settings ask for none.

    Raises ConfigurationError where the rates are missing, or are to another currency.
    """
    policy = frozen.policy.remeasurement
    if not policy.is_on:
        return None
    others = sorted({one.currency for one in entries} - {policy.currency})
    if not others:
        return Remeasurement(policy.currency, (), {}, {}, is_first=False)
    return _Measuring(frozen, previous, entries, rates_asked(frozen, others)).made(others)


def rates_asked(frozen: Frozen, currencies: Iterable[str]) -> Rates:
    """The rates to the currency of the books. Raises ConfigurationError where there are none."""
    to, rates = frozen.policy.remeasurement.currency, frozen.rates
    if rates is None:
        raise ConfigurationError(
            f"The books are kept in {to} ([close.remeasurement]), and there are amounts in "
            f"{', '.join(currencies)}: bring their rates of {frozen.period.end}, --rates FILE."
        )
    if rates.to != to:
        raise ConfigurationError(
            f"{rates.file} has rates to {rates.to}, and the books are kept in {to} ([close.remeasurement]). "
            f"Bring rates to {to}."
        )
    return rates


def opening_rate(frozen: Frozen, previous: Frozen, rates: Rates, currency: str) -> Rate:
    """The rate at which the last close measured; where it did not, that of its day in the rates of now."""
    then = previous.rates
    if then and then.to == rates.to and currency in then.rates:
        return then.rates[currency]
    return rates.of(currency, previous.period.end, frozen.policy.rate_days, average=False)


class _Measuring:
    """The amounts of one close in the currency of the books."""

    def __init__(
        self, frozen: Frozen, previous: Frozen | None, entries: Sequence[Entry], rates: Rates
    ) -> None:
        self.frozen, self.previous, self.entries, self.rates = frozen, previous, entries, rates
        self.clearing, self.accounts = frozen.policy.method == "clearing", accounts(frozen.policy)
        self.found: dict[tuple[str, str, str, Kind], Balance] = {}
        self.rate_of: dict[tuple[str, date], Rate] = {}

    def made(self, currencies: Iterable[str]) -> Remeasurement:
        """The balances in the order of currency, partner and kind."""
        used: dict[Movement, dict[str, Rate]] = {Movement.OPENING: {}, Movement.CLOSING: {}}
        for currency in currencies:
            for movement in (Movement.OPENING, Movement.CLOSING):
                mine = [one for one in self.entries if (one.movement, one.currency) == (movement, currency)]
                if mine:
                    used[movement][currency] = self._standing(movement, mine, currency)
        self._moved([one for one in moves(self.frozen, self.previous, self.entries) if self._is_other(one)])
        _realise(self.found.values(), self._carried())
        order = sorted(self.found.items())
        return Remeasurement(
            self.rates.to,
            tuple(balance for _, balance in order if _is_shown(balance)),
            used[Movement.OPENING],
            used[Movement.CLOSING],
            is_first=self.previous is None or not self.previous.policy.remeasurement.is_on,
        )

    def _is_other(self, one: Move) -> bool:
        return one.currency != self.rates.to

    def _rate(self, currency: str, when: str, day: date) -> Rate:
        if when == "opening" and self.previous:
            return opening_rate(self.frozen, self.previous, self.rates, currency)
        if when == "day":
            # Looked up once a day: a file may have a rate for each day of years.
            if (currency, day) not in self.rate_of:
                self.rate_of[currency, day] = self.rates.of(currency, day, self.frozen.policy.rate_days)
            return self.rate_of[currency, day]
        return self.rates.end(currency)

    def _balance(self, one: Entry | Move, kind: Kind) -> Balance:
        key = (one.currency, one.partner, one.partner_id, kind)
        return self.found.setdefault(key, Balance(one.currency, one.partner_id, one.partner, kind))

    def _standing(self, movement: Movement, mine: Sequence[Entry], currency: str) -> Rate:
        """Measures what is open at one end. What one line of a journal books is measured in one."""
        when = "opening" if movement is Movement.OPENING else "end"
        rate = self._rate(currency, when, self.frozen.period.end)
        groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
        for one in mine:
            groups[self._group(one)].append(one)
        for some in groups.values():
            for one, amount in zip(some, self.rates.together((e.amount for e in some), rate), strict=True):
                balance = self._balance(one, kind_of(one))
                if movement is Movement.OPENING:
                    balance.opening += one.amount
                    balance.opening_functional += amount
                else:
                    balance.closing += one.amount
                    balance.closing_functional += amount
        return rate

    def _group(self, one: Entry) -> tuple[object, ...]:
        """What is booked, or stands on an account, in one amount."""
        kind = kind_of(one)
        if kind == "payables" or self.clearing:
            return (kind,)
        return (kind, self.accounts(one)["liability"], self._values(one))

    def _values(self, one: Entry | Move) -> Values:
        rules = self.frozen.policy.dimensions
        return tuple(values_of(rules, one.partner_id, one.plan, one.currency).items())

    def _moved(self, found: Sequence[Move]) -> None:
        rates = [self._rate(one.currency, one.when, one.day) for one in found]
        measured = self._together(found, rates)
        # The journal of clearing is dated at the end; what takes back a late entry, and that entry, as it is.
        at_end = [
            rate if one.is_trued_up else self.rates.end(one.currency) if one.is_journal else rate
            for one, rate in zip(found, rates, strict=True)
        ]
        booked = self._together(found, at_end) if self.clearing else measured
        for one, rate, functional, in_books in zip(found, rates, measured, booked, strict=True):
            made = MeasuredMove(one, rate, functional, in_books)
            self._balance(one, one.kind).moves.append(made)

    def _together(self, found: Sequence[Move], rates: Sequence[Rate]) -> list[Decimal]:
        """Each at its rate; what one line of a journal books at one rate, in one amount."""
        groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for place, (one, rate) in enumerate(zip(found, rates, strict=True)):
            account = self.frozen.policy.liability.account(one.partner_id, one.plan, one.currency)
            line = (account, self._values(one), one.when == "opening", one.is_trued_up)
            groups[one.currency, rate, line if one.is_journal else place].append(place)
        amounts = [_ZERO] * len(found)
        for places in groups.values():
            parts = self.rates.together((found[place].amount for place in places), rates[places[0]])
            for place, part in zip(places, parts, strict=True):
                amounts[place] = part
        return amounts

    def _carried(self) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        """What each payout stood at before it was paid: in its currency, and in that of the books."""
        found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        for one in self.entries:
            if one.movement is Movement.OPENING and one.currency != self.rates.to:
                rate = self._rate(one.currency, "opening", self.frozen.period.end)
                _add(found, (one.payout_id or "", one.currency), one.amount, self.rates.at(one.amount, rate))
        for balance in self.found.values():
            for each in balance.moves:
                if each.move.is_journal and not each.move.is_trued_up:
                    key = (each.move.payout_id, each.move.currency)
                    _add(found, key, each.move.amount, each.functional)
        return found


def _add(
    found: dict[tuple[str, str], tuple[Decimal, Decimal]],
    key: tuple[str, str],
    amount: Decimal,
    functional: Decimal,
) -> None:
    was = found.get(key, (_ZERO, _ZERO))
    found[key] = (was[0] + amount, was[1] + functional)


def _realise(balances: Iterable[Balance], carried: dict[tuple[str, str], tuple[Decimal, Decimal]]) -> None:
    """Says of each payment what it realised: against the rate at which what it settles was booked.

    What is paid beyond what its payout stood at is prepaid, at the rate of its day; so is what came back.
    """
    named = {one.value for one in MONEY}
    paid = [
        (balance, place, one)
        for balance in balances
        for place, one in enumerate(balance.moves)
        if one.move.movement in named and one.move.amount < 0
    ]
    for balance, place, one in sorted(paid, key=lambda each: (each[2].move.day, each[2].move.payout_id)):
        key = (one.move.payout_id, one.move.currency)
        open_amount, stood = carried.get(key, (_ZERO, _ZERO))
        if open_amount <= 0:
            continue
        part = min(-one.move.amount, open_amount)
        share = stood if part == open_amount else _share(stood, part, open_amount)
        paid_functional = (
            -one.functional if part == -one.move.amount else _share(-one.functional, part, -one.move.amount)
        )
        carried[key] = (open_amount - part, stood - share)
        balance.moves[place] = MeasuredMove(
            one.move, one.rate, one.functional, one.booked, share, paid_functional - share
        )


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return (amount * part / whole).quantize(amount)


def _is_shown(one: Balance) -> bool:
    return bool(one.opening or one.closing or one.moves or one.loss)
