"""What the tests of operations share."""

from __future__ import annotations

from decimal import Decimal

from builders import (
    make_line,
    make_payout,
    make_snapshot,
)

from reconcile.plan.model import Operation, Plan

BASE = make_snapshot(
    make_payout(po_number="PO-0", unread=frozenset({"statement_note"})),
    make_line(source_amount=Decimal(5000)),
    make_line("cln_2", "80 EUR"),
    make_line("cln_3", "9 USD", None),
)


ON_PAYOUT = {"state": "on payout", "payout_id": "pay_1", "payout_stage": "APPROVED"}


PLACED = {"amount": "500", "currency": "USD", "status": "IN_PAYOUT", **ON_PAYOUT}


CUSTOM = {"action": "Decline", "decline_reason": "CUSTOM", "decline_detail": "Paid twice"}


def only(plan: Plan) -> Operation:
    (operation,) = plan.operations
    return operation
