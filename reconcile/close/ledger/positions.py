"""The ledger of a close: what each line earned and what was paid on each payout, with day and source.

It is made of one snapshot and its evidence, so the balance at the end of a period is a plain sum over it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from operator import attrgetter
from typing import Final, Literal

from reconcile.close.ledger.evidence_of_payment import Allotment, AllotmentKind, DatedBill, StagePaid
from reconcile.domain.money import Money, exponent
from reconcile.domain.period import Days
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES

PositionKind = Literal["earned", "stage"] | AllotmentKind
Key = tuple[str, str, str, str]
"""The kind, the payout (empty for a line), the line or the payment, and the currency of a position."""

_DECLINED: Final = STAGES["DECLINED"].value


@dataclass(frozen=True)
class Facts:
    """What the ledger is made of: the records as read, the payments, the stages and the bills."""

    snapshot: Snapshot
    names: Names
    allotments: Mapping[str, tuple[Allotment, ...]] = field(default_factory=dict)
    stage_paid: Mapping[str, StagePaid] = field(default_factory=dict)
    bills: Sequence[DatedBill] = ()

    @property
    def days(self) -> Days:
        """Which day a moment belongs to."""
        return self.snapshot.days

    def due_on(self, line: CommissionLine) -> date | None:
        """The day on which a line is earned."""
        return due_on(line, self.snapshot.payouts.get(line.payout_id or ""), self.days)

    @cached_property
    def due(self) -> Mapping[str, date]:
        """The day on which each line is earned, of those that have one."""
        return {line.id: day for line in self.snapshot.lines.values() if (day := self.due_on(line))}

    @cached_property
    def earned(self) -> tuple[Position, ...]:
        """What is earned on any day, in the order of the ids: a ledger takes it up to its own day."""
        lines = sorted(self.snapshot.lines.values(), key=attrgetter("id"))
        return tuple(
            Position(
                "earned",
                line.payout_id or "",
                line.id,
                line.partner_id,
                line.plan_name or "",
                line.amount.currency,
                line.amount.amount,
                self.due[line.id],
                line.id,
                source=f"line {line.id}",
            )
            for line in lines
            if line.id in self.due and not self.is_declined(line)
        )

    def is_declined(self, line: CommissionLine) -> bool:
        """Whether a line, or the payout that it is on, is declined."""
        payout = self.snapshot.payouts.get(line.payout_id or "")
        on_declined = payout is not None and payout.stage == _DECLINED
        return line.status in self.names.voided_statuses or on_declined


@dataclass(frozen=True, slots=True)
class Position:
    """One dated entry of the ledger.

    amount: what the line earned, or what reduces the debt of the payout. reference: of a payment. source:
    the field, the file or the stage that says so.
    """

    kind: PositionKind
    payout_id: str
    line_id: str
    partner_id: str
    plan: str
    currency: str
    amount: Decimal
    day: date
    id: str
    reference: str = ""
    source: str = ""

    @property
    def key(self) -> Key:
        """What names the position in every close: a line whatever payout it is on, a payment of a payout."""
        if self.kind == "earned":
            return ("earned", "", self.line_id, self.currency)
        return (self.kind, self.payout_id, self.id, self.currency)


def due_on(line: CommissionLine, payout: Payout | None, days: Days) -> date | None:
    """The day on which a line is earned: its period end, else that of its payout, else its creation."""
    end = line.period_end or (payout.period_end if payout else None)
    if end:
        return days.of_bound(end)
    return days.of(line.created_at) if line.created_at else None


def positions(facts: Facts, day: date) -> tuple[Position, ...]:
    """Everything that was earned and paid up to a day, that day included."""
    earned = tuple(one for one in facts.earned if one.day <= day)
    by_payout: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in earned:
        by_payout[one.payout_id][one.currency] += one.amount
    paid: list[Position] = []
    for payout_id in sorted(facts.allotments.keys() | facts.stage_paid.keys()):
        if payout_id in facts.allotments:
            dated = [one for one in facts.allotments[payout_id] if one.day <= day]
            paid += _allotted(dated, facts.snapshot.payouts.get(payout_id), by_payout.get(payout_id, {}))
        elif facts.stage_paid[payout_id].day <= day:
            paid += _by_stage(payout_id, facts)
    return (*earned, *paid)


def _allotted(
    dated: Sequence[Allotment], payout: Payout | None, lines: Mapping[str, Decimal]
) -> Iterator[Position]:
    """The payments of a payout; where its lines have other currencies, the share of them that was paid."""
    before: dict[str, Decimal] = defaultdict(Decimal)
    paid = Decimal(0)
    for one in sorted(dated, key=lambda one: (one.day, one.id)):
        plain = _position(one, payout)
        whole = payout.amount if payout else None
        same = set(lines) <= {one.amount.currency}
        if same or not whole or not whole.amount or whole.currency != one.amount.currency:
            yield plain
        else:
            paid += one.amount.amount
            for currency, amount in sorted(lines.items()):
                share = _rounded(amount * paid / whole.amount, currency)
                yield replace(plain, currency=currency, amount=share - before[currency])
                before[currency] = share


def _position(one: Allotment, payout: Payout | None) -> Position:
    partner = payout.partner_id if payout else one.partner_id
    amount, currency = one.amount.amount, one.amount.currency
    return Position(
        one.kind, one.payout_id, "", partner, "", currency, amount, one.day, one.id, one.reference, one.source
    )


def _by_stage(payout_id: str, facts: Facts) -> Iterator[Position]:
    told, payout = facts.stage_paid[payout_id], facts.snapshot.payouts.get(payout_id)
    partner = payout.partner_id if payout else told.partner_id
    for money in told.amounts:
        yield Position(
            "stage",
            payout_id,
            "",
            partner,
            "",
            money.currency,
            money.amount,
            told.day,
            "stage",
            source="stage PAID, no payment known",
        )


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-(exponent(currency) or 0)), ROUND_HALF_EVEN)


def spread(amount: Money, weights: Sequence[Decimal]) -> tuple[Decimal, ...] | None:
    """The amount in the proportion of the weights, exactly; None where their sum has another sign."""
    whole = sum(weights, Decimal(0))
    if whole * amount.amount <= 0:
        return None
    if whole == amount.amount:
        return tuple(weights)
    parts: list[Decimal] = []
    so_far, done = Decimal(0), Decimal(0)
    for weight in weights:
        so_far += weight
        until = (
            amount.amount if so_far == whole else _rounded(amount.amount * so_far / whole, amount.currency)
        )
        parts.append(until - done)
        done = until
    parts[-1] += amount.amount - done
    return tuple(parts)
