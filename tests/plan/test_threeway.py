"""The three-way table, enumerated: every group, every baseline, edited and live over a small alphabet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from builders import (
    changed,
    make_line,
    make_payout,
    make_plan,
    make_row,
    make_sheet,
    make_snapshot,
    make_workbook,
    money,
)

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import (
    LINE_FIELDS,
    PAYOUT_FIELDS,
    UNREAD,
    RecordKind,
    Value,
    Values,
    line_values,
    payout_values,
)
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Plan
from reconcile.plan.threeway import Verdict, compare_record

Alphabet = list[dict[str, Value]]
Case = tuple[RecordKind, str, dict[str, Value], dict[str, Value], dict[str, Value]]

# What each group may say: three values, blank where the field can be blank, unread where the server may be mute.
PAYOUT_WORDS: dict[str, Alphabet] = {
    "stage": [{"stage": stage} for stage in ("DRAFT", "APPROVED", "POSTPONED")],
    "po_number": [{"po_number": text} for text in ("PO-1", "PO-2", "PO-3", None, UNREAD)],
    "statement_note": [{"statement_note": text} for text in ("one", "two", "three", None, UNREAD)],
}
LINE_WORDS: dict[str, Alphabet] = {
    "amount": [
        {"amount": amount, "currency": currency, "source_amount": source}
        for amount, currency, source in (
            ("100", "USD", None),
            ("120", "USD", None),
            ("100", "EUR", None),
            ("100", "USD", "900"),
            ("120", "EUR", "900"),
        )
    ],
    "description": [{"description": text} for text in ("one", "two", "three", None, UNREAD)],
    "internal_note": [{"internal_note": text} for text in ("one", "two", "three", None, UNREAD)],
}
WORDS = {RecordKind.PAYOUT: PAYOUT_WORDS, RecordKind.LINE: LINE_WORDS}


def cases() -> Iterator[Case]:
    """Every combination. A cell is unread only where the export could not show a value."""
    for kind, groups in WORDS.items():
        for group, words in groups.items():
            for baseline, edited, live in product(words, repeat=3):
                if UNREAD in baseline.values() or UNREAD not in edited.values():
                    yield kind, group, baseline, edited, live


def oracle(baseline: Mapping[str, Value], edited: Mapping[str, Value], live: Mapping[str, Value]) -> Verdict:
    """The table of the contract, in letters: x is what was first, y what came next, z a third value."""
    if UNREAD in baseline.values():
        return without_baseline(edited, live)
    if UNREAD in live.values():
        # The server stopped showing it: an edit has nothing to be compared with.
        return Verdict.UNCHANGED if edited == baseline else Verdict.CONFLICT
    letters: list[Mapping[str, Value]] = []
    pattern = ""
    for side in (baseline, edited, live):
        if side not in letters:
            letters.append(side)
        pattern += "xyz"[letters.index(side)]
    return {
        "xxx": Verdict.UNCHANGED,
        "xyx": Verdict.CHANGE,
        "xxy": Verdict.DRIFT,
        "xyy": Verdict.ALREADY_LIVE,
        "xyz": Verdict.CONFLICT,
    }[pattern]


def without_baseline(edited: Mapping[str, Value], live: Mapping[str, Value]) -> Verdict:
    """Blank leaves alone, text sets, and a text that live shows meanwhile was never seen by the person."""
    (wanted,), (there,) = edited.values(), live.values()
    if wanted is UNREAD:
        return Verdict.UNCHANGED
    if wanted == there:
        return Verdict.ALREADY_LIVE
    return Verdict.CHANGE if there in (None, UNREAD) else Verdict.CONFLICT


CASES = list(cases())


def base_values(kind: RecordKind) -> Values:
    return (
        payout_values(make_payout())
        if kind is RecordKind.PAYOUT
        else line_values(make_line(unread=frozenset()))
    )


def test_the_enumeration_is_complete() -> None:
    """3 stages; 5 values less an unread edit of a known value in five groups; 5 amounts."""
    texts = 5 * 5 * 5 - 4 * 5

    assert len(CASES) == 3**3 + 4 * texts + 5**3
    assert set(Verdict) == {oracle(*sides) for _, _, *sides in CASES}


def test_every_combination_of_one_group_has_the_verdict_of_the_table() -> None:
    wrong = []
    for kind, group, baseline, edited, live in CASES:
        rest = base_values(kind)
        sides = [{**rest, **side} for side in (baseline, edited, live)]
        found = {one.group: one.verdict for one in compare_record(kind, *sides)}
        expected = dict.fromkeys(found, Verdict.UNCHANGED) | {group: oracle(baseline, edited, live)}
        if found != expected:
            wrong.append((kind, group, baseline, edited, live, found[group]))

    assert wrong == []


def test_every_group_of_a_record_gets_exactly_one_verdict() -> None:
    for kind, fields in ((RecordKind.PAYOUT, PAYOUT_FIELDS), (RecordKind.LINE, LINE_FIELDS)):
        values = base_values(kind)
        found = [one.group for one in compare_record(kind, values, values, values)]

        assert list(dict.fromkeys(field.group for field in fields)) == found


def test_a_field_that_is_not_in_the_row_is_untouched() -> None:
    values = base_values(RecordKind.LINE)

    assert {Verdict.UNCHANGED} == {one.verdict for one in compare_record(RecordKind.LINE, values, {}, values)}


@pytest.mark.parametrize("kind", [RecordKind.PAYOUT, RecordKind.LINE])
def test_groups_do_not_disturb_each_other(kind: RecordKind) -> None:
    """Every group of a record at every verdict at once: each keeps its own."""
    triples: dict[str, list[tuple[Verdict, list[dict[str, Value]]]]] = {}
    for group, words in WORDS[kind].items():
        x, y, z = words[:3]
        patterns = ((x, x, x), (x, y, x), (x, x, y), (x, y, y), (x, y, z))
        triples[group] = [(oracle(*sides), list(sides)) for sides in patterns]
    wrong = []
    for chosen in product(*triples.values()):
        sides = [dict(base_values(kind)) for _ in range(3)]
        for _, group_sides in chosen:
            for side, values in zip(sides, group_sides, strict=True):
                side.update(values)
        found = {one.group: one.verdict for one in compare_record(kind, *sides)}
        if any(found[group] is not chosen[n][0] for n, group in enumerate(triples)):
            wrong.append(chosen)

    assert wrong == []


# The same table once more, through the whole plan: snapshots, workbook, operations.


def record_of(kind: RecordKind, values: Mapping[str, Value]) -> Payout | CommissionLine:
    unread = frozenset(name for name, value in values.items() if value is UNREAD)
    known = {name: value for name, value in values.items() if value is not UNREAD}
    if kind is RecordKind.PAYOUT:
        return replace(make_payout(), unread=unread, **known)  # type: ignore[arg-type]
    plain = make_line(unread=unread | {"internal_note"} - values.keys())
    if "amount" in known:
        number, source = known.pop("amount"), known.pop("source_amount")
        plain = replace(plain, amount=money(f"{number} {known.pop('currency')}"))
        plain = replace(plain, source_amount=money(f"{source} USD").amount if source else None)
    return replace(plain, **known)  # type: ignore[arg-type]


def snapshot_of(kind: RecordKind, values: Mapping[str, Value]) -> Snapshot:
    record = record_of(kind, values)
    return make_snapshot(*((record, make_line()) if kind is RecordKind.PAYOUT else (make_payout(), record)))


def workbook_of(kind: RecordKind, baseline: Snapshot, edits: Mapping[str, Value]) -> EditedWorkbook:
    book = make_workbook(baseline)
    sheet = book.payouts if kind is RecordKind.PAYOUT else book.lines
    (row,) = sheet.rows
    edited = make_row(kind, row.number, row.id or "", row.baseline or {}, edits)
    name = "payouts" if kind is RecordKind.PAYOUT else "lines"
    return replace(book, **{name: make_sheet(kind, [edited])})  # type: ignore[arg-type]


def verdict_in(plan: Plan) -> Verdict:
    """The one verdict that a plan about one group tells, or an error."""
    told = {
        Verdict.CHANGE: bool(plan.changes),
        Verdict.DRIFT: any(one.what == "moved" for one in plan.drifts),
        Verdict.ALREADY_LIVE: any(one.what == "already live" for one in plan.drifts),
        Verdict.CONFLICT: bool(plan.conflicts),
    }
    (found,) = [verdict for verdict, is_told in told.items() if is_told] or [Verdict.UNCHANGED]
    return found


def test_a_plan_tells_the_verdict_of_the_table_and_only_a_change_makes_an_operation() -> None:
    wrong = []
    for kind, group, baseline, edited, live in CASES:
        before, now = snapshot_of(kind, baseline), snapshot_of(kind, live)
        plan = make_plan(before, workbook_of(kind, before, edited), now)
        expected = oracle(baseline, edited, live)
        bodies = [operation.expected for operation in plan.operations]
        edits = {name: value for name, value in edited.items() if value != baseline[name]}
        if verdict_in(plan) is not expected or bodies != ([edits] if expected is Verdict.CHANGE else []):
            wrong.append((kind, group, baseline, edited, live, bodies))

    assert wrong == []


def test_a_change_and_a_drift_of_different_groups_are_both_kept() -> None:
    before = make_snapshot(make_payout(), make_line())
    live = make_snapshot(make_payout(statement_note="from upstream"), make_line(description="Renamed"))

    plan = make_plan(before, {"pay_1": {"po_number": "PO-1"}, "cln_1": {"amount": "550"}}, live)

    assert [(one.target.id, one.field) for one in plan.changes] == [
        ("pay_1", "po_number"),
        ("cln_1", "amount"),
    ]
    assert [(one.target.id, one.baseline, one.live) for one in plan.drifts] == [
        ("pay_1", {"statement_note": None}, {"statement_note": "from upstream"}),
        ("cln_1", {"description": "Referral"}, {"description": "Renamed"}),
    ]
    assert len(plan.operations) == 2


def test_what_already_is_live_is_not_sent_along_with_a_change() -> None:
    before = make_snapshot(make_payout(stage="DRAFT"))
    live = make_snapshot(make_payout(stage="APPROVED"))

    plan = make_plan(before, {"pay_1": {"stage": "APPROVED", "po_number": "PO-1"}}, live)

    assert [operation.body for operation in plan.operations] == [{"poNumber": "PO-1"}]
    assert [drift.what for drift in plan.drifts] == ["already live"]


def test_one_record_in_conflict_does_not_hold_another() -> None:
    before = make_snapshot(make_payout("pay_1"), make_payout("pay_2"))
    live = make_snapshot(make_payout("pay_1", po_number="theirs"), make_payout("pay_2"))

    plan = make_plan(before, {"pay_1": {"po_number": "ours"}, "pay_2": {"po_number": "ours"}}, live)

    assert [conflict.target.id for conflict in plan.conflicts] == ["pay_1"]
    assert [operation.target.id for operation in plan.operations] == ["pay_2"]


def test_an_edit_beside_a_conflict_waits_for_it_and_says_on_what() -> None:
    before = make_snapshot(make_payout())
    live = make_snapshot(make_payout(po_number="theirs"))

    plan = make_plan(before, {"pay_1": {"po_number": "ours", "stage": "POSTPONED"}}, live)

    assert plan.operations == ()
    assert [one.reason for one in plan.held] == [
        "waits: a conflict on PO number of this payout is not decided."
    ]


@pytest.mark.parametrize("now_on", [None, "pay_2"])
def test_a_conflict_on_a_line_that_left_its_payout_keeps_the_payout_from_being_released(
    now_on: str | None,
) -> None:
    """The person edited the line to be paid there, and has not decided yet."""
    before = make_snapshot(make_payout(), make_payout("pay_2"), make_line(), make_line("cln_2"))
    live = changed(before, "cln_1", payout_id=now_on, amount=money("1 USD"))

    warn = Policy(moved_releases="warn")
    plan = make_plan(before, {"cln_1": {"amount": "550"}, "pay_1": {"stage": "PAID"}}, live, policy=warn)

    assert [conflict.target.id for conflict in plan.conflicts] == ["cln_1"]
    assert plan.operations == ()
    assert "waits: line cln_1 on it is held." in [one.reason for one in plan.held]


def test_a_conflict_shows_all_three_sides_and_the_cell() -> None:
    before = make_snapshot(make_payout(po_number="was"))
    live = make_snapshot(make_payout(po_number="theirs"))

    (conflict,) = make_plan(before, {"pay_1": {"po_number": "ours"}}, live).conflicts

    assert (
        conflict.baseline,
        conflict.yours,
        conflict.live,
    ) == ({"po_number": "was"}, {"po_number": "ours"}, {"po_number": "theirs"})
    assert (conflict.group, conflict.target.place) == ("po_number", "march.xlsx, Payouts!B2")
