"""Ties a close to the general ledger, per account and currency, and names what lies between the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from reconcile.close.contract_cost.asset import Asset
from reconcile.close.frozen import Frozen
from reconcile.close.further import Further
from reconcile.close.gl.bookings import Balances, Booking, balances, bookings
from reconcile.close.gl.compare_postings import Item, Kind, compared
from reconcile.close.gl.tied_accounts import Account, tied_accounts
from reconcile.close.journal import JournalLine
from reconcile.close.remeasurement.gain_journal import left_on_accounts
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.books.general_ledger import Balance, GeneralLedger, Posting

_ZERO = Decimal(0)
T = TypeVar("T", Booking, Posting, Balance)


@dataclass(frozen=True, slots=True)
class Tie:
    """One account in one currency. Amounts are debits above zero.

    opening, closing: what the sub-ledger says; gl_closing: what the general ledger says. Of an expense both
    are what moved in the period. items: what lies between the two; their sum is the difference. tolerance:
    how far they may be apart.
    """

    account: str
    currency: str
    opening: Decimal
    closing: Decimal
    gl_opening: Decimal | None
    gl_closing: Decimal
    items: tuple[Item, ...]
    tolerance: Decimal

    @property
    def difference(self) -> Decimal:
        """What the general ledger has beyond the sub-ledger."""
        return self.gl_closing - self.closing

    @property
    def to_book(self) -> Decimal:
        """The part of the difference that the journal of this close takes away."""
        return sum((one.amount for one in self.items if one.kind is Kind.NOT_BOOKED), _ZERO)

    @property
    def rest(self) -> Decimal:
        """What is left of the difference when the journal of this close is booked."""
        return self.difference - self.to_book

    @property
    def is_tied(self) -> bool:
        """Whether nothing is left, or no more than the policy lets pass."""
        return abs(self.rest) <= self.tolerance


def ties(
    frozen: Frozen,
    previous: Frozen | None,
    entries: Sequence[Entry],
    own: Iterable[JournalLine],
    further: Further,
) -> tuple[Tie, ...]:
    """Every account of the settings against the general ledger; nothing where no export was brought."""
    if frozen.gl is None:
        return ()
    gains = _as_entered(further.gain_journal, frozen)
    expected = list(bookings(frozen, previous, entries, (*own, *further.cost_journal, *gains)))
    if frozen.gl_booked:
        expected = [replace(one, is_own=False) for one in expected]
    opening = [one for one in entries if one.movement is Movement.OPENING]
    closing = [one for one in entries if one.movement is Movement.CLOSING]
    before = balances(opening, previous.policy, frozen.trued_up) if previous else {}
    now = balances(closing, frozen.policy)
    if frozen.is_booked_functional:
        _add(before, frozen.remeasured)
        _add(now, left_on_accounts(gains, frozen.remeasured))
    _add(before, _assets(frozen.assets, frozen))
    _add(now, _assets(further.costs.carried if further.costs else (), frozen))
    return _Sides(frozen, frozen.gl, expected, before, now).ties()


def _add(found: Balances, more: Iterable[OnAccount]) -> None:
    for one in more:
        key = (one.account, one.currency)
        found[key] = found.get(key, _ZERO) + one.amount


def _assets(assets: Iterable[Asset], frozen: Frozen) -> Iterator[OnAccount]:
    for one in assets:
        yield OnAccount(frozen.policy.contract_cost.asset, one.currency, one.carrying)


def _as_entered(lines: Iterable[JournalLine], frozen: Frozen) -> tuple[JournalLine, ...]:
    """A remeasurement as it shows in the currency of a transaction: not at all, or in that of the books."""
    if not frozen.is_booked_functional:
        return ()
    return tuple(
        replace(one, currency=one.functional.currency, amount=one.functional.amount)
        for one in lines
        if one.functional
    )


class _Sides:
    """Both sides, taken together by account and currency."""

    def __init__(
        self, frozen: Frozen, gl: GeneralLedger, expected: Sequence[Booking], before: Balances, now: Balances
    ) -> None:
        self.frozen, self.gl = frozen, gl
        self.accounts = tied_accounts(frozen.policy)
        self.expected = self._grouped(expected)
        self.postings = self._grouped(gl.postings)
        self.openings = self._grouped(gl.openings)
        self.closings = self._grouped(gl.closings)
        self.before, self.now = self._summed(before), self._summed(now)

    def _grouped(self, found: Iterable[T]) -> dict[tuple[Account, str], list[T]]:
        groups: dict[tuple[Account, str], list[T]] = defaultdict(list)
        for one in found:
            if one.account in self.accounts:
                groups[self.accounts[one.account], one.currency].append(one)
        return groups

    def _summed(self, found: Balances) -> dict[tuple[Account, str], Decimal]:
        sums: dict[tuple[Account, str], Decimal] = defaultdict(Decimal)
        for (account, currency), amount in found.items():
            if account in self.accounts:
                sums[self.accounts[account], currency] += amount
        return sums

    def ties(self) -> tuple[Tie, ...]:
        """The ties in the order of currency and account. A trial balance says nothing of the expense."""
        parts = (self.expected, self.postings, self.openings, self.closings, self.before, self.now)
        keys = {key for part in parts for key in part}
        dated = self.gl.kind == "transactions"
        chosen = [key for key in keys if dated or key[0].has_balance]
        chosen.sort(key=lambda key: (key[1], not key[0].has_balance, key[0].name))
        made = [self._dated(*key) if dated else self._standing(*key) for key in chosen]
        return tuple(one for one in made if one.closing or one.gl_closing or one.items)

    def _tie(
        self,
        account: Account,
        currency: str,
        found: tuple[Decimal, Decimal | None, Decimal],
        items: list[Item],
    ) -> Tie:
        """The tie. found: what the sub-ledger says, and the opening and closing of the general ledger."""
        closing, gl_opening, gl_closing = found
        unexplained = gl_closing - closing - sum((one.amount for one in items), _ZERO)
        if unexplained:
            said = (
                "no booking comes to this" if self.gl.kind == "transactions" else "the balance alone says so"
            )
            items.append(Item(Kind.UNEXPLAINED, unexplained, said))
        opening = self.before.get((account, currency), _ZERO) if account.has_balance else _ZERO
        limits = self.frozen.policy.gl.tolerance
        tolerance = limits.get(currency, limits.get("default", _ZERO))
        return Tie(account.name, currency, opening, closing, gl_opening, gl_closing, tuple(items), tolerance)

    def _dated(self, account: Account, currency: str) -> Tie:
        """By the postings: each is compared with what should be booked."""
        key, period = (account, currency), self.frozen.period
        expected, postings = self.expected.get(key, []), self.postings.get(key, [])
        items = list(compared(expected, postings, period))
        moved = sum((one.amount for one in postings if one.day in period), _ZERO)
        if not account.has_balance:
            return self._tie(
                account, currency, (sum((one.amount for one in expected), _ZERO), None, moved), items
            )
        before, gl_before = self.before.get(key, _ZERO), self._gl_opening(key)
        if gl_before is not None and gl_before != before:
            said = "what the general ledger had before the period beyond the last close"
            items.insert(0, Item(Kind.CARRIED, gl_before - before, said))
        gl_closing = (before if gl_before is None else gl_before) + moved
        return self._tie(account, currency, (self.now.get(key, _ZERO), gl_before, gl_closing), items)

    def _gl_opening(self, key: tuple[Account, str]) -> Decimal | None:
        """The balance before the period. A file that has only what it ends at is counted back from there."""
        start = self.frozen.period.start
        postings = self.postings.get(key, [])
        if rows := self.openings.get(key):
            return sum((one.amount for one in rows), _ZERO) + sum(
                (one.amount for one in postings if one.day < start), _ZERO
            )
        if rows := self.closings.get(key):
            return sum((one.amount for one in rows), _ZERO) - sum(
                (one.amount for one in postings if one.day >= start), _ZERO
            )
        return None

    def _standing(self, account: Account, currency: str) -> Tie:
        """By the balance alone: candidates are the bookings that come to the difference."""
        key = (account, currency)
        rows, closing = self.closings.get(key, []), self.now.get(key, _ZERO)
        gl_closing = sum((one.amount for one in rows), _ZERO)
        expected = self.expected.get(key, [])
        own = sum((one.amount for one in expected if one.is_own), _ZERO)
        difference = gl_closing - closing
        items: list[Item] = []
        if own and difference and self._is_unbooked(expected, difference, own):
            items.append(Item(Kind.NOT_BOOKED, -own, "the journal of this close"))
            difference += own
        if difference and (found := _candidate(expected, difference)):
            items.append(found)
        return self._tie(account, currency, (closing, None, gl_closing), items)

    def _is_unbooked(self, expected: Sequence[Booking], difference: Decimal, own: Decimal) -> bool:
        """Whether the journal of this close is taken for not booked yet, as it is when the close is made.

        A booking that happens to come to the same amount does not count against that; up to the fourth
        version it did.
        """
        if self.frozen.version > 4 and (difference == -own or _candidate(expected, difference + own)):
            return True
        return not _candidate(expected, difference)


def _candidate(expected: Iterable[Booking], difference: Decimal) -> Item | None:
    """A booking that explains a difference: it is not there, or there twice."""
    for one in expected:
        if one.is_own or abs(one.amount) != abs(difference):
            continue
        kind = Kind.MISSING if one.amount == -difference else Kind.TWICE
        return Item(kind, difference, f"may be: {one.what} {one.number} of {one.day}".strip())
    return None
