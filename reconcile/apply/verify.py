"""Reads back what a run touched and compares it with the forecast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.fields import RecordKind
from reconcile.domain.money import Money, totals
from reconcile.domain.policy import Names
from reconcile.plan.model import Action, Operation, Plan, Texts
from reconcile.plan.observe import ABSENT, DECLINED, Records, differences, line_state, observe
from reconcile.plan.outcome import Difference, OperationOutcome, RunTotal, Verification, record_of


def verify(plan: Plan, outcomes: Mapping[str, OperationOutcome], now: Records, names: Names) -> Verification:
    """Compares live with what the run must have left: every field written, and the money per currency."""
    done = [one for one in plan.operations if one.id in outcomes and outcomes[one.id].outcome.done]
    wanted = _wanted(done, outcomes)
    found = [one for key, left in wanted.items() for one in _field_differences(key, left, now, names)]
    found += _payout_differences(plan, done, now)
    return Verification(tuple(found), _totals(done, outcomes, now, names))


@dataclass(frozen=True, slots=True)
class _Left:
    """What the operations on one record leave behind, the last one having the last word."""

    operation: Operation
    expected: Texts


def _wanted(done: Iterable[Operation], outcomes: Mapping[str, OperationOutcome]) -> dict[str, _Left]:
    wanted: dict[str, _Left] = {}
    for one in done:
        key = record_of(one, outcomes)
        earlier = wanted[key].expected if key in wanted else {}
        wanted[key] = _Left(one, {**earlier, **one.expected})
    return wanted


def _field_differences(key: str, left: _Left, now: Records, names: Names) -> Iterator[Difference]:
    kind = RecordKind.PAYOUT if left.operation.action is Action.UPDATE_PAYOUT else RecordKind.LINE
    seen = observe(now, kind, key, names)
    declined = left.operation.action is Action.DECLINE_LINE
    # A server may stop showing a declined line, and a declined line has no other values to compare.
    if declined and seen["state"] in (DECLINED, ABSENT):
        return
    for name, (want, there) in differences(left.expected, seen).items():
        yield Difference(left.operation.id, key, name, want or "", there or "")


def _payout_differences(plan: Plan, done: list[Operation], now: Records) -> Iterator[Difference]:
    """Payout amounts follow their lines, and a payout whose last line was declined is declined."""
    finished = {one.id for one in done}
    for effect in plan.effects:
        payout = now.payouts.get(effect.target.id)
        own = [one for one in plan.operations if one.target.payout_id == effect.target.id]
        if payout is None or not own or not all(one.id in finished for one in own):
            continue
        if effect.amount_after is not None and payout.amount.amount != effect.amount_after:
            wanted = Money(effect.amount_after, effect.currency)
            yield Difference(own[-1].id, payout.id, "amount", str(wanted), str(payout.amount))
        if effect.auto_declined and payout.stage != effect.stage_after:
            yield Difference(own[-1].id, payout.id, "stage", effect.stage_after, payout.stage)


def _totals(
    done: list[Operation], outcomes: Mapping[str, OperationOutcome], now: Records, names: Names
) -> tuple[RunTotal, ...]:
    amounts = {record_of(one, outcomes): one.after for one in done if one.before or one.after}
    lines = [now.lines[key] for key in amounts if key in now.lines]
    before = totals(_first_amounts(done))
    wanted = totals(money for money in amounts.values() if money)
    seen = totals(line.amount for line in lines if line_state(line, names) != DECLINED)
    zero = Decimal(0)
    return tuple(
        RunTotal(key, before.get(key, zero), wanted.get(key, zero), seen.get(key, zero))
        for key in sorted(before.keys() | wanted.keys() | seen.keys())
    )


def _first_amounts(done: Iterable[Operation]) -> Iterator[Money]:
    seen: set[str] = set()
    for one in done:
        if one.before and one.target.id not in seen:
            yield one.before
        seen.add(one.target.id)
