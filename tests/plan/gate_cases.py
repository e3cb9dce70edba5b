"""What the tests of gates share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from builders import (
    Edits,
    make_line,
    make_new_row,
    make_payout,
    make_plan,
    make_snapshot,
    make_workbook,
)

from reconcile.domain.fields import Value
from reconcile.domain.policy.names_and_limits import Limits, Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Gate, Plan

WIDE = Limits(
    max_changes=10**9,
    max_changed_share=Decimal(10**9),
    max_decline_share=Decimal(10**9),
    max_cleared=10**9,
    max_money_share=Decimal(10**9),
    max_partner_money_share=Decimal(10**9),
    max_visible_share=Decimal(10**9),
    share_from=0,
    max_cleared_share=Decimal(10**9),
    max_jumps=10**9,
)
"""No gate trips; each test narrows one limit."""


DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}


def month(payouts: int, lines: int = 0) -> Snapshot:
    """A month of payouts and of lines of 100 USD on the first payout."""
    return make_snapshot(
        *(make_payout(f"pay_{number:02}", po_number="PO") for number in range(payouts)),
        *(make_line(f"cln_{number:02}", "100 USD", "pay_00") for number in range(lines)),
    )


def all_of(base: Snapshot, prefix: str, count: int, edits: Mapping[str, Value]) -> Edits:
    return dict.fromkeys(
        [key for key in (*base.payouts, *base.lines) if key.startswith(prefix)][:count], edits
    )


def plan_with(base: Snapshot, edits: Edits, limits: Limits, new: str = "") -> Plan:
    rows = [make_new_row(2, partner_id="ptn_1", currency="USD", amount=new)] if new else []
    return make_plan(base, make_workbook(base, edits, rows), policy=Policy(limits=limits))


def only(plan: Plan) -> Gate:
    (gate,) = plan.gates
    return gate


def names_everything(gate: Gate) -> bool:
    """The rule for every gate message: value, limit, setting, override."""
    parts = (gate.value, gate.limit, f"(limits.{gate.setting})", f"pass --allow {gate.name}.")
    return all(part in gate.message for part in parts)
