"""Payouts, commission lines and partners as frozen values (introw-api.md 2.2, 2.9, 2.16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache

from reconcile.domain.money import Money


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner: only what the workbook needs."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Payout:
    """One partner's payout of one period. `amount` is in the company currency, and its lines may not be.

    `unread` names the fields that the server does not give back (introw-api.md 8, no. 12); their value
    here is None and means nothing.
    """

    id: str
    partner_id: str
    partner_name: str
    batch_id: str | None
    period_start: datetime | None
    period_end: datetime | None
    amount: Money
    stage: str
    po_number: str | None
    statement_note: str | None
    created_at: datetime | None
    updated_at: datetime | None
    unread: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Share the set of unread fields."""
        object.__setattr__(self, "unread", _shared(self.unread))


@dataclass(frozen=True, slots=True)
class CommissionLine:
    """One amount for one partner, on a payout or, without a `payout_id`, in the pending pool.

    `source_amount` is in the line's own currency. `unread` as in Payout; usually `internal_note`.
    """

    id: str
    partner_id: str
    payout_id: str | None
    description: str | None
    amount: Money
    source_amount: Decimal | None
    status: str
    plan_name: str | None
    period_end: datetime | None
    internal_note: str | None
    created_at: datetime | None
    updated_at: datetime | None
    unread: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Share the set of unread fields."""
        object.__setattr__(self, "unread", _shared(self.unread))


@cache
def _shared(names: frozenset[str]) -> frozenset[str]:
    """The one set with these names: all records of a server lack the same, and a set takes 216 bytes."""
    return names
