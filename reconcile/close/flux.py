"""Flux: what is owed now against what was owed at the last close, per partner and plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.policy.close import ClosePolicy


@dataclass(frozen=True, slots=True)
class Flux:
    """One partner's plan in one currency."""

    partner: str
    partner_id: str
    plan: str
    currency: str
    before: Decimal
    after: Decimal
    is_material: bool

    @property
    def delta(self) -> Decimal:
        """How much it moved."""
        return self.after - self.before

    @property
    def share(self) -> Decimal | None:
        """How much it moved, as a share of what it was; None where it was nothing."""
        return (self.delta / abs(self.before)).quantize(Decimal("0.0001")) if self.before else None


Key = tuple[str, str, str]
"""The currency, the partner's id and the plan of a row."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a row moved. moved: by how much, when it was written. by: who brought it to the close."""

    currency: str
    partner_id: str
    plan: str
    moved: Decimal
    text: str
    by: str

    @property
    def key(self) -> Key:
        """The row that it explains."""
        return self.currency, self.partner_id, self.plan

    def explains(self, row: Flux) -> bool:
        """Whether the row still moved by what was explained."""
        return self.moved == row.delta


def flux(entries: tuple[Entry, ...], policy: ClosePolicy) -> tuple[Flux, ...]:
    """The rows that moved or stand, the largest movement first within a currency."""
    sums: dict[tuple[str, str, str, str], dict[Movement, Decimal]] = defaultdict(
        lambda: dict.fromkeys((Movement.OPENING, Movement.CLOSING), Decimal(0))
    )
    for one in entries:
        if one.movement in (Movement.OPENING, Movement.CLOSING):
            sums[one.currency, one.partner, one.partner_id, one.plan][one.movement] += one.amount
    rows = [_row(key, row, policy) for key, row in sums.items()]
    return tuple(sorted(rows, key=lambda one: (one.currency, -abs(one.delta), one.partner, one.plan)))


def _row(key: tuple[str, str, str, str], row: Mapping[Movement, Decimal], policy: ClosePolicy) -> Flux:
    currency, partner, partner_id, plan = key
    before, after = row[Movement.OPENING], row[Movement.CLOSING]
    moved = abs(after - before)
    material = moved > policy.flux_amount and moved > abs(before) * policy.flux_share
    return Flux(partner, partner_id, plan, currency, before, after, material)
