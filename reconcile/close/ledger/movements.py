"""What moved between two closes: the difference of their ledgers, each part with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from reconcile.close.ledger.open_items import OpenPart, open_parts
from reconcile.close.ledger.positions import Facts, Key, Position, positions
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.money import Money
from reconcile.domain.period import Period
from reconcile.domain.records import CommissionLine

BEFORE_FIRST: Final = "owed since before the first close"
"""Why an amount moved in that was open when the first close was made."""


@dataclass(frozen=True)
class Books:
    """The ledger at the end of a period: its entries, and what is open. seen: every line that was read.

    is_first: no close came before, so what is open was owed since before the first close.
    """

    positions: Mapping[Key, Position]
    open: Sequence[OpenPart]
    seen: Mapping[str, CommissionLine]
    due: Mapping[str, date]
    is_first: bool = False


def books(facts: Facts, day: date) -> Books:
    """The ledger at the end of a day."""
    entries_until = positions(facts, day)
    return Books(
        {one.key: one for one in entries_until},
        open_parts(facts, entries_until, day),
        facts.snapshot.lines,
        facts.due,
    )


def books_before(facts: Facts, period: Period) -> Books:
    """The ledger before the first close: what the snapshot of that close says of the day before it."""
    return replace(books(facts, period.start - timedelta(days=1)), is_first=True)


def entries(before: Books, now: Books, facts: Facts, period: Period) -> tuple[Entry, ...]:
    """The whole roll-forward, in the order of its columns, of currency and id."""
    opening = Movement.MOVED_IN if before.is_first else Movement.OPENING
    told = BEFORE_FIRST if before.is_first else ""
    found = [_entry(opening, one, one.amount, facts, told) for one in before.open]
    found += _moved(before, now, facts, period)
    found += [_entry(Movement.CLOSING, one, one.amount, facts, "") for one in now.open]
    order = {movement: place for place, movement in enumerate(Movement)}
    return tuple(
        sorted(found, key=lambda one: (order[one.movement], one.currency, one.payout_id or "", one.line_id))
    )


def _moved(before: Books, now: Books, facts: Facts, period: Period) -> Iterator[Entry]:
    money: dict[tuple[str, str], list[tuple[Position | None, Position | None]]] = defaultdict(list)
    for key in sorted({**before.positions, **now.positions}):
        was, one = before.positions.get(key), now.positions.get(key)
        if was and one and was.partner_id != one.partner_id:
            yield from _transferred(was, one, facts)
            was = replace(was, partner_id=one.partner_id, plan=one.plan)
        if was and one and was.amount == one.amount:
            continue
        if key[0] == "earned":
            yield from _earned(was, one, before, facts, period)
        else:
            money[key[1], key[3]].append((was, one))
    for changes in money.values():
        yield from _paid(changes, facts)


def _transferred(was: Position, one: Position, facts: Facts) -> Iterator[Entry]:
    """A line or a payment that another partner has now: partners are merged, and payouts are moved."""
    sign = 1 if was.kind == "earned" else -1
    names = facts.snapshot.partner_name(was.partner_id), facts.snapshot.partner_name(one.partner_id)
    yield _entry(Movement.MOVED_OUT, was, -sign * was.amount, facts, f"now of {names[1]} ({one.partner_id})")
    moved = replace(was, partner_id=one.partner_id)
    yield _entry(Movement.MOVED_IN, moved, sign * was.amount, facts, f"was of {names[0]} ({was.partner_id})")


def _earned(
    was: Position | None, one: Position | None, before: Books, facts: Facts, period: Period
) -> Iterator[Entry]:
    """A line that came, went or changed. A change of currency is a leaving and a coming: two keys."""
    there = one or was
    assert there
    line, seen = facts.snapshot.lines.get(there.line_id), before.seen.get(there.line_id)
    edited = f"{seen.amount} became {line.amount}" if seen and line and seen.amount != line.amount else ""
    recoined = bool(edited and seen and line and seen.amount.currency != line.amount.currency)
    if was and one:
        yield _entry(Movement.ADJUSTED, one, one.amount - was.amount, facts, edited)
    elif one:
        if recoined and seen and ("earned", "", seen.id, seen.amount.currency) in before.positions:
            yield _entry(Movement.ADJUSTED, one, one.amount, facts, edited)
        elif one.day in period and _is_fresh(one.line_id, before, period):
            yield _entry(Movement.EARNED, one, one.amount, facts, "")
        else:
            yield _entry(Movement.MOVED_IN, one, one.amount, facts, _why_in(one, before, period))
    elif was:
        movement, why = _leaving(line, facts, edited)
        yield _entry(movement, was, -was.amount, facts, why)


def _is_fresh(line_id: str, before: Books, period: Period) -> bool:
    """Whether a line that is earned in the period was not earned before it."""
    then = before.due.get(line_id)
    return before.is_first or then is None or then >= period.start


def _why_in(one: Position, before: Books, period: Period) -> str:
    then = before.due.get(one.line_id)
    if one.line_id not in before.seen:
        return f"earned before {period.start}, first seen now"
    if then is not None and then != one.day:
        return f"its day was {then}, and is now {one.day}"
    return "owed again: it was declined at the last close"


def _leaving(line: CommissionLine | None, facts: Facts, edited: str) -> tuple[Movement, str]:
    if line is None:
        return Movement.MOVED_OUT, "gone upstream"
    if facts.is_declined(line):
        return Movement.DECLINED, ""
    if edited:
        return Movement.ADJUSTED, edited
    due = facts.due_on(line)
    return Movement.MOVED_OUT, f"now due {due}"


def _paid(changes: Sequence[tuple[Position | None, Position | None]], facts: Facts) -> Iterator[Entry]:
    """The payments of one payout that are new, changed or gone.

    Where payments are known of what the stage alone said, and they come to the same, nothing moved.
    """
    stage_went = any(was and was.kind == "stage" and not one for was, one in changes)
    moved = sum(((one.amount if one else 0) - (was.amount if was else 0) for was, one in changes), Decimal(0))
    if stage_went and not moved:
        return
    replaced = stage_went and len(changes) > 1
    for was, one in changes:
        difference = (one.amount if one else Decimal(0)) - (was.amount if was else Decimal(0))
        there = one or was
        assert there
        if not one:
            why = "its payments are known now" if replaced else "no longer said to be paid"
            yield _entry(Movement.PAID if replaced else Movement.RETURNED, there, -difference, facts, why)
        elif was:
            shown = Money(was.amount, was.currency)
            yield _entry(Movement.PAID, there, -difference, facts, f"{there.reference}, was {shown}")
        else:
            yield _entry(_column(there), there, -difference, facts, there.reference)


def _column(one: Position) -> Movement:
    match one.kind:
        case "returned":
            return Movement.RETURNED
        case "difference":
            return Movement.DIFFERENCE
        case _:
            return Movement.PAID


def _entry(movement: Movement, one: Position | OpenPart, amount: Decimal, facts: Facts, why: str) -> Entry:
    day, source, part = (
        (one.due, "", one.part.value) if isinstance(one, OpenPart) else (one.day, one.source, "")
    )
    partner = facts.snapshot.partner_name(one.partner_id)
    whose = (one.line_id, one.payout_id or None, one.partner_id, partner, one.plan)
    return Entry(movement, *whose, one.currency, amount, why, day, source, part)
