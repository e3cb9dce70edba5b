"""The small chart of the HTML report: money by stage, before and after, one per currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.domain.stage import STAGES
from reconcile.plan.model import Total

WIDTH: Final = 1000
"""The length of the longest bar, in units of the drawing."""
_ORDER = {stage: place for place, stage in enumerate(STAGES)}


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage's money now and after the plan, with the lengths of the two bars."""

    stage: str
    live: Decimal
    after: Decimal
    live_length: int
    after_length: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one currency: amounts of different currencies never share a scale."""

    currency: str
    bars: tuple[Bar, ...]


def charts(totals: Sequence[Total]) -> tuple[Chart, ...]:
    """A chart per currency, its stages in the order of a payout's life."""
    found: dict[str, list[Total]] = {}
    for one in sorted(totals, key=lambda one: (one.currency, _ORDER.get(one.key, len(_ORDER)), one.key)):
        if one.live or one.after:
            found.setdefault(one.currency, []).append(one)
    return tuple(_chart(currency, own) for currency, own in found.items())


def _chart(currency: str, totals: Sequence[Total]) -> Chart:
    longest = max(max(abs(one.live), abs(one.after)) for one in totals)
    return Chart(
        currency,
        tuple(
            Bar(one.key, one.live, one.after, _length(one.live, longest), _length(one.after, longest))
            for one in totals
        ),
    )


def _length(amount: Decimal, longest: Decimal) -> int:
    """A length; what is not nothing is at least visible."""
    return max(int(abs(amount) * WIDTH / longest), 2) if amount else 0
