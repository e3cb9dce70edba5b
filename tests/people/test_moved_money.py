"""What counts as moved beside a release: also the money of lines in another currency than their payout."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import (
    Edits,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)

from reconcile.domain.policy.approval import ApprovalPolicy
from reconcile.people.plan_rules import Known, rules_met, steps_of, subject_of
from reconcile.plan.model import Plan

LIMITS = {"USD": Decimal(50_000), "EUR": Decimal(50_000)}
BASE = make_snapshot(
    make_payout("pay_1", "1000 USD", stage="APPROVED"),
    make_line("cln_1", "400 USD", "pay_1"),
    make_line("cln_2", "5215.74 EUR", "pay_1"),
    make_line("cln_3", "190000 EUR", "pay_1"),
)
RELEASE: Edits = {"pay_1": {"stage": "PENDING_PAYMENT"}}
CHANGES: dict[str, Edits] = {
    "raised": {"cln_2": {"amount": "190000"}},
    "lowered": {"cln_3": {"amount": "1"}},
    "detached": {"cln_3": {"action": "Detach"}},
    "declined": {"cln_3": {"action": "Decline", "decline_reason": "DUPLICATE"}},
    "created": {},
}


def _plan(kind: str, release: Edits) -> Plan:
    new = [make_new_row(2, partner_id="ptn_1", currency="EUR", amount="190000", payout_id="pay_1")]
    return make_plan(
        BASE, make_workbook(BASE, {**release, **CHANGES[kind]}, new if kind == "created" else [])
    )


@pytest.mark.parametrize("release", [RELEASE, {}], ids=["beside a release", "alone"])
@pytest.mark.parametrize("kind", CHANGES)
def test_money_of_a_line_in_another_currency_is_asked_about(kind: str, release: Edits) -> None:
    plan = _plan(kind, release)

    for policy, rule in (
        (ApprovalPolicy(amounts=LIMITS), "amount"),
        (ApprovalPolicy(partner_amounts=LIMITS), "partner-amount"),
    ):
        met = rules_met(plan, policy, Known())
        assert [one.rule for one in met] == [rule], plan.operations
        assert " EUR" in met[0].why
        assert Decimal(subject_of(plan, "store", policy, Known()).totals["EUR"]) > LIMITS["EUR"]


def test_lines_in_the_currency_of_a_released_payout_count_once() -> None:
    base = make_snapshot(
        make_payout("pay_1", "400 USD", stage="APPROVED"), make_line("cln_1", "400 USD", "pay_1")
    )
    plan = make_plan(base, make_workbook(base, {**RELEASE, "cln_1": {"amount": "900"}}))

    assert subject_of(plan, "store", ApprovalPolicy(), Known()).totals == {"USD": "900"}


def test_steps_tell_the_money_before_and_after_and_the_reason() -> None:
    base = make_snapshot(
        make_payout("pay_1", "650 USD"), make_line("cln_1", "500 USD"), make_line("cln_2", "150 USD")
    )
    edits: Edits = {
        **RELEASE,
        "cln_1": {"amount": "900"},
        "cln_2": {"action": "Detach"},
    }
    book = make_workbook(base, edits)
    rows = tuple(
        replace(row, reason=f"About {name}")
        for row, name in zip(book.lines.rows, ("cln_1", "cln_2"), strict=True)
    )
    plan = make_plan(base, replace(book, lines=replace(book.lines, rows=rows)))

    assert list(steps_of(plan)) == [
        "detach line cln_2 (Acme), 150.00 USD: the API cannot undo it. Reason: About cln_2",
        "Acme, pay_1, 650.00 USD -> 900.00 USD: APPROVED to PENDING_PAYMENT, which the partner sees",
        "update line cln_1 (Acme), 500.00 USD -> 900.00 USD. Reason: About cln_1",
    ]


def test_a_detached_line_moves_its_money() -> None:
    base = make_snapshot(make_payout("pay_1", "150 USD"), make_line("cln_1", "150 USD"))
    plan = make_plan(base, make_workbook(base, {"cln_1": {"action": "Detach"}}))

    assert subject_of(plan, "store", ApprovalPolicy(), Known()).totals == {"USD": "150"}
