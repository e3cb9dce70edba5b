"""What is told by one question must be what every question would have told: months made by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from builders import Edits, make_line, make_payout, make_plan, make_snapshot, make_workbook, money, without

from reconcile.domain.cell_texts.damage import damaged_value
from reconcile.domain.edited import EditedRow, EditedSheet
from reconcile.domain.fields import (
    DECLINE,
    FIELDS,
    UNREAD,
    RecordKind,
    Value,
    Values,
    line_values,
    payout_values,
)
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot, shared
from reconcile.plan.codec import to_json
from reconcile.plan.compare import Comparison, Sides, compare, compare_line, compare_payout, live_action
from reconcile.plan.model import Change
from reconcile.plan.threeway import Verdict, compare_record
from reconcile.plan.visible_state import DECLINED

TEXTS = ("000123", "123", "Bonus", " Bonus", "3-1", "2026-01-03", None, "1234567890123456789")
AMOUNTS = ("10 USD", "10.00 USD", "12.5 USD", "12.5 EUR", "123456789012345678 USD")
TYPED: dict[str, tuple[Value, ...]] = {
    "stage": ("DRAFT", "APPROVED", "PAID"),
    "po_number": TEXTS,
    "statement_note": ("A note", None, UNREAD),
    "action": ("Decline", "Detach", None),
    "decline_reason": ("DUPLICATE", None),
    "amount": ("10", "12.5", "14"),
    "currency": ("USD", "EUR"),
    "source_amount": ("10", None),
    "description": TEXTS,
    "internal_note": ("A note", None, UNREAD),
}
SEEDS = range(25)


def month(chance: Random) -> Snapshot:
    """Some payouts with some lines, and some lines in the pool."""
    payouts = [_payout(chance, f"pay_{number}") for number in range(6)]
    homes = [payout.id for payout in payouts] + [None]
    return make_snapshot(*payouts, *(_line(chance, f"cln_{n}", chance.choice(homes)) for n in range(40)))


def _payout(chance: Random, payout_id: str) -> Payout:
    return make_payout(
        payout_id,
        chance.choice(AMOUNTS),
        stage=chance.choice(("DRAFT", "APPROVED", "PAID")),
        po_number=chance.choice(TEXTS),
        unread=chance.choice((frozenset[str](), frozenset({"statement_note"}))),
    )


def _line(chance: Random, line_id: str, payout_id: str | None) -> CommissionLine:
    status = chance.choice(("ODD", "VOIDED", *["PENDING" if payout_id is None else "IN_PAYOUT"] * 8))
    return make_line(
        line_id,
        chance.choice(AMOUNTS),
        payout_id,
        status=status,
        description=chance.choice(TEXTS),
        unread=chance.choice((frozenset[str](), frozenset({"internal_note"}))),
    )


def edits(chance: Random, baseline: Snapshot) -> Edits:
    """What a person typed here and there."""
    found: dict[str, dict[str, Value]] = {}
    for kind, records in ((RecordKind.PAYOUT, baseline.payouts), (RecordKind.LINE, baseline.lines)):
        names = [field.name for field in FIELDS[kind] if field.name in TYPED]
        for key in chance.sample(sorted(records), len(records) // 3):
            found[key] = {
                name: chance.choice(TYPED[name]) for name in chance.sample(names, chance.randint(1, 3))
            }
    return found


def later(chance: Random, baseline: Snapshot) -> Snapshot:
    """Fresh copies of all records, some moved, some gone and some new."""
    lines = {key: replace(line) for key, line in baseline.lines.items()}
    payouts = {key: replace(payout) for key, payout in baseline.payouts.items()}
    for key in chance.sample(sorted(lines), 12):
        moved = _line(chance, key, chance.choice((lines[key].payout_id, None, "pay_0")))
        lines[key] = chance.choice((moved, replace(lines[key], amount=money(chance.choice(AMOUNTS)))))
    payouts["pay_1"] = _payout(chance, "pay_1")
    lines["cln_new"] = _line(chance, "cln_new", "pay_0")
    moved_on = replace(baseline, payouts=payouts, lines=lines)
    return without(
        moved_on, *chance.sample(sorted(lines), 2), *chance.sample(sorted(payouts), chance.randint(0, 1))
    )


def sides_of(seed: int) -> Sides:
    """A month, its workbook, and the month later in fresh records."""
    chance = Random(seed)
    baseline = month(chance)
    book = make_workbook(baseline, edits(chance, baseline), missing=chance.sample(sorted(baseline.lines), 2))
    if chance.random() < 0.3:
        twice = replace(book.lines, rows=(*book.lines.rows, replace(book.lines.rows[0], number=99)))
        book = replace(book, lines=twice)
    return Sides(baseline, book, later(chance, baseline), Names())


def as_fetched(sides: Sides) -> Sides:
    """The same with live sharing the baseline's records."""
    live, baseline = sides.live, sides.baseline
    payouts, lines = shared(live.payouts, baseline.payouts), shared(live.lines, baseline.lines)
    assert any(one is baseline.lines.get(key) for key, one in lines.items())
    return replace(sides, live=replace(live, payouts=payouts, lines=lines))


