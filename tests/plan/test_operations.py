"""Operations: the requests byte for byte, what they rely on, expect and move."""

from __future__ import annotations

import json

import pytest
from builders import (
    changed,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
    money,
)
from plan.operation_cases import BASE, CUSTOM, ON_PAYOUT, PLACED, only

from reconcile.domain.fields import Value
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.plan.model import Operation


def request(operation: Operation) -> str:
    """The request as it goes over the wire."""
    body = "" if operation.body is None else json.dumps(operation.body, ensure_ascii=False)
    return f"{operation.method} {operation.path} {body}".strip()


@pytest.mark.parametrize(
    ("record", "edits", "sent"),
    [
        ("pay_1", {"stage": "PAID"}, 'PATCH /payouts/pay_1 {"stage": "PAID"}'),
        ("pay_1", {"po_number": "000124"}, 'PATCH /payouts/pay_1 {"poNumber": "000124"}'),
        ("pay_1", {"po_number": None}, 'PATCH /payouts/pay_1 {"poNumber": null}'),
        ("pay_1", {"statement_note": "a\nb"}, 'PATCH /payouts/pay_1 {"metadata": "a\\nb"}'),
        ("pay_1", {"statement_note": None}, 'PATCH /payouts/pay_1 {"metadata": null}'),
        (
            "pay_1",
            {"statement_note": "Danke für alles", "po_number": None, "stage": "PAID"},
            'PATCH /payouts/pay_1 {"stage": "PAID", "poNumber": null, "metadata": "Danke für alles"}',
        ),
        ("cln_1", {"amount": "512.5"}, 'PATCH /commission-lines/cln_1 {"amount": "512.50"}'),
        ("cln_1", {"amount": "-512"}, 'PATCH /commission-lines/cln_1 {"amount": "-512.00"}'),
        ("cln_1", {"currency": "JPY"}, 'PATCH /commission-lines/cln_1 {"currency": "JPY"}'),
        (
            "cln_1",
            {"currency": "JPY", "amount": "512", "source_amount": "5120"},
            'PATCH /commission-lines/cln_1 {"amount": "512", "currency": "JPY", "sourceAmount": "5120"}',
        ),
        (
            "cln_1",
            {"currency": "KWD", "amount": "51.2"},
            'PATCH /commission-lines/cln_1 {"amount": "51.200", "currency": "KWD"}',
        ),
        ("cln_1", {"source_amount": None}, 'PATCH /commission-lines/cln_1 {"sourceAmount": null}'),
        ("cln_1", {"source_amount": "70.5"}, 'PATCH /commission-lines/cln_1 {"sourceAmount": "70.50"}'),
        ("cln_1", {"description": "Renamed"}, 'PATCH /commission-lines/cln_1 {"description": "Renamed"}'),
        ("cln_1", {"internal_note": "note"}, 'PATCH /commission-lines/cln_1 {"note": "note"}'),
        ("cln_1", {"internal_note": None}, 'PATCH /commission-lines/cln_1 {"note": null}'),
        ("cln_3", {"amount": "10"}, 'PATCH /commission-lines/cln_3 {"amount": "10.00"}'),
        ("cln_1", {"action": "Detach"}, "POST /commission-lines/cln_1/detach"),
        (
            "cln_1",
            {"action": "Decline", "decline_reason": "DUPLICATE"},
            'POST /commission-lines/cln_1/decline {"reasonType": "DUPLICATE"}',
        ),
        (
            "cln_1",
            CUSTOM,
            'POST /commission-lines/cln_1/decline {"reasonType": "CUSTOM", "reason": "Paid twice"}',
        ),
    ],
)
def test_a_request_holds_what_changed_and_nothing_else(
    record: str, edits: dict[str, Value], sent: str
) -> None:
    assert sent == request(only(make_plan(BASE, {record: edits})))


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        (
            {"amount": "75", "currency": "USD"},
            '{"partnerId": "ptn_1", "amount": "75.00", "currency": "USD", "idempotencyKey": "KEY"}',
        ),
        (
            {
                "payout_id": "pay_1",
                "amount": "-7500",
                "currency": "JPY",
                "source_amount": "75000",
                "description": "Clawback",
            },
            (
                '{"partnerId": "ptn_1", "amount": "-7500", "currency": "JPY", "idempotencyKey": "KEY", '
                '"sourceAmount": "75000", "payoutId": "pay_1", "description": "Clawback"}'
            ),
        ),
    ],
)
def test_a_new_line_is_posted_with_what_the_row_says(values: dict[str, str], sent: str) -> None:
    book = make_workbook(BASE, new=[make_new_row(2, partner_id="ptn_1", **values)])

    operation = only(make_plan(BASE, book))

    assert request(operation) == f"POST /commission-lines {sent}".replace("KEY", operation.target.id)
    assert operation.target.id.startswith("reconcile-")


