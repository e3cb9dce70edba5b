"""What the tests of the rules across fields are made of."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from builders import (
    Edits,
    make_line,
    make_new_row,
    make_payout,
    make_snapshot,
    make_workbook,
)

from reconcile.check.row_context import RowContexts
from reconcile.check.rules import rule_findings
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot

BASE = make_snapshot(
    make_payout(),
    make_payout("pay_2", stage="PAID"),
    make_line(source_amount=Decimal(5000)),
    make_line("cln_2", payout_id="pay_2"),
    make_line("cln_3", payout_id=None),
    make_payout("pay_3"),
    make_line("cln_4", payout_id="pay_3"),
    make_line("cln_5", "0.123 USD", payout_id="pay_3"),
)


POLICY = Policy(po_required_stages=("PENDING_PAYMENT", "PAID"))


DECLINE = {"action": "Decline", "decline_reason": "DUPLICATE"}


NEW = {"partner_id": "ptn_1", "payout_id": "pay_1", "amount": "75", "currency": "USD"}


def findings(
    edits: Edits, policy: Policy = POLICY, base: Snapshot = BASE, new: Mapping[str, str] | None = None
) -> list[Finding]:
    rows = [make_new_row(2, **new)] if new else []
    return list(rule_findings(RowContexts(make_workbook(base, edits, rows), base), policy))


def found(edits: Edits, base: Snapshot = BASE, new: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    return [(finding.rule, finding.cell) for finding in findings(edits, base=base, new=new)]
