"""What is open at the end of a period, in four kinds: accrued, payable, prepaid, receivable.

Earned and not billed is accrued. Billed and not paid is payable. Paid beyond what is owed is prepaid. What a
partner owes is receivable, and is not netted with what others are owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from reconcile.close.ledger.evidence_of_payment import DatedBill
from reconcile.close.ledger.positions import Facts, Position, spread
from reconcile.domain.money import Money, exponent


class Part(StrEnum):
    """The kinds of what is open. The sum of all is the closing."""

    ACCRUED = "accrued"
    PAYABLE = "payable"
    PREPAID = "prepaid"
    PREPAID_BILL = "paid beyond bills"
    RECEIVABLE = "receivable"


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What is open of one line, or of a payout as a whole (without a line)."""

    part: Part
    payout_id: str
    line_id: str
    partner_id: str
    plan: str
    currency: str
    amount: Decimal
    due: date | None


def open_parts(facts: Facts, entries: Iterable[Position], day: date) -> tuple[OpenPart, ...]:
    """All that is open on a day, by line as far as it can be. entries: the ledger up to that day."""
    groups: dict[tuple[str, str, str], list[Position]] = defaultdict(list)
    for one in entries:
        # What is on no payout is open line by line.
        groups[one.payout_id or f"/{one.line_id}", one.partner_id, one.currency].append(one)
    bills = _billed(facts, groups, day)
    found = [part for key, group in sorted(groups.items()) for part in _of_group(group, bills.get(key))]
    return _receivables(found)


def _billed(
    facts: Facts, groups: Mapping[tuple[str, str, str], Sequence[Position]], day: date
) -> dict[tuple[str, str, str], Decimal]:
    """What was billed per payout, partner and currency of its lines; the newest bill of a number counts."""
    newest: dict[str, DatedBill] = {one.number: one for one in facts.bills if one.day <= day}
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    by_payout: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key in groups:
        by_payout[key[0]].append(key)
    for bill in newest.values():
        payout = facts.snapshot.payouts.get(bill.payout_id)
        keys = [key for key in by_payout[bill.payout_id] if payout is None or key[1] == payout.partner_id]
        same = [key for key in keys if key[2] == bill.amount.currency]
        if len(keys) == 1 and same:
            found[same[0]] += bill.amount.amount
        elif payout and payout.amount.amount and payout.amount.currency == bill.amount.currency:
            for key in keys:
                earned = sum((one.amount for one in groups[key] if one.kind == "earned"), Decimal(0))
                unit = Decimal(1).scaleb(-(exponent(key[2]) or 0))
                share = earned * bill.amount.amount / payout.amount.amount
                found[key] += share.quantize(unit, ROUND_HALF_EVEN)
    return found


def _of_group(group: Sequence[Position], billed: Decimal | None) -> Iterator[OpenPart]:
    """What is open of one payout, or of one line of the pool, in one currency."""
    earned = [one for one in group if one.kind == "earned"]
    gross = sum((one.amount for one in earned), Decimal(0))
    paid = sum((one.amount for one in group if one.kind != "earned"), Decimal(0))
    if billed is None:
        beyond = paid > 0 and gross - paid < 0
        yield from _spread(Part.PREPAID if beyond else Part.ACCRUED, gross - paid, group, earned)
        return
    yield from _spread(Part.ACCRUED if gross >= billed else Part.RECEIVABLE, gross - billed, group, earned)
    yield from _spread(Part.PAYABLE if billed >= paid else Part.PREPAID_BILL, billed - paid, group, earned)


def _spread(
    part: Part, amount: Decimal, group: Sequence[Position], earned: Sequence[Position]
) -> Iterator[OpenPart]:
    first = group[0]
    due = min((one.day for one in earned), default=first.day)
    if not amount:
        # Lines that cancel out are open as such, so that their accounts and plans show.
        if part is Part.ACCRUED and len(group) == len(earned) and not sum(one.amount for one in earned):
            yield from (_of_line(part, one, one.amount) for one in earned if one.amount)
        return
    shares = spread(Money(amount, first.currency), [one.amount for one in earned])
    if shares is None:
        yield OpenPart(part, first.payout_id, "", first.partner_id, "", first.currency, amount, due)
        return
    yield from (_of_line(part, one, share) for one, share in zip(earned, shares, strict=True) if share)


def _of_line(part: Part, one: Position, amount: Decimal) -> OpenPart:
    return OpenPart(part, one.payout_id, one.line_id, one.partner_id, one.plan, one.currency, amount, one.day)


def _receivables(found: Iterable[OpenPart]) -> tuple[OpenPart, ...]:
    """The parts, where a partner's accruals below zero are receivable."""
    parts = list(found)
    accrued: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in parts:
        if one.part is Part.ACCRUED:
            accrued[one.partner_id, one.currency] += one.amount
    return tuple(
        replace(one, part=Part.RECEIVABLE)
        if one.part is Part.ACCRUED and accrued[one.partner_id, one.currency] < 0
        else one
        for one in parts
    )