def test_ids_are_quoted_in_paths() -> None:
    base = make_snapshot(make_payout("pay/1 ?é"))

    assert only(make_plan(base, {"pay/1 ?é": {"po_number": "x"}})).path == "/payouts/pay%2F1%20%3F%C3%A9"


def test_the_member_of_the_decline_text_comes_from_the_policy() -> None:
    policy = Policy(names=Names(detail_member="reasonText"))

    operation = only(make_plan(BASE, {"cln_1": CUSTOM}, policy=policy))

    assert operation.body == {"reasonType": "CUSTOM", "reasonText": "Paid twice"}


# What an operation relies on: values of live, group by group.


@pytest.mark.parametrize(
    ("record", "edits", "relied"),
    [
        (
            "pay_1",
            {"stage": "PAID"},
            {
                "stage": "APPROVED",
                "amount": "1000",
                "currency": "USD",
                "line cln_1": "500 USD on payout",
                "line cln_2": "80 EUR on payout",
            },
        ),
        ("pay_1", {"po_number": "x"}, {"po_number": "PO-0"}),
        ("pay_1", {"statement_note": "x"}, {}),
        (
            "cln_1",
            {"amount": "512.5"},
            {
                "amount": "500",
                "currency": "USD",
                "source_amount": "5000",
                **ON_PAYOUT,
            },
        ),
        ("cln_1", {"description": "x"}, {"description": "Referral", **ON_PAYOUT}),
        ("cln_1", {"internal_note": "x"}, ON_PAYOUT),
        (
            "cln_3",
            {"amount": "10"},
            {
                "amount": "9",
                "currency": "USD",
                "source_amount": None,
                "state": "pool",
                "payout_id": None,
                "payout_stage": None,
            },
        ),
        ("cln_1", {"action": "Detach"}, PLACED),
        ("cln_1", CUSTOM, {**PLACED, "lines_left": "1"}),
    ],
)
def test_an_operation_relies_on_the_values_of_its_group_and_place(
    record: str, edits: dict[str, Value], relied: dict[str, str | None]
) -> None:
    assert relied == only(make_plan(BASE, {record: edits})).relies_on


def test_an_operation_relies_on_live_and_not_on_the_export() -> None:
    live = changed(changed(BASE, "cln_1", description="theirs"), "pay_1", stage="BLOCKED")

    operation = only(make_plan(BASE, {"cln_1": {"amount": "5"}}, live))

    assert operation.relies_on["payout_stage"] == "BLOCKED"


def test_a_new_line_relies_on_the_stage_of_its_payout_and_on_no_line_that_says_the_same() -> None:
    rows = [
        make_new_row(2, partner_id="ptn_1", payout_id="pay_1", amount="75", currency="USD"),
        make_new_row(3, partner_id="ptn_1", amount="75", currency="USD"),
    ]

    on_payout, in_pool = make_plan(BASE, make_workbook(BASE, new=rows)).operations

    assert on_payout.relies_on == {"payout_stage": "APPROVED", "same_lines": None}
    assert in_pool.relies_on == {"same_lines": None}


def test_a_stage_relies_on_the_lines_that_are_paid_and_not_on_declined_ones() -> None:
    base = make_snapshot(make_payout(), make_line(), make_line("cln_0", "5 USD", status="VOIDED"))

    relied = only(make_plan(base, {"pay_1": {"stage": "PAID"}})).relies_on

    assert [name for name in relied if name.startswith("line ")] == ["line cln_1"]


# What an operation leaves behind.


