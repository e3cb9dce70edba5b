"""Says what an export would hold: how many payouts, lines and calls, and how much money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES
from reconcile.jobs.scope import Filters, fetch_scope
from reconcile.jobs.session import Session


@dataclass(frozen=True, slots=True)
class StageMoney:
    """The payouts in a stage and a currency: how many, and their sum."""

    stage: str
    currency: str
    payouts: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """What is in scope now. calls: those that it took to read it, and that an export takes again."""

    scope: str
    payouts: int
    lines: int
    calls: int
    money: tuple[StageMoney, ...]


def preview(session: Session, filters: Filters) -> Preview:
    """Reads what is in scope, and counts it. Raises ConfigurationError for a filter, and ApiError."""
    with session.reading() as reader, session.caller.progress() as on_progress:
        found = fetch_scope(session, reader, filters.scope, on_progress)
        calls = reader.status.requests
    return Preview(str(found.scope), len(found.payouts), len(found.lines), calls, tuple(_money(found)))


def _money(snapshot: Snapshot) -> list[StageMoney]:
    """The sums by stage, in the order of the stages, and currency."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for payout in snapshot.payouts.values():
        sums[payout.stage, payout.amount.currency].append(payout.amount.amount)
    order: Mapping[str, int] = {stage: number for number, stage in enumerate(STAGES)}
    keys = sorted(sums, key=lambda key: (order.get(key[0], len(order)), *key))
    return [StageMoney(*key, len(sums[key]), sum(sums[key], Decimal())) for key in keys]
