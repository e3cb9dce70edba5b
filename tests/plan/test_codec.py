"""The plan as JSON: it comes back whole, the same inputs give the same bytes, and a change is noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from builders import (
    GIVEN,
    MADE,
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    without,
)

from reconcile.check.review import review
from reconcile.domain.decision import Choice, Preference
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import Value
from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import Limits, Policy
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.errors import ConfigurationError
from reconcile.plan.codec import fingerprint, from_json, to_json
from reconcile.plan.model import PLAN_VERSION, Plan

T = TypeVar("T")

BASE = replace(
    make_snapshot(
        *(make_payout(f"pay_{n}", f"{n}00.50 USD") for n in range(1, 6)),
        *(make_line(f"cln_{n}", f"{n}00.50 USD", f"pay_{n}") for n in range(1, 6)),
        make_line("cln_6", "7 JPY", None),
    ),
    scope=Scope(("APPROVED",), periods=(Period.parse("2026-Q1"),)),
)
LIVE = without(changed(changed(BASE, "pay_3", po_number="theirs"), "cln_4", description="moved"), "pay_5")
LIVE = changed(LIVE, "pay_2", po_number="theirs")
SPLIT_WORKBOOK = SplitWorkbook("set_1", "wb_other", "Bolt.xlsx", "Bolt", "Ben")
DECISION = Preference(Choice.MINE, ("pay_2",), (), (), "ops", "--prefer mine --payout pay_2")
EDITS: dict[str, dict[str, Value]] = {
    "pay_1": {"stage": "PENDING_PAYMENT", "po_number": "000123", "statement_note": "Grüße\nan alle"},
    "pay_2": {"po_number": "ours"},
    "pay_3": {"po_number": "ours"},
    "pay_5": {"po_number": "x"},
    "cln_1": {"amount": "101.50", "internal_note": "x"},
    "cln_2": {"action": "Decline", "decline_reason": "CUSTOM", "decline_detail": "Twice"},
    "cln_3": {"action": "Detach"},
    "cln_4": {"amount": "0"},
}
POLICY = Policy(limits=Limits(max_changes=1))


def everything(live: Snapshot = LIVE, base: Snapshot = BASE) -> Plan:
    """A plan with something of every kind in it."""
    rows = [make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD")]
    book = make_workbook(base, EDITS, rows, missing=["cln_6"])
    return decided_plan(base, book, live)


def decided_plan(base: Snapshot, book: EditedWorkbook, live: Snapshot) -> Plan:
    """The plan with what the checks find, and with a decision on one of its conflicts."""
    findings = review(book, base, POLICY)
    given = replace(GIVEN, preference=DECISION, split_workbooks=(SPLIT_WORKBOOK,))
    return make_plan(base, book, live, findings=findings, policy=POLICY, given=given)


PLAN = everything()


def test_the_plan_of_these_tests_holds_something_of_every_kind() -> None:
    lists = {name: getattr(PLAN, name) for name in Plan.__slots__}

    assert [name for name, value in lists.items() if value == ()] == ["damaged"]


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    assert from_json(to_json(PLAN), "plan.json") == PLAN
    assert to_json(from_json(to_json(PLAN), "plan.json")) == to_json(PLAN)


def test_amounts_are_decimal_texts_in_json() -> None:
    found = json.loads(to_json(PLAN), parse_float=lambda text: pytest.fail(f"a float: {text}"))

    assert {"amount": "101.50", "currency": "USD"} in [one["after"] for one in found["operations"]]


def test_json_ends_with_a_line_feed() -> None:
    assert to_json(PLAN).endswith("}\n")


def mixed(records: Mapping[str, T], seed: int) -> dict[str, T]:
    items = list(records.items())
    Random(seed).shuffle(items)
    return dict(items)


def shuffled(snapshot: Snapshot, seed: int) -> Snapshot:
    return replace(
        snapshot,
        payouts=mixed(snapshot.payouts, seed),
        lines=mixed(snapshot.lines, seed),
        partners=mixed(snapshot.partners, seed),
    )


def mixed_rows(book: EditedWorkbook, seed: int) -> EditedWorkbook:
    """The same rows with the same numbers, given in another order."""
    payouts, lines = list(book.payouts.rows), list(book.lines.rows)
    Random(seed).shuffle(payouts)
    Random(seed).shuffle(lines)
    return replace(
        book, payouts=replace(book.payouts, rows=tuple(payouts)), lines=replace(book.lines, rows=tuple(lines))
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_same_inputs_give_the_same_bytes_in_whatever_order_they_come(seed: int) -> None:
    rows = [make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD")]
    book = make_workbook(BASE, EDITS, rows, missing=["cln_6"])

    plan = decided_plan(shuffled(BASE, seed), mixed_rows(book, seed), shuffled(LIVE, seed + 1))

    assert to_json(PLAN) == to_json(plan)


def test_who_made_the_plan_and_when_is_not_in_its_fingerprint() -> None:
    later = replace(GIVEN, made_at=MADE + timedelta(days=1), made_by="somebody else")
    base = make_snapshot(make_payout())
    edits: dict[str, dict[str, Value]] = {"pay_1": {"po_number": "x"}}

    first, second = make_plan(base, edits), make_plan(base, edits, given=later)

    assert first.fingerprint == second.fingerprint
    assert to_json(first) != to_json(second)


def test_the_credits_left_are_kept_and_are_not_in_the_fingerprint() -> None:
    plan = make_plan(make_snapshot(make_payout()), {"pay_1": {"po_number": "x"}})
    richer = replace(plan, cost=replace(plan.cost, credits_left=4711))

    assert fingerprint(richer) == plan.fingerprint
    assert from_json(to_json(richer), "plan.json").cost.credits_left == 4711


@pytest.mark.parametrize(
    "live", [changed(LIVE, "pay_4", updated_at=MADE), changed(LIVE, "cln_1", plan_name="x")]
)
def test_anything_else_upstream_is(live: Snapshot) -> None:
    assert PLAN.fingerprint != everything(live).fingerprint


def test_the_fingerprint_is_one_over_the_plan_as_it_stands() -> None:
    assert fingerprint(PLAN) == PLAN.fingerprint
    assert len(PLAN.fingerprint) == 64


CHANGES = [
    ('"101.50"', '"901.50"'),
    ('"stage": "PENDING_PAYMENT"', '"stage": "PAID"'),
    ('"path": "/payouts/pay_1"', '"path": "/payouts/pay_2"'),
    ('"max_changes"', '"max_nothing"'),
    ('"op-0002"', '"op-0009"'),
    ("https://api.example.test", "https://api.introw.io"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_plan_that_was_changed_after_it_was_made_is_refused(old: str, new: str) -> None:
    text = to_json(PLAN)
    assert old in text

    with pytest.raises(ConfigurationError, match=r"^plan\.json was changed after it was made"):
        from_json(text.replace(old, new, 1), "plan.json")


def test_a_plan_without_its_gates_is_refused() -> None:
    bare = json.loads(to_json(PLAN)) | {"gates": []}

    with pytest.raises(ConfigurationError, match="changed after it was made"):
        from_json(json.dumps(bare), "plan.json")


@pytest.mark.parametrize("version", [0, PLAN_VERSION + 1])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_plan_of_another_version_is_refused_by_its_version(version: int, *, is_whole: bool) -> None:
    """Even when the plans of that version have other parts."""
    other = json.loads(to_json(PLAN)) if is_whole else {}

    with pytest.raises(ConfigurationError) as caught:
        from_json(json.dumps({**other, "version": version}), "plan.json")

    assert (
        f"plan.json is a plan of version {version} and this reconcile applies version {PLAN_VERSION}: "
        "make it again from the workbook with diff --save." == str(caught.value)
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "the file"),
        ("[1", "the file"),
        ("[]", "the file"),
        ('"plan"', "the file"),
        ("{}", "version"),
        ('{"version": "x"}', "version"),
        (f'{{"version": {PLAN_VERSION}}}', "made_at"),
    ],
)
def test_what_is_no_plan_is_refused_with_the_place(text: str, where: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^plan\.json is not a plan: {where}: "):
        from_json(text, "plan.json")
