"""Reads back what a run touched and compares it with the forecast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.money import Money, decimals, exponent, parse_decimal, totals
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import Payout
from reconcile.plan.model import Action, Effect, Operation, Plan, Texts
from reconcile.plan.outcome import (
    Difference,
    OperationOutcome,
    Outcome,
    RunTotal,
    StageTotal,
    Verification,
    record_of,
)
from reconcile.plan.visible_state import ABSENT, DECLINED, THERE, Records, differences, line_state, observe

_KINDS: Final = {
    Action.UPDATE_PAYOUT: RecordKind.PAYOUT,
    Action.CREATE_PAYOUT: RecordKind.NEW_PAYOUT,
}
_NOTHING: Final[Mapping[str, Decimal]] = MappingProxyType({})


def verify(
    plan: Plan,
    outcomes: Mapping[str, OperationOutcome],
    now: Records,
    names: Names,
    began: Mapping[str, Decimal] = _NOTHING,
) -> Verification:
    """Compares live with what the run must have left: every field written, the money per currency and stage.

    began: the payouts' amounts when the run began. What moved between the plan and the run is not ours, so
    the forecast counts from there.
    """
    done = [one for one in plan.operations if one.id in outcomes and outcomes[one.id].outcome.done]
    wanted = _wanted(done, outcomes)
    found = [one for key, left in wanted.items() for one in _field_differences(key, left, now, names)]
    settled = list(_settled(plan, outcomes, now, began))
    found += [one for payout in settled for one in payout.differences()]
    return Verification(tuple(found), _totals(done, outcomes, now, names), _stages(settled))


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
    kind = _KINDS.get(left.operation.action, RecordKind.LINE)
    seen = observe(now, kind, key, names)
    declined = left.operation.action is Action.DECLINE_LINE
    # A server may stop showing a declined line, and a declined line has no other values to compare.
    if declined and seen["state"] in (DECLINED, ABSENT):
        return
    if seen["state"] == ABSENT:
        yield Difference(left.operation.id, key, "state", left.expected.get("state") or THERE, ABSENT)
        return
    for name, (want, there) in differences(left.expected, seen).items():
        # A line's state is what we make of its status, so the status is named, too.
        status = f", status {seen['status']}" if name == "state" and "status" in seen else ""
        yield Difference(left.operation.id, key, name, want or "", f"{there or ''}{status}")


@dataclass(frozen=True, slots=True)
class _Settled:
    """A payout all of whose operations are done: as forecast, and as it is.

    bent: by how much the server made its lines another amount than was sent; each of these is a difference.
    """

    effect: Effect
    payout: Payout
    operation_id: str
    before: Decimal
    wanted: Decimal
    bent: Decimal

    def differences(self) -> Iterator[Difference]:
        """Payout amounts follow their lines, and a payout whose last line was declined is declined."""
        there = self.payout.amount
        if there.amount not in (self.wanted, self.wanted + self.bent):
            wanted = str(Money(self.wanted, there.currency))
            yield Difference(self.operation_id, self.payout.id, "total", wanted, str(there))
        if self.effect.auto_declined and self.payout.stage != self.effect.stage_after:
            yield Difference(
                self.operation_id, self.payout.id, "stage", self.effect.stage_after, self.payout.stage
            )


def _settled(
    plan: Plan, outcomes: Mapping[str, OperationOutcome], now: Records, began: Mapping[str, Decimal]
) -> Iterator[_Settled]:
    own: dict[str | None, list[Operation]] = {}
    for one in plan.operations:
        own.setdefault(one.target.payout_id, []).append(one)
    for effect in plan.effects:
        payout, mine = now.payouts.get(effect.target.id), own.get(effect.target.id, [])
        if payout is None or not mine or not all(_is_done(one, outcomes) for one in mine):
            continue
        before = began.get(payout.id, effect.amount_before)
        wanted = payout.amount.amount
        if effect.amount_after is not None:
            wanted = before + effect.amount_after - effect.amount_before - _done_before(mine, outcomes)
            wanted = _as_rounded(wanted, payout.amount, mine)
        if (moved := _moved_to(outcomes[mine[-1].id])) is not None:
            wanted = moved  # an outcome of its own says so, with both values
        bent = _bent(mine, outcomes, now)
        yield _Settled(effect, payout, mine[-1].id, before, wanted, bent)


def _as_rounded(wanted: Decimal, there: Money, operations: Iterable[Operation]) -> Decimal:
    """The amount wanted, as a server may round it where lines have more decimals than their currency."""
    places = exponent(there.currency) or 0
    amounts = [money for one in operations for money in (one.before, one.after) if money]
    finer = sum(decimals(money.amount) > places for money in amounts)
    is_rounding = abs(there.amount - wanted) <= finer * Decimal(1).scaleb(-places)
    return there.amount if finer and is_rounding else wanted


def _bent(operations: Iterable[Operation], outcomes: Mapping[str, OperationOutcome], now: Records) -> Decimal:
    """By how much the lines have another amount than was sent, where no conversion comes between."""
    sent = {record_of(one, outcomes): one.after for one in operations if one.after}
    pairs = [(now.lines[key].amount, money) for key, money in sent.items() if key in now.lines]
    moved = (there.amount - money.amount for there, money in pairs if there.currency == money.currency)
    return sum(moved, Decimal(0))


def _moved_to(outcome: OperationOutcome) -> Decimal | None:
    """The amount to which somebody moved a payout just before its stage was set."""
    live = next((one.live for one in outcome.moved if one.name == "amount"), None)
    return parse_decimal(live or "")


def _is_done(operation: Operation, outcomes: Mapping[str, OperationOutcome]) -> bool:
    return operation.id in outcomes and outcomes[operation.id].outcome.done


def _done_before(operations: Iterable[Operation], outcomes: Mapping[str, OperationOutcome]) -> Decimal:
    """What live showed already when the run began is in the payout's amount of then."""
    done = [one for one in operations if outcomes[one.id].outcome is Outcome.ALREADY_APPLIED]
    detached = (one.before for one in done if one.action is Action.DETACH_LINE)
    moved = [(one.after, one.before) for one in done if one.action is not Action.DETACH_LINE]
    zero = Decimal(0)
    return sum(
        ((after.amount if after else zero) - (before.amount if before else zero) for after, before in moved),
        zero,
    ) - sum((line.amount for line in detached if line), zero)


def _stages(settled: Iterable[_Settled]) -> tuple[StageTotal, ...]:
    """The payouts' amounts by stage and currency; a converted amount is taken as it is."""
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for one in settled:
        currency, effect = one.payout.amount.currency, one.effect
        # A stage that the plan leaves alone may have moved on by itself.
        is_ours = effect.stage_before != effect.stage_after
        columns = (
            (effect.stage_before if is_ours else one.payout.stage, one.before),
            (effect.stage_after if is_ours else one.payout.stage, one.wanted),
            (one.payout.stage, one.payout.amount.amount),
        )
        for place, (stage, amount) in enumerate(columns):
            sums.setdefault((stage, currency), [Decimal(0)] * 3)[place] += amount
    return tuple(StageTotal(stage, currency, *sums[stage, currency]) for stage, currency in sorted(sums))


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
