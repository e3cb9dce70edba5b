"""What moved open balances in other currencies: entry by entry, with the day whose rate it is booked at.

The balances of a partner are of two kinds. `accruals` is what the journals of closes book: accrued, prepaid
and receivable. `payables` is what bills book. A bill moves from the one to the other on its day; so does what
was paid before it came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from reconcile.close.frozen import Frozen
from reconcile.close.gl.bookings import BillBookings
from reconcile.close.ledger.open_items import Part
from reconcile.close.rollforward import Entry, Movement

Kind = Literal["accruals", "payables"]
When = Literal["day", "end", "opening"]
_PAYABLES: Final = (Part.PAYABLE.value, Part.PREPAID_BILL.value)
MONEY: Final = (Movement.PAID, Movement.RETURNED, Movement.DIFFERENCE)
_BALANCES: Final = (Movement.OPENING, Movement.CLOSING)


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of what is open.

    amount: in the currency, as it changes what is owed. when: whether it is measured at the rate of its day,
    of the end of the period, or of the last close. is_journal: whether the journal of a close books it, which
    does so at the end of its period.
    """

    kind: Kind
    movement: str
    partner_id: str
    partner: str
    plan: str
    payout_id: str
    line_id: str
    currency: str
    amount: Decimal
    day: date
    when: When = "day"
    is_journal: bool = False
    is_trued_up: bool = False


def kind_of(one: Entry) -> Kind:
    """The kind of an open item."""
    return "payables" if one.part in _PAYABLES else "accruals"


def moves(frozen: Frozen, previous: Frozen | None, entries: Sequence[Entry]) -> tuple[Move, ...]:
    """Everything between the opening and the closing, both kinds."""
    bills = BillBookings(frozen, previous)
    found = [_earned(one, frozen) for one in entries if one.movement not in (*_BALANCES, *MONEY)]
    if frozen.policy.method == "clearing":
        found += [move for one in frozen.trued_up for move in _trued_up(one, frozen)]
    names = {one.partner_id: one.partner for one in entries}
    for one in entries:
        if one.movement in MONEY:
            found += _paid(one, bills, frozen)
    for bill in _billed(bills, frozen, names):
        found += (bill, _other_side(bill))
    return (*found, *_rest(entries, found, frozen))


def _move(one: Entry, frozen: Frozen) -> Move:
    return Move(
        "accruals",
        one.movement.value,
        one.partner_id,
        one.partner,
        one.plan,
        one.payout_id or "",
        one.line_id,
        one.currency,
        one.amount,
        one.day or frozen.period.end,
    )


def _earned(one: Entry, frozen: Frozen) -> Move:
    """What is earned in the period has the rate of its day; what else moved is booked at the end."""
    made = replace(_move(one, frozen), is_journal=True)
    if one.movement is Movement.EARNED and one.day and one.day in frozen.period:
        return made
    return replace(made, day=frozen.period.end, when="end")


def _trued_up(one: Entry, frozen: Frozen) -> Iterator[Move]:
    """What a late entry booked at the last close, and this close takes back at its own rate."""
    made = replace(_move(one, frozen), movement="booked late", is_journal=True, is_trued_up=True)
    yield replace(made, when="opening")
    yield replace(made, movement="taken back", amount=-one.amount, day=frozen.period.end, when="end")


def _other_side(one: Move) -> Move:
    return replace(one, kind="accruals", amount=-one.amount)


def _paid(one: Entry, bills: BillBookings, frozen: Frozen) -> Iterator[Move]:
    """A payment: of a bill, or without one; where its bill came later, it is moved there on that day."""
    plain = _move(one, frozen)
    booked = [
        replace(plain, kind="payables", amount=-each.amount, day=each.day)
        for each in bills.paid(one)
        if each.account == frozen.policy.gl.payable
    ]
    if [(each.amount, each.day) for each in booked] == [(plain.amount, plain.day)]:
        yield booked[0]
        return
    yield plain
    for each in booked:
        applied = replace(each, movement="applied to its bill")
        yield from (applied, _other_side(applied))


def _billed(bills: BillBookings, frozen: Frozen, names: dict[str, str]) -> Iterator[Move]:
    """The bills of the period, and what they take up of earlier payments."""
    payable = frozen.policy.gl.payable
    for one in bills.booked():
        if one.account != payable or not one.amount:
            continue
        bill = bills.now[one.number]
        payout = frozen.snapshot.payouts.get(one.payout_id)
        partner_id = payout.partner_id if payout else ""
        move = Move(
            "payables",
            "billed",
            partner_id,
            names.get(partner_id, partner_id),
            "",
            one.payout_id,
            "",
            one.currency,
            -one.amount,
            one.day,
        )
        if one.what == "bill":
            yield move
        else:
            for amount in bills.paid_before(bill):
                yield replace(move, movement="applied to its bill", amount=-amount)


def _rest(entries: Iterable[Entry], found: Iterable[Move], frozen: Frozen) -> Iterator[Move]:
    """What bills in another currency than their lines leave: it changes its kind at the end."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for one in entries:
        if one.movement in _BALANCES and kind_of(one) == "payables":
            sign = 1 if one.movement is Movement.CLOSING else -1
            sums[one.partner_id, one.partner, one.currency] += sign * one.amount
    for move in found:
        if move.kind == "payables":
            sums[move.partner_id, move.partner, move.currency] -= move.amount
    end = frozen.period.end
    for (partner_id, partner, currency), amount in sorted(sums.items()):
        if amount:
            bill = Move(
                "payables", "billed", partner_id, partner, "", "", "", currency, amount, end, when="end"
            )
            yield from (bill, _other_side(bill))
