"""New lines and their idempotency keys: the same row keeps its key, two rows never share one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from builders import (
    EXPORTED,
    GIVEN,
    WORKBOOK,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    without,
)

from reconcile.domain.decision import Choice, Preference
from reconcile.domain.edited import EditedRow
from reconcile.domain.fields import Value
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.made_before.likeness import Posted
from reconcile.plan.model import Action, Plan
from reconcile.plan.sources import OwnWork
from reconcile.plan.wanted.new_lines import keyed_rows, new_lines

BASE = make_snapshot(make_payout(), make_line())


def row(number: int, amount: str, token: str | None = None, **values: Value) -> EditedRow:
    plain = make_new_row(number, token, partner_id="ptn_1", payout_id="pay_1", currency="USD", amount=amount)
    return replace(plain, values={**plain.values, **values})


def typed_below(number: int, amount: str) -> EditedRow:
    """A row below the ready ones: it has no hidden token."""
    return replace(row(number, amount), token=None)


def keys(rows: Iterable[EditedRow]) -> list[str]:
    """The keys of the rows in the order given."""
    return [key for _, key in keyed_rows(WORKBOOK, list(rows), {})]


def by_amount(rows: Iterable[EditedRow]) -> dict[Value, str]:
    return {one.values["amount"]: key for one, key in keyed_rows(WORKBOOK, list(rows), {})}


def test_a_key_is_short_enough_and_says_whose_it_is() -> None:
    (key,) = keys([row(2, "75")])

    assert key.startswith("reconcile-")
    assert len(key) == 42


def test_the_key_of_a_row_is_the_same_every_time() -> None:
    assert keys([row(2, "75")]) == keys([row(2, "75")])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_sorting_the_rows_does_not_change_their_keys(order: tuple[int, ...]) -> None:
    rows = [row(2, "75", "new-001"), row(3, "80", "new-002"), typed_below(300, "90")]
    sorted_rows = [replace(rows[place], number=number) for number, place in enumerate(order, start=2)]

    assert by_amount(rows) == by_amount(sorted_rows)


def test_the_key_follows_the_token_and_not_what_the_row_says() -> None:
    """A person who corrects a row that was applied asks for no second line."""
    assert keys([row(2, "75", "new-001")]) == keys([row(9, "80", "new-001", description="Renamed")])


def test_rows_of_another_workbook_have_other_keys() -> None:
    book = make_workbook(BASE, new=[row(2, "75"), typed_below(300, "75")])
    rows = book.new_lines.rows

    found = {key for workbook in (WORKBOOK, "wb_other") for _, key in keyed_rows(workbook, rows, {})}

    assert len(found) == 4


def test_equal_rows_are_lines_of_their_own() -> None:
    rows = [row(2, "75", "new-001"), row(3, "75", "new-002"), typed_below(300, "75"), typed_below(301, "75")]

    assert len(set(keys(rows))) == 4


def test_a_copied_row_is_a_line_of_its_own() -> None:
    rows = [
        row(2, "75", "new-001"),
        row(3, "75", "new-001"),
        row(4, "75", "new-001"),
        row(5, "80", "new-001"),
    ]

    assert len(set(keys(rows))) == 4


def test_the_keys_of_exact_copies_do_not_depend_on_their_order() -> None:
    first = [row(2, "75", "new-001"), row(3, "75", "new-001")]

    assert set(keys(first)) == set(keys(first[::-1]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("partner_id", "ptn_2"),
        ("payout_id", None),
        ("amount", "75.01"),
        ("currency", "EUR"),
        ("source_amount", "750"),
        ("description", "x"),
    ],
)
def test_a_row_without_a_token_is_known_by_all_it_says(field: str, value: Value) -> None:
    one = typed_below(300, "75")
    other = replace(one, values={**one.values, field: value})

    assert keys([one]) != keys([other])


def test_values_do_not_run_into_each_other() -> None:
    one = typed_below(300, "75")
    others = [replace(one, values={**one.values, field: "5"}) for field in ("source_amount", "description")]

    assert len(set(keys(others[:1]) + keys(others[1:]))) == 2


def test_a_new_line_says_what_its_row_says() -> None:
    rows = [row(5, "12.5", description="True-up", source_amount="125")]

    (line,) = new_lines([make_workbook(BASE, new=rows)], BASE, {})

    assert (5, Decimal("12.5"), "USD") == (line.row, line.amount, line.currency)
    assert (
        line.target.partner_name,
        line.target.payout_id,
        line.target.place,
    ) == ("Acme", "pay_1", "march.xlsx, New lines!5")
    assert (line.values["description"], line.values["source_amount"]) == ("True-up", "125")


def test_a_row_that_cannot_be_read_has_no_amount_and_no_currency() -> None:
    unread = replace(row(2, "75"), values={"partner_id": "ptn_9"})

    (line,) = new_lines([make_workbook(BASE, new=[unread])], BASE, {})

    assert (line.amount, line.currency, line.target.partner_name) == (Decimal(0), "", "ptn_9")


# The same workbook, applied once, sorted or edited further, and compared again.


def applied(plan: Plan, live: Snapshot) -> tuple[Snapshot, dict[str, str]]:
    """Live and the memory of the store after all creations of a plan."""
    created = {
        one.target.id: f"cln_new_{number}"
        for number, one in enumerate(plan.operations)
        if one.action is Action.CREATE_LINE
    }
    lines = [
        make_line(
            created[one.target.id],
            f"{one.expected['amount']} {one.expected['currency']}",
            one.expected["payout_id"],
            description=one.expected["description"],
        )
        for one in plan.operations
    ]
    return make_snapshot(*live.payouts.values(), *live.lines.values(), *lines), created


def _posted_of(first: list[EditedRow], created: dict[str, str]) -> dict[str, Posted]:
    """What the store keeps of what was sent."""
    return {
        key: Posted(
            {name: value if isinstance(value, str) else None for name, value in one.values.items()}, EXPORTED
        )
        for one, key in keyed_rows(WORKBOOK, first, {})
        if key in created
    }


def again(first: list[EditedRow], then: list[EditedRow], *, is_shown: bool = True) -> Plan:
    """The plan for `then`, after a run of the same workbook with `first`."""
    live, created = applied(make_plan(BASE, make_workbook(BASE, new=first)), BASE)
    own = OwnWork(created=created, posted={} if is_shown else _posted_of(first, created))
    return make_plan(BASE, make_workbook(BASE, new=then), live if is_shown else BASE, own=own)


def amounts(plan: Plan) -> list[str | None]:
    return [operation.expected["amount"] for operation in plan.operations]


ORIGINAL = row(2, "75", "new-001")
COPY = row(3, "80", "new-001")
"""The original copied with its hidden cells, and then edited."""


@pytest.mark.parametrize(
    "rows",
    [
        [ORIGINAL],
        [ORIGINAL, COPY],
        [ORIGINAL, row(3, "75", "new-001")],
        [ORIGINAL, row(3, "75", "new-001"), row(4, "80", "new-001")],
        [typed_below(300, "75"), typed_below(301, "75"), ORIGINAL],
    ],
)
@pytest.mark.parametrize("is_shown", [True, False])
def test_no_order_of_the_rows_asks_for_a_line_twice(rows: list[EditedRow], *, is_shown: bool) -> None:
    """Whether or not the server shows the lines that were made."""
    plans = [again(rows, list(order), is_shown=is_shown) for order in permutations(rows)]

    assert [([], ()) for _ in plans] == [(amounts(plan), plan.conflicts) for plan in plans]


@pytest.mark.parametrize("then", [[ORIGINAL, COPY], [COPY, ORIGINAL]])
def test_a_copy_made_after_a_run_is_asked_for_wherever_it_stands(then: list[EditedRow]) -> None:
    plan = again([ORIGINAL], then)

    assert (amounts(plan), plan.conflicts) == (["80"], ())


MADE_BEFORE = [
    pytest.param([ORIGINAL, row(3, "75", "new-001")], id="copied with its hidden cells"),
    pytest.param([ORIGINAL, typed_below(300, "75")], id="typed once more below"),
    pytest.param([row(9, "75", "new-008")], id="cut and pasted into another row"),
    pytest.param([typed_below(2, "75")], id="its hidden cells removed"),
    pytest.param([row(9, "75.00", "new-008", description=" ")], id="pasted with other blanks"),
]


@pytest.mark.parametrize("then", MADE_BEFORE)
@pytest.mark.parametrize("is_shown", [True, False])
def test_a_row_that_says_what_its_workbook_made_is_a_question(
    then: list[EditedRow], *, is_shown: bool
) -> None:
    plan = again([ORIGINAL], then, is_shown=is_shown)
    (conflict,) = plan.conflicts

    assert plan.operations == ()
    assert conflict.keepable
    assert (conflict.yours["partner_id"], conflict.group) == ("ptn_1", "same line")
    assert (conflict.live or {})["amount"] == "75"


def test_a_row_that_says_what_live_got_after_the_export_is_a_question() -> None:
    """As from a second state store, or a restored backup: nothing is known of an earlier run."""
    later = EXPORTED + timedelta(minutes=1)
    elsewhere = [
        make_line("cln_new", "75 USD", "pay_1", description="  TRUE-UP ", created_at=later),
        make_line("cln_new", "75 USD", "pay_9", description="True-up", created_at=later),
        make_line("cln_new", "75.004 USD", None, description="True-up", created_at=None),
        make_line("cln_new", "75 USD", "pay_1", description="True-up", source_amount=Decimal(75)),
    ]
    asked = make_workbook(BASE, new=[row(2, "75", "new-001", description="True-up")])
    for line in elsewhere:
        live = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), line)
        (conflict,) = make_plan(BASE, asked, live).conflicts
        assert (conflict.live or {})["line"] == "cln_new"


@pytest.mark.parametrize(
    "there",
    [
        make_line("cln_old", "75 USD", "pay_9", description="True-up"),
        make_line("cln_new", "75 USD", "pay_1", description="Another"),
        make_line("cln_new", "76 USD", "pay_1", description="True-up"),
        make_line("cln_new", "75 EUR", "pay_1", description="True-up"),
    ],
    ids=["older and on another payout", "another text", "another amount", "another currency"],
)
def test_a_row_that_says_something_else_is_sent(there: CommissionLine) -> None:
    live = make_snapshot(*BASE.payouts.values(), *BASE.lines.values(), there)
    plan = make_plan(BASE, make_workbook(BASE, new=[row(2, "75", "new-001", description="True-up")]), live)

    assert (amounts(plan), plan.conflicts) == (["75"], ())


def test_a_person_may_decide_that_it_is_one_more() -> None:
    prefer = Preference(Choice.MINE, ("pay_1",), (), (), "ana", "--prefer mine --payout pay_1")
    live, created = applied(make_plan(BASE, make_workbook(BASE, new=[ORIGINAL])), BASE)
    asked = make_workbook(BASE, new=[ORIGINAL, typed_below(300, "75")])
    given = replace(GIVEN, preference=prefer)
    plan = make_plan(BASE, asked, live, own=OwnWork(created=created), given=given)
    (operation,) = plan.operations

    assert plan.conflicts == ()
    assert operation.relies_on["same_lines"] == "cln_new_0"


def test_a_held_new_line_still_fills_its_payout() -> None:
    """A decline of the only other line must not decline the payout that the new line is meant for."""
    base = make_snapshot(make_payout(), make_line())
    live, created = applied(make_plan(base, make_workbook(base, new=[ORIGINAL])), base)
    edits: dict[str, dict[str, Value]] = {"cln_1": {"action": "Decline", "decline_reason": "DUPLICATE"}}
    asked = make_workbook(base, edits, new=[typed_below(2, "75")])
    plan = make_plan(
        base, asked, without(live, "cln_new_0"), own=OwnWork(created, _posted_of([ORIGINAL], created))
    )

    assert plan.operations == ()
    assert {one.target.id for one in plan.held} >= {"cln_1"}


def test_a_row_added_after_a_run_is_asked_for() -> None:
    assert amounts(again([ORIGINAL], [ORIGINAL, row(3, "80", "new-002")])) == ["80"]


def test_a_row_used_again_for_another_line_waits_for_a_person() -> None:
    """Nobody can tell whether the line is to be changed or another one made."""
    plan = again([ORIGINAL], [row(2, "99", "new-001", description="Another")])

    assert plan.operations == ()
    assert [(one.yours["amount"], (one.live or {})["amount"]) for one in plan.conflicts] == [("99", "75")]


def test_a_row_emptied_after_a_run_asks_for_nothing() -> None:
    plan = again([ORIGINAL, row(3, "80", "new-002")], [row(3, "80", "new-002")])

    assert (plan.operations, plan.conflicts) == ((), ())
