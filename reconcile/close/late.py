"""What moved of a period after its close, and the entry that would true the books up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reconcile.close.frozen import Frozen
from reconcile.close.journal import JournalLine, is_booked, journal
from reconcile.close.ledger.movements import Books, books, entries
from reconcile.close.ledger.positions import Facts, Key, Position
from reconcile.close.rollforward import Entry, Movement
from reconcile.close.versions import books_of

_BALANCES = (Movement.OPENING, Movement.CLOSING)


@dataclass(frozen=True, slots=True)
class LateChange:
    """What moved of one line or payment. before, after: in the currency of the entry."""

    entry: Entry
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class LateEntries:
    """The changes of a closed period, and what they change in its journal, entry by entry."""

    changes: tuple[LateChange, ...]
    booked: tuple[Entry, ...]


def late_entries(frozen: Frozen, facts: Facts, exported: Sequence[Entry] = ()) -> LateEntries:
    """The difference to what was closed, if the period were closed now.

    What is paid after the end of the period is no change of it. exported: what earlier late entries booked
    already; only what is new since is booked again.
    """
    before, now = books_of(frozen), books(facts, frozen.period.end)
    moved = entries(before, now, facts, frozen.period)
    changes = [one for one in moved if one.movement not in _BALANCES]
    booked = [one for one in _against(moved) if is_booked(one, frozen.policy)]
    new = (*booked, *(replace(one, amount=-one.amount) for one in exported))
    return LateEntries(tuple(_changes(changes, before, now)), tuple(_netted(new)))


def _against(moved: Iterable[Entry]) -> Iterator[Entry]:
    """What is open now less what was open at the close, beside the movements between them."""
    for one in moved:
        if one.movement is Movement.OPENING:
            yield replace(one, movement=Movement.CLOSING, amount=-one.amount)
        else:
            yield one


def _netted(found: Iterable[Entry]) -> Iterator[Entry]:
    """One entry per line and account, where something is left."""
    sums: dict[tuple[str, str, str, str, str, str], Decimal] = {}
    firsts: dict[tuple[str, str, str, str, str, str], Entry] = {}
    for one in found:
        key = (one.currency, one.partner_id, one.payout_id or "", one.line_id, one.plan, one.part)
        sums[key] = sums.get(key, Decimal(0)) + one.amount
        firsts.setdefault(key, one)
    for key, amount in sums.items():
        if amount:
            yield replace(firsts[key], amount=amount)


def _changes(changes: Iterable[Entry], before: Books, now: Books) -> Iterator[LateChange]:
    was, there = _by_line(before.positions), _by_line(now.positions)
    for one in changes:
        if one.line_id:
            key = (one.line_id, one.currency)
            yield LateChange(one, was.get(key, Decimal(0)), there.get(key, Decimal(0)))
        else:
            yield LateChange(one, Decimal(0), one.amount)


def _by_line(positions: Mapping[Key, Position]) -> dict[tuple[str, str], Decimal]:
    return {(key[2], key[3]): one.amount for key, one in positions.items() if key[0] == "earned"}


def true_up(booked: Iterable[Entry], frozen: Frozen, number: int = 1) -> tuple[JournalLine, ...]:
    """The entry that trues the journal of the close up. number: how many there are of this close by now."""
    title = f"True-up {number} of commissions {frozen.period}"
    reverses = frozen.policy.method == "reversing"
    return journal(booked, frozen.period, frozen.policy, title, f"ADJ{number}", reverses=reverses)
