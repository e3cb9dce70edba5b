"""What the finance system should have booked in a period, account by account, by all that the close knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from reconcile.close.frozen import Frozen
from reconcile.close.journal import JournalLine, accounts, accruals, journal
from reconcile.close.ledger.evidence_of_payment import DatedBill
from reconcile.close.ledger.open_items import Part
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.policy.close import ClosePolicy

_PAYABLES: Final = (Part.PAYABLE.value, Part.PREPAID_BILL.value)
_MONEY: Final = (Movement.PAID, Movement.RETURNED, Movement.DIFFERENCE)


@dataclass(frozen=True, slots=True)
class Booking:
    """One amount that an account should show. amount: a debit above zero. what: the kind, for people.

    number: what its text should hold; empty where nothing is known. is_own: whether it is of the journal of
    this very close, which can be booked only after it. payout_id: of a bill and a payment.
    """

    account: str
    currency: str
    amount: Decimal
    day: date
    number: str
    what: str
    is_own: bool = False
    payout_id: str = ""


Balances = dict[tuple[str, str], Decimal]
"""By account and currency; a debit is above zero."""


def balances(open_entries: Iterable[Entry], policy: ClosePolicy, trued_up: Iterable[Entry] = ()) -> Balances:
    """What the accounts of the balance sheet should stand at. open_entries: what is open then."""
    found: Balances = defaultdict(Decimal)
    liability = _liabilities(policy)
    for one in open_entries:
        account = policy.gl.payable if one.part in _PAYABLES else liability(one)
        found[account, one.currency] -= one.amount
    for one in trued_up:
        found[liability(one), one.currency] -= one.amount
    found.pop(("", ""), None)
    return {key: amount for key, amount in sorted(found.items()) if key[0]}


def _liabilities(policy: ClosePolicy) -> Callable[[Entry], str]:
    """The account that an open item stands in. Clearing tells no prepaid and receivable apart."""
    found, apart = accounts(policy), policy.method != "clearing"
    return lambda one: found(one if apart else replace(one, part=""))["liability"]


def bookings(
    frozen: Frozen, previous: Frozen | None, entries: Sequence[Entry], own: Iterable[JournalLine]
) -> tuple[Booking, ...]:
    """Everything that should be booked since the last close, up to the end of the period."""
    found = [*_journals(own, "journal", is_own=True)]
    if previous and previous.policy.method == "reversing":
        opening = [replace(one, movement=Movement.CLOSING) for one in _of(entries, Movement.OPENING)]
        found += _journals(accruals(opening, previous.period, previous.policy), "reversal")
        late = journal(frozen.trued_up, previous.period, previous.policy, "", "ADJ")
        found += _journals(late, "reversal of a true-up")
    bills = BillBookings(frozen, previous)
    found += bills.booked()
    for movement in _MONEY:
        found += [one for entry in _of(entries, movement) for one in bills.paid(entry)]
    inside = (one for one in found if one.day <= frozen.period.end and one.account and one.amount)
    return tuple(sorted(inside, key=lambda one: (one.account, one.currency, one.day, one.number, one.amount)))


def _of(entries: Iterable[Entry], movement: Movement) -> list[Entry]:
    return [one for one in entries if one.movement is movement]


def _journals(lines: Iterable[JournalLine], what: str, *, is_own: bool = False) -> Iterator[Booking]:
    """The lines of a journal: of an own one those that are booked, of an earlier one those that take back."""
    for one in lines:
        if one.is_reversal is not is_own:
            yield Booking(one.account, one.currency, one.amount, one.date, one.journal, what, is_own)


class BillBookings:
    """The bills as they are known now and were at the last close, and where bills and payments are booked."""

    def __init__(self, frozen: Frozen, previous: Frozen | None) -> None:
        self.frozen, self.policy = frozen, frozen.policy
        self.now = {one.number: one for one in frozen.bills if one.day <= frozen.period.end}
        then, until = (previous.bills, previous.period.end) if previous else (frozen.bills, None)
        self.before = {one.number: one for one in then if one.day <= (until or _day_before(frozen))}
        self.of_payout: dict[str, DatedBill] = {one.payout_id: one for one in self.now.values()}
        reversing = self.policy.method == "reversing"
        self.cost = self.policy.expense.default if reversing else self.policy.liability.default

    def booked(self) -> Iterator[Booking]:
        """The bills that are new or changed, and what was paid before them, which they take up."""
        for number, bill in sorted(self.now.items()):
            was = self.before.get(number)
            amount = bill.amount.amount - (was.amount.amount if was else Decimal(0))
            if was and was.amount.currency != bill.amount.currency:
                amount = bill.amount.amount
            yield from self._both(bill, amount, "bill")
            if not was:
                yield from self._both(bill, -self._paid_before(bill), "payment taken up by its bill")

    def _both(self, bill: DatedBill, amount: Decimal, what: str) -> Iterator[Booking]:
        currency = bill.amount.currency
        one = Booking(self.cost, currency, amount, bill.day, bill.number, what, payout_id=bill.payout_id)
        yield one
        yield replace(one, account=self.policy.gl.payable, amount=-amount)

    def _paid_before(self, bill: DatedBill) -> Decimal:
        return sum(self.paid_before(bill), Decimal(0))

    def paid_before(self, bill: DatedBill) -> list[Decimal]:
        """What was paid before a bill came, payment by payment."""
        rows = self.frozen.allotments.get(bill.payout_id)
        if rows is None:
            told = self.frozen.stage_paid.get(bill.payout_id)
            amounts = told.amounts if told and told.day < bill.day else ()
            return [one.amount for one in amounts if one.currency == bill.amount.currency]
        return [one.amount.amount for one in rows if one.day < bill.day]

    def paid(self, entry: Entry) -> Iterator[Booking]:
        """A payment: of its bill where there is one by then, else of the cost."""
        day = entry.day or self.frozen.period.end
        bill, amount = self.of_payout.get(entry.payout_id or ""), -entry.amount
        what = f"{entry.movement.value} to {entry.partner}, {entry.payout_id}"
        plain = Booking(self.cost, entry.currency, amount, day, entry.why, what)
        if bill is None or bill.day > day:
            yield plain
            if bill and bill.number in self.before:
                yield replace(plain, amount=-amount, day=bill.day, number=bill.number)
                yield replace(plain, account=self.policy.gl.payable, day=bill.day, number=bill.number)
        else:
            yield replace(plain, account=self.policy.gl.payable)


def _day_before(frozen: Frozen) -> date:
    return date.fromordinal(frozen.period.start.toordinal() - 1)