@pytest.mark.parametrize("seed", SEEDS)
def test_shared_records_make_the_comparison_and_the_plan_of_fresh_ones(seed: int) -> None:
    fresh = sides_of(seed)
    known = as_fetched(fresh)

    assert compare(known) == compare(fresh)
    plans = [to_json(make_plan(one.baseline, one.edited, one.live)) for one in (known, fresh)]
    assert plans[0] == plans[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_that_are_passed_over_have_nothing_to_tell(seed: int) -> None:
    sides = as_fetched(sides_of(seed))
    found = Comparison()
    for key in sorted(sides.baseline.payouts):
        compare_payout(sides, sides.baseline.payouts[key], found)
    for key in sorted(sides.baseline.lines):
        compare_line(sides, sides.baseline.lines[key], line_values(sides.baseline.lines[key]), found)

    assert compare(sides) == found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_changes_and_conflicts_are_those_of_every_group_of_every_record(seed: int) -> None:
    sides = as_fetched(sides_of(seed))
    plain = list(_plain(sides))
    found = compare(sides)

    assert [(one.id, one.group) for one in plain if one.verdict is Verdict.CHANGE] == _groups(found.changes)
    told = [(one.target.id, one.group) for one in found.conflicts if one.group not in ("line", "record")]
    assert [(one.id, one.group) for one in plain if one.verdict is Verdict.CONFLICT] == told


class GateInput:
    """The verdict on one group of one record."""

    def __init__(self, record_id: str, group: str, verdict: Verdict) -> None:
        self.id, self.group, self.verdict = record_id, group, verdict


def _groups(changes: list[Change]) -> list[tuple[str, str]]:
    names = {
        field.name: field.group for fields in FIELDS.values() for field in fields if field.group != "new"
    }
    return list(dict.fromkeys((one.target.id, names[one.field]) for one in changes))


def _plain(sides: Sides) -> Iterator[GateInput]:
    """Every group of every record with a row that is still there and not declined, by `compare_record`."""
    for payout_id, payout in sorted(sides.baseline.payouts.items()):
        live = sides.live.payouts.get(payout_id)
        if live:
            yield from _record(sides.edited.payouts, payout_id, payout_values(payout), payout_values(live))
    for line_id, line in sorted(sides.baseline.lines.items()):
        there = sides.live.lines.get(line_id)
        action = live_action(line, there, sides.names) if there else DECLINED
        if there and action != DECLINED:
            values = {**line_values(there), "action": action}
            yield from _record(sides.edited.lines, line_id, line_values(line), values)


def _record(sheet: EditedSheet, record_id: str, baseline: Values, live: Values) -> Iterator[GateInput]:
    row = sheet.row_of(record_id)
    if row:
        for one in compare_record(sheet.kind, baseline, _repaired(sheet.kind, row, baseline), live):
            yield GateInput(record_id, one.group, one.verdict)


def _repaired(kind: RecordKind, row: EditedRow, baseline: Values) -> Values:
    values = {name: baseline.get(name) if value is UNREAD else value for name, value in row.values.items()}
    if values.get("action") != DECLINE:
        values |= {"decline_reason": None, "decline_detail": None}
    for field in FIELDS[kind]:
        if damaged_value(field, baseline.get(field.name), values.get(field.name)):
            values[field.name] = baseline.get(field.name)
    return values
