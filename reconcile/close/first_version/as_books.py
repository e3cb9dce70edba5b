"""The closing of the first version as a ledger, so that a close of the second one can follow it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from reconcile.close.first_version.standing import Payments, Standing, earned_on, standing
from reconcile.close.ledger.evidence_of_payment import StagePaid
from reconcile.close.ledger.movements import Books
from reconcile.close.ledger.open_items import OpenPart, Part
from reconcile.close.ledger.positions import Position
from reconcile.close.ledger.stages import PAID
from reconcile.domain.money import Money, totals
from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot


def books_of_stages(snapshot: Snapshot, period: Period, names: Names, payments: Payments) -> Books:
    """Every line that was owed or paid is earned, and a paid one is paid by its stage."""
    states = _standings(snapshot, period, names, payments)
    positions = [_earned(line) for line, state in states if state in (Standing.OWED, Standing.PAID)]
    for payout_id, told in stages_of(snapshot, period, names, payments).items():
        positions += [_paid(payout_id, told, money) for money in told.amounts]
    is_open = [_open(line) for line, state in states if state is Standing.OWED]
    due = {line.id: day for line in snapshot.lines.values() if (day := earned_on(line))}
    return Books({one.key: one for one in positions}, tuple(is_open), snapshot.lines, due)


def stages_of(
    snapshot: Snapshot, period: Period, names: Names, payments: Payments
) -> Mapping[str, StagePaid]:
    """The payouts that the first version took for paid, with the sums of their lines."""
    paid: dict[str, list[Money]] = defaultdict(list)
    for line, state in _standings(snapshot, period, names, payments):
        if state is Standing.PAID and line.payout_id:
            paid[line.payout_id].append(line.amount)
    return {
        payout_id: StagePaid(
            period.end,
            snapshot.payouts[payout_id].partner_id,
            tuple(Money(amount, currency) for currency, amount in totals(amounts).items()),
        )
        for payout_id, amounts in paid.items()
        if snapshot.payouts[payout_id].stage == PAID
    }


def _standings(
    snapshot: Snapshot, period: Period, names: Names, payments: Payments
) -> list[tuple[CommissionLine, Standing]]:
    return [
        (line, standing(line, snapshot.payouts.get(line.payout_id or ""), period, names, payments))
        for line in sorted(snapshot.lines.values(), key=lambda one: one.id)
    ]


def _earned(line: CommissionLine) -> Position:
    day = earned_on(line)
    assert day
    return Position(
        "earned",
        line.payout_id or "",
        line.id,
        line.partner_id,
        line.plan_name or "",
        line.amount.currency,
        line.amount.amount,
        day,
        line.id,
    )


def _paid(payout_id: str, told: StagePaid, money: Money) -> Position:
    return Position(
        "stage", payout_id, "", told.partner_id, "", money.currency, money.amount, told.day, "stage"
    )


def _open(line: CommissionLine) -> OpenPart:
    amount: Decimal = line.amount.amount
    return OpenPart(
        Part.ACCRUED,
        line.payout_id or "",
        line.id,
        line.partner_id,
        line.plan_name or "",
        line.amount.currency,
        amount,
        earned_on(line),
    )
