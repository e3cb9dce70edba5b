"""What the tests about whole records share."""

from __future__ import annotations

from builders import (
    make_line,
    make_payout,
    make_snapshot,
)

from reconcile.plan.model import Plan

BASE = make_snapshot(make_payout(), make_payout("pay_2"), make_line(), make_line("cln_2"))


def told(plan: Plan) -> dict[str, list[str]]:
    """What a plan says, by record: one word each."""
    said = [(one.target.id, "change") for one in plan.changes]
    said += [(one.target.id, "conflict") for one in plan.conflicts]
    said += [(one.target.id, one.what) for one in plan.drifts]
    said += [(one.target.id, "damaged") for one in plan.damaged]
    said += [(one.id, "missing") for one in plan.missing]
    found: dict[str, list[str]] = {}
    for record, word in said:
        found.setdefault(record, []).append(word)
    return found
