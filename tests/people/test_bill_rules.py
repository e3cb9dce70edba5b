"""Which sets of bills and of payments need an approval, and what rests on earlier payments of a partner."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import Edits, make_line, make_payout, make_plan, make_snapshot, make_workbook, money

from reconcile.domain.policy.approval import ApprovalPolicy
from reconcile.people.bill_rules import Billed, bill_rules
from reconcile.people.plan_rules import Known, rules_met

ACME, BOLT = Billed("ptn_1", "Acme", money("900 USD")), Billed("ptn_2", "Bolt", money("200 USD"))
CREDIT = Billed("ptn_1", "Acme", money("-900 USD"))
EVERY = ApprovalPolicy(ask_for=("bills", "paying", "changed-account", "first-payment", "any", "visible"))
KNOWN = Known(paid_before=frozenset({"ptn_1"}), changed_accounts=frozenset({"ptn_1"}))


def _met(
    *billed: Billed, policy: ApprovalPolicy = EVERY, known: Known = KNOWN, pays: bool = True
) -> dict[str, str]:
    return {one.rule: one.why for one in bill_rules(billed, policy, known, pays=pays)}


def test_a_payment_file_meets_the_rules_of_payments() -> None:
    assert _met(ACME, BOLT) == {
        "bills": "2 payments in a set",
        "paying": "a bank pays 2 payments by it",
        "changed-account": "the bank account changed: Acme",
        "first-payment": "the first payment: Bolt",
    }


def test_bills_for_a_finance_system_pay_nobody() -> None:
    assert _met(ACME, BOLT, pays=False) == {"bills": "2 bills in a set"}


def test_an_empty_set_meets_nothing() -> None:
    assert _met() == {}


@pytest.mark.parametrize(
    ("billed", "limit", "why"),
    [
        ((ACME, BOLT), 1_000, "1,100.00 USD moves, more than 1,000.00 USD (approval.amounts)"),
        ((ACME, CREDIT), 1_000, "1,800.00 USD moves, more than 1,000.00 USD (approval.amounts)"),
        ((ACME,), 900, ""),
    ],
    ids=["above the limit", "a credit makes it no smaller", "at the limit"],
)
def test_an_amount_above_a_limit_needs_an_approval(billed: tuple[Billed, ...], limit: int, why: str) -> None:
    policy = ApprovalPolicy(amounts={"USD": Decimal(limit)})

    assert _met(*billed, policy=policy).get("amount", "") == why


def test_money_of_one_partner_above_its_limit_needs_more_people() -> None:
    policy = ApprovalPolicy(partner_amounts={"USD": Decimal(500)}, approvers_for={"partner-amount": 2})
    (found,) = bill_rules((ACME, BOLT), policy, KNOWN, pays=False)

    assert (found.rule, found.approvers) == ("partner-amount", 2)
    assert found.why == "900.00 USD of Acme moves, more than 500.00 USD (approval.partner_amounts)"


BASE = make_snapshot(
    make_payout("pay_1", "400 USD", stage="SCHEDULED"), make_line("cln_1", "400 USD", "pay_1")
)
PAID: Edits = {"pay_1": {"stage": "PAID"}}


@pytest.mark.parametrize(
    ("known", "rules"),
    [
        (Known(), ["first-payment"]),
        (Known(paid_before=frozenset({"ptn_1"})), []),
        (Known(paid_before=frozenset({"ptn_1"}), changed_accounts=frozenset({"ptn_1"})), ["changed-account"]),
    ],
    ids=["never paid", "paid before", "another account"],
)
def test_a_plan_that_pays_meets_the_rules_of_payments(known: Known, rules: list[str]) -> None:
    policy = ApprovalPolicy(ask_for=("changed-account", "first-payment"))
    plan = make_plan(BASE, make_workbook(BASE, PAID))

    assert [one.rule for one in rules_met(plan, policy, known)] == rules
