"""Compares the bookings that an account should show with those that it shows, and names what differs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from reconcile.close.gl.bookings import Booking
from reconcile.domain.books.general_ledger import Posting
from reconcile.domain.money import Money
from reconcile.domain.period import Period

_NEAR: Final = 10
"""So many days may lie between a booking and a posting of the same amount in another period."""


class Kind(StrEnum):
    """Why the general ledger shows something else. The first is no fault."""

    NOT_BOOKED = "not booked yet"
    CARRIED = "from before the period"
    MISSING = "missing"
    TWICE = "posted twice"
    AMOUNT = "other amount"
    PERIOD = "other period"
    MANUAL = "manual entry"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Item:
    """One reason of a difference. amount: what the general ledger has beyond the sub-ledger by it."""

    kind: Kind
    amount: Decimal
    said: str
    place: str = ""


def compared(expected: Iterable[Booking], postings: Sequence[Posting], period: Period) -> tuple[Item, ...]:
    """What differs in one account and currency. postings: all of the file, also outside of the period."""
    state = _Matching(list(postings), period)
    left = [one for one in _together(expected) if not state.by_number(one)]
    left = [one for one in left if not state.by_amount(one)]
    left = state.by_day(left)
    state.items += [state.missing(one) for one in left]
    state.items += state.manual()
    return tuple(sorted(state.items, key=lambda one: (list(Kind).index(one.kind), one.said, one.amount)))


def _together(expected: Iterable[Booking]) -> list[Booking]:
    """The bookings, where those of one number and side are one."""
    sums: dict[tuple[str, bool, object], Decimal] = defaultdict(Decimal)
    firsts: dict[tuple[str, bool, object], Booking] = {}
    for place, one in enumerate(expected):
        key = (one.number, one.amount > 0, "" if one.number else place)
        sums[key] += one.amount
        firsts.setdefault(key, one)
    return [replace(firsts[key], amount=amount) for key, amount in sums.items() if amount]


@lru_cache(1024)
def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(number)}(?![\w-])", re.IGNORECASE)


def _holds(posting: Posting, number: str) -> bool:
    """Whether the text of a posting names a number. True-ups of one close are numbered ADJ1, ADJ2."""
    return bool(_pattern(number).search(re.sub(r"\bADJ[0-9]+-", "ADJ-", posting.text)))


class _Matching:
    """The postings that are not taken yet, and the differences that were found."""

    def __init__(self, postings: list[Posting], period: Period) -> None:
        self.free, self.period = postings, period
        self.taken: list[Posting] = []
        self.items: list[Item] = []

    def _take(self, found: Iterable[Posting]) -> None:
        for one in found:
            self.free.remove(one)
            self.taken.append(one)

    def by_number(self, one: Booking) -> bool:
        """Takes the postings that name the number of a booking, on its side of the account."""
        named = [each for each in self.free if one.number and _holds(each, one.number)]
        hits = [each for each in named if each.amount * one.amount > 0]
        inside = [each for each in hits if each.day in self.period]
        both = [each for each in named if each.day in self.period]
        if not hits:
            return False
        # A payment names the bill that it pays, too: what has just this amount comes first.
        exact = [each for each in inside if each.amount == one.amount]
        whole = next((some for some in (inside, both) if _sum(some) == one.amount), exact[:1])
        if whole and (len(exact) <= 1 or _sum(inside) != one.amount * len(exact)):
            self._take(whole)
        else:
            self._take(inside or hits)
            self._note(one, inside, hits, _sum(inside))
        return True

    def _note(
        self, one: Booking, inside: Sequence[Posting], hits: Sequence[Posting], amount: Decimal
    ) -> None:
        if not inside:
            places = ", ".join(f"{each.day} ({each.place})" for each in hits)
            said = f"{_named(one)} is posted on {places}"
            self.items.append(Item(Kind.PERIOD, -one.amount, said, hits[0].place))
        elif amount != one.amount:
            twice = len(inside) > 1 and amount % one.amount == 0
            kind = Kind.TWICE if twice else Kind.AMOUNT
            places = ", ".join(each.place for each in inside)
            said = f"{_named(one)}: {Money(amount, one.currency)} is posted ({places})"
            self.items.append(Item(kind, amount - one.amount, said, inside[-1].place))

    def by_amount(self, one: Booking) -> bool:
        """Takes the nearest posting of the same amount, in the period or close to it."""
        same = [each for each in self.free if each.amount == one.amount]
        inside = [each for each in same if each.day in self.period]
        near = [each for each in same if abs((each.day - one.day).days) <= _NEAR]
        found = min(
            inside or near, key=lambda each: (abs((each.day - one.day).days), each.place), default=None
        )
        if found is None:
            return False
        self._take([found])
        if not inside:
            said = f"{_named(one)} may be what is posted on {found.day} ({found.place}: {found.text})"
            self.items.append(Item(Kind.PERIOD, -one.amount, said, found.place))
        return True

    def by_day(self, left: Sequence[Booking]) -> list[Booking]:
        """Takes what is posted in one sum per day, as batches of payments are."""
        days = defaultdict(list)
        for one in left:
            days[one.day].append(one)
        done: list[Booking] = []
        for day, some in days.items():
            there = [each for each in self.free if each.day == day]
            if there and sum(one.amount for one in some) == _sum(there):
                self._take(there)
                done += some
        return [one for one in left if one not in done]

    def missing(self, one: Booking) -> Item:
        """A booking that is nowhere."""
        if one.is_own:
            return Item(Kind.NOT_BOOKED, -one.amount, f"{_named(one)}, of this close")
        if one.day < self.period.start:
            said = f"{_named(one)} is of {one.day}, before the period, and was not known at the last close"
            return Item(Kind.PERIOD, -one.amount, said)
        return Item(Kind.MISSING, -one.amount, f"{_named(one)} of {one.day} is not posted")

    def manual(self) -> Iterator[Item]:
        """The postings of the period that nothing asks for."""
        known = {(one.amount, one.text) for one in self.taken if one.text}
        for one in self.free:
            if one.day in self.period and one.amount:
                again = (one.amount, one.text) in known
                said = f"{one.day} {one.text}".strip()
                yield Item(Kind.TWICE if again else Kind.MANUAL, one.amount, said, one.place)


def _sum(postings: Iterable[Posting]) -> Decimal:
    return sum((one.amount for one in postings), Decimal(0))


def _named(one: Booking) -> str:
    return " ".join(text for text in (one.what, one.number) if text)
