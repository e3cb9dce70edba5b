"""Closes in memory, for tests that need no file and no server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from builders import make_line, make_snapshot, money

from reconcile.close.close import Close, make_close
from reconcile.close.frozen import Frozen
from reconcile.close.standing import PaidOn
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


def paid(day: str, total: str = "1000 USD", reference: str = "TX-1") -> PaidOn:
    """A payment that was matched."""
    return PaidOn(date.fromisoformat(day), money(total), reference)


def frozen_of(*records: Payout | CommissionLine, period: Period = MARCH, **given: object) -> Frozen:
    """The inputs of a close of these records."""
    plain = Frozen(
        close_id=f"close-{period}",
        period=period,
        at=CLOSED_AT,
        by="ana",
        tool_version="0.1.0",
        snapshot=make_snapshot(*records),
        names=Names(),
        policy=ClosePolicy(),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def close_of(before: Frozen | None, *records: Payout | CommissionLine, **given: object) -> Close:
    """A close of these records, after another one if there is one."""
    period = APRIL if before else MARCH
    return make_close(frozen_of(*records, **{"period": period, **given}), before)  # type: ignore[arg-type]
