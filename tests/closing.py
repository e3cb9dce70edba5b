"""Closes in memory, for tests that need no file and no server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from builders import make_line, make_snapshot, money

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import VERSION, Frozen
from reconcile.close.ledger.evidence_of_payment import Allotment
from reconcile.close.ledger.positions import Facts
from reconcile.close.ledger.stages import Known, stages_paid
from reconcile.close.versions import stages_known
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout

MARCH, APRIL = Period.parse("2026-03"), Period.parse("2026-04")
MARCH_END, APRIL_END = (
    datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 4, 30, 23, 59, tzinfo=UTC),
)
CLOSED_AT = datetime(2026, 5, 3, 8, tzinfo=UTC)


def april_line(line_id: str = "cln_a", total: str = "100 USD", **given: object) -> CommissionLine:
    """A line of Acme that is earned in April."""
    return make_line(line_id, total, **{"period_end": APRIL_END, **given})  # type: ignore[arg-type]


def paid(day: str, total: str = "1000 USD", reference: str = "TX-1", payout: str = "pay_1") -> Allotment:
    """A payment that went to a payout; one below zero came back."""
    amount, kind = money(total), "paid" if money(total).amount > 0 else "returned"
    return Allotment(reference, payout, "ptn_1", date.fromisoformat(day), amount, kind, reference, "bank.csv")  # type: ignore[arg-type]


def frozen_of(
    *records: Payout | CommissionLine,
    period: Period = MARCH,
    before: Frozen | None = None,
    payments: Mapping[str, tuple[Allotment, ...]] | None = None,
    **given: object,
) -> Frozen:
    """The inputs of a close of these records, after another one if there is one."""
    snapshot, found = make_snapshot(*records), payments or {}
    known = Known(stages_known(before), (before.snapshot,)) if before else Known()
    plain = Frozen(
        close_id=f"close-{period}",
        period=period,
        at=CLOSED_AT,
        by="ana",
        tool_version="0.1.0",
        snapshot=snapshot,
        names=Names(),
        policy=ClosePolicy(),
        previous=before.close_id if before else "",
        version=VERSION,
        allotments=found,
        stage_paid=stages_paid(snapshot, Names(), found, known),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def facts_of(before: Frozen, *records: Payout | CommissionLine, **given: object) -> Facts:
    """What is known of these records after a close."""
    return frozen_of(*records, before=before, **given).facts  # type: ignore[arg-type]


def close_of(before: Frozen | None, *records: Payout | CommissionLine, **given: object) -> Close:
    """A close of these records, after another one if there is one."""
    period = APRIL if before else MARCH
    return make_close(frozen_of(*records, **{"period": period, "before": before, **given}), before)  # type: ignore[arg-type]