@pytest.mark.parametrize(
    ("record", "edits", "expected"),
    [
        ("pay_1", {"stage": "PAID", "po_number": None}, {"stage": "PAID", "po_number": None}),
        ("cln_1", {"amount": "512.5", "internal_note": "x"}, {"amount": "512.5", "internal_note": "x"}),
        ("cln_1", {"action": "Detach"}, {"state": "pool", "payout_id": None}),
        ("cln_1", CUSTOM, {"state": "declined"}),
    ],
)
def test_an_operation_expects_what_it_sets(
    record: str, edits: dict[str, Value], expected: dict[str, str | None]
) -> None:
    assert expected == only(make_plan(BASE, {record: edits})).expected


@pytest.mark.parametrize(("payout_id", "state"), [("pay_1", "on payout"), (None, "pool")])
def test_a_new_line_expects_all_it_was_given(payout_id: str | None, state: str) -> None:
    row = make_new_row(2, partner_id="ptn_1", payout_id=payout_id, amount="75", currency="USD")

    operation = only(make_plan(BASE, make_workbook(BASE, new=[row])))

    assert operation.expected == {
        "amount": "75",
        "currency": "USD",
        "source_amount": None,
        "description": None,
        "payout_id": payout_id,
        "state": state,
    }


@pytest.mark.parametrize(
    ("record", "edits", "before", "after"),
    [
        ("pay_1", {"stage": "PAID"}, None, None),
        ("cln_1", {"amount": "512.5"}, "500 USD", "512.5 USD"),
        ("cln_1", {"currency": "EUR"}, "500 USD", "500 EUR"),
        ("cln_1", {"source_amount": "6000"}, "500 USD", "500 USD"),
        ("cln_1", {"description": "x"}, None, None),
        ("cln_1", {"action": "Detach"}, "500 USD", "500 USD"),
        ("cln_1", CUSTOM, "500 USD", None),
    ],
)
def test_an_operation_knows_the_money_it_moves(
    record: str, edits: dict[str, Value], before: str | None, after: str | None
) -> None:
    operation = only(make_plan(BASE, {record: edits}))

    assert (before and money(before), after and money(after)) == (operation.before, operation.after)


@pytest.mark.parametrize(
    ("record", "edits", "undo", "unshown"),
    [
        ("pay_1", {"stage": "PAID"}, True, ()),
        ("pay_1", {"statement_note": "x", "stage": "PAID"}, False, ("statement_note",)),
        ("cln_1", {"amount": "5"}, True, ()),
        ("cln_1", {"internal_note": "x"}, False, ("internal_note",)),
        ("cln_1", {"action": "Detach"}, False, ()),
        ("cln_1", CUSTOM, False, ()),
    ],
)
def test_an_operation_says_whether_it_can_be_undone_and_what_cannot_be_seen(
    record: str, edits: dict[str, Value], *, undo: bool, unshown: tuple[str, ...]
) -> None:
    operation = only(make_plan(BASE, {record: edits}))

    assert ("the values before, by the same call" if undo else "", unshown) == (
        operation.undo,
        operation.unshown,
    )


# Changes, as they are shown.


@pytest.mark.parametrize(
    ("record", "edits", "cleared", "visible", "known", "currency"),
    [
        ("pay_1", {"stage": "PAID"}, False, True, True, ""),
        ("pay_1", {"stage": "BLOCKED"}, False, False, True, ""),
        ("pay_1", {"po_number": None}, True, False, True, ""),
        ("pay_1", {"statement_note": None}, True, False, False, ""),
        ("cln_1", {"amount": "5"}, False, False, True, "USD"),
        ("cln_1", {"source_amount": None}, True, False, True, "USD"),
        ("cln_1", {"currency": "EUR"}, False, False, True, ""),
        ("cln_1", {"internal_note": "x"}, False, False, False, ""),
    ],
)
def test_a_change_is_marked_when_it_clears_or_is_seen_by_the_partner(
    record: str, edits: dict[str, Value], *, cleared: bool, visible: bool, known: bool, currency: str
) -> None:
    (change,) = make_plan(BASE, {record: edits}).changes

    assert (cleared, visible, known, currency) == (
        change.cleared,
        change.visible,
        change.before_known,
        change.currency,
    )


def test_a_change_names_its_cell_and_partner() -> None:
    (change,) = make_plan(BASE, {"cln_1": {"amount": "5"}}).changes

    assert (
        change.target.place,
        change.target.partner_name,
        change.target.payout_id,
    ) == ("march.xlsx, Lines!D2", "Acme", "pay_1")
