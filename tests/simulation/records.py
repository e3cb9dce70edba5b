"""What the server of a simulation keeps and may be like: habits, records, effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Record = dict[str, Any]

BEGINS: Final = datetime(2026, 4, 6, 8, tzinfo=UTC)
"""When every story begins."""
COLLEAGUE: Final = "a colleague"
PARTNERS: Final = {"ptn_1": "Acme", "ptn_2": "Bolt"}
BATCH: Final = "pbt_1"
"""The batch of all payouts that are there from the beginning; its period is PERIOD."""
PERIOD: Final = "2026-03"
PERIODS: Final = {
    PERIOD: ("2026-03-01", "2026-03-31"),
    "2026-04": ("2026-04-01", "2026-04-30"),
    "2026-Q1": ("2026-01-01", "2026-03-31"),
}
"""The days of the periods that people type, worked out by hand."""


@dataclass(frozen=True)
class Habits:
    """What is not documented, and may be so on a real server (introw-api.md 8).

    lag: seconds until a change shows everywhere; each record and replica has its own share of it. keys:
    `kept`, `ignored`, or kept for `key_life` seconds. hides_id: a new record is answered without it.
    attaches: the pending lines that a new payout takes: those that are `due`, `all`, or `nothing`.
    fills_existing: they go onto the payout that was there already, too. knows_author: comments are taken.
    knows_partner_filter: payouts can be listed by partner. rate: the calls a minute that the offices keep to.
    holds_amounts: a payout's amount stays what it was, whatever becomes of its lines.
    """

    lag: float = 0
    replicas: int = 1
    keys: str = "kept"
    key_life: float = 0
    rounds: bool = False
    fills_source: bool = False
    trims: bool = False
    hides_id: bool = False
    hides_voided: bool = False
    keeps_place: bool = False
    attaches: str = "due"
    fills_existing: bool = False
    knows_author: bool = True
    knows_partner_filter: bool = True
    page: int = 50
    rate: int = 120
    holds_amounts: bool = False
    salt: int = 0


@dataclass(frozen=True)
class Effect:
    """One thing that really happened. fields: what was there before and after. tag: the call that did it."""

    at: float
    by: str
    kind: str
    record: str
    fields: dict[str, tuple[Any, Any]]
    tag: int = 0
    body: Record = field(default_factory=dict)


class Refusal(Exception):
    """The server does not do it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def stamp(seconds: float) -> str:
    """A moment of the simulation as the API writes it."""
    moment = BEGINS + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def payout(payout_id: str, partner: str, stage: str) -> Record:
    """A payout without lines."""
    return {
        "kind": "payout",
        "id": payout_id,
        "partner": {"id": partner, "name": PARTNERS[partner]},
        "batchId": BATCH,
        "periodStart": "2026-03-01T00:00:00.000Z",
        "periodEnd": "2026-03-31T23:59:59.000Z",
        "amount": {"value": "0.00", "currency": "USD"},
        "stage": stage,
        "poNumber": None,
        "metadata": None,
        "createdAt": stamp(-1800),
    }


def line(line_id: str, partner: str, payout_id: str | None, amount: str) -> Record:
    """A line that was there from the beginning."""
    return {
        "kind": "line",
        "id": line_id,
        "partnerId": partner,
        "payoutId": payout_id,
        "description": f"Deal {line_id}",
        "amount": amount,
        "sourceAmount": None,
        "currency": "USD",
        "status": "IN_PAYOUT" if payout_id else "PENDING",
        "planName": None,
        "periodEnd": "2026-03-31T23:59:59.000Z",
        "createdAt": stamp(-1800),
        "note": None,
    }
