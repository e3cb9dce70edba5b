"""What Introw does by itself when the plan is applied: totals, stages, and rates on statements."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reconcile.domain.money import parse_decimal, shown_amount
from reconcile.plan import model as plans
from reconcile.report.model import SideEffect

_HUNDREDTH = Decimal("0.01")


def effects_of(plan: plans.Plan) -> tuple[SideEffect, ...]:
    """The predicted side effects, payouts first."""
    effects = [one for effect in plan.effects for one in _payout_effects(effect)]
    return (*effects, *(one for operation in plan.operations for one in _rate_effects(operation)))


def _payout_effects(effect: plans.Effect) -> Iterator[SideEffect]:
    target, currency = effect.target, effect.currency
    before = f"{shown_amount(effect.amount_before, currency)} {currency}"
    if effect.auto_declined:
        note = "Its last line is declined, so Introw declines the payout."
        yield SideEffect(target, "stage", effect.stage_before, effect.stage_after, note)
    if effect.amount_after is None:
        note = "It depends on the server's exchange rate, so it is not forecast."
        yield SideEffect(target, "payout total", before, "", note)
    elif effect.amount_after != effect.amount_before:
        after = f"{shown_amount(effect.amount_after, currency)} {currency}"
        yield SideEffect(target, "payout total", before, after, "The payout follows its lines.")


def _rate_effects(operation: plans.Operation) -> Iterator[SideEffect]:
    """A statement shows amount divided by source amount as the rate (introw-api.md 2.9)."""
    if operation.action is not plans.Action.UPDATE_LINE:
        return
    was = operation.relies_on
    before, after = _rate(was), _rate({**was, **operation.expected})
    if before != after:
        note = "The statement shows amount / source amount as the rate."
        yield SideEffect(operation.target, "statement rate", before or "none", after or "none", note)


def _rate(values: plans.Texts) -> str:
    """The rate in percent, to two decimals; nothing where there is no source amount."""
    amount = parse_decimal(values.get("amount") or "")
    source = parse_decimal(values.get("source_amount") or "")
    if amount is None or not source:
        return ""
    return f"{(100 * amount / source).quantize(_HUNDREDTH):,}%"
