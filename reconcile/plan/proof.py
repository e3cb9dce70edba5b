"""A plan that was read from a file proves itself: what it shows, sends and stops at follows from one source.

A plan holds what people decided, and what that relies on. Its requests, texts, gates and sums are made from
this once more and compared, so that none of them can be changed by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final

from reconcile.domain.fields import BATCH, RecordKind
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import ConfigurationError
from reconcile.plan.forecast import money_moves, opened
from reconcile.plan.gates import GateInput, gates
from reconcile.plan.model import Action, Change, Effect, Operation, Plan
from reconcile.plan.operations import again
from reconcile.plan.order import PLACES, linked
from reconcile.plan.reliance import relied_amount, relied_lines
from reconcile.plan.undo import is_undo
from reconcile.plan.wanted.requested import RecordKey, key_of

_ZERO: Final = Decimal(0)
_MOST: Final = 10**9
"""Calls, credits or seconds of a run at most."""
_YEARS: Final = range(2000, 3000)


def prove(plan: Plan, policy: Policy, name: str) -> None:
    """Raises ConfigurationError, in one sentence, for a plan that does not follow from its own decisions.

    name: the file, for the message. A plan that was made with other settings of [names] or [limits] does not
    follow from them here, either.
    """
    problem = next(_problems(plan, policy), "")
    if problem:
        raise ConfigurationError(
            f"{name} {problem}: it was changed after it was made, or it was made with other settings of "
            "[names] or [limits]; make it again with diff --save."
        )


def _problems(plan: Plan, policy: Policy) -> Iterator[str]:
    counts = (plan.cost.writes, plan.cost.reads, plan.cost.seconds, plan.cost.credits_left or 0)
    if not all(0 <= one <= _MOST for one in counts) or plan.made_at.year not in _YEARS:
        yield "names a time or a number of calls that no plan has"
    held = {key_of(one.target) for one in plan.held}
    changes = tuple(one for one in plan.changes if key_of(one.target) not in held)
    yield from _requests(plan.operations, changes, policy)
    yield from _order(plan.operations, backwards=is_undo(plan))
    expected = gates(GateInput(plan.scale, plan.operations, changes, policy.limits))
    if plan.gates != expected:
        yield "names other limits than its operations exceed"
    if plan.cost.writes != len(plan.operations):
        yield "names another number of calls than its operations take"
    yield from _sums(plan)


def _requests(operations: Iterable[Operation], changes: Iterable[Change], policy: Policy) -> Iterator[str]:
    by_record: dict[RecordKey, list[Change]] = {}
    for change in changes:
        by_record.setdefault(key_of(change.target), []).append(change)
    stored, made = tuple(operations), []
    for one in stored:
        derived = again(one, by_record.get(key_of(one.target), []), policy.names)
        if derived is None:
            yield f"sends {one.id} on {one.target.id} and does not show what it changes"
            return
        made.append(derived)
    for one, derived in zip(stored, linked(made), strict=True):
        if one != derived:
            yield f"sends something else in {one.id} on {one.target.id} than it shows"
    sent = {key_of(one.target) for one in stored}
    for one in stored:
        attached = [(RecordKind.LINE, line) for line in _attached(one)]
        if not all(_is_batched(by_record.get(key, [])) for key in attached):
            yield f"puts lines onto the payout of {one.id} and does not show all of them"
        sent.update(attached)
    for record_id in sorted(key[1] for key in by_record.keys() - sent):
        yield f"shows a change of {record_id} that it does not send"


def _attached(operation: Operation) -> Iterable[str]:
    """The lines of the pool that go onto a new payout."""
    return relied_lines(operation.relies_on) if operation.action is Action.CREATE_PAYOUT else ()


def _is_batched(changes: Iterable[Change]) -> bool:
    return any(one.field == "action" and one.after == BATCH for one in changes)


def _order(operations: Iterable[Operation], *, backwards: bool) -> Iterator[str]:
    """Within a payout the actions come in their order, and a payout comes once. backwards: for an undo."""
    groups = [(key, list(group)) for key, group in groupby(operations, key=lambda one: one.target.payout_id)]
    places = [[PLACES[one.action] for one in group] for _, group in groups]
    is_mixed = any(group != sorted(group, reverse=backwards) for group in places)
    if is_mixed or len({key for key, _ in groups}) != len(groups):
        yield "has its operations in another order than they must run"


def _sums(plan: Plan) -> Iterator[str]:
    moves = totals(money_moves(plan.operations))
    for tie in plan.tie_out:
        if tie.edits != moves.get(tie.currency, _ZERO) or tie.residual:
            yield f"shows another change of the {tie.currency} lines than it sends"
    shifts = totals(Money(one.after - one.live, one.currency) for one in plan.partners)
    if any(shift != moves.get(code, _ZERO) for code, shift in shifts.items()):
        yield "shows other sums by partner than its operations come to"
    on_payouts: dict[str, list[Operation]] = {}
    for one in plan.operations:
        if one.action is Action.CREATE_PAYOUT:
            on_payouts[one.target.id] = [one]
        elif one.target.payout_id:
            on_payouts.setdefault(one.target.payout_id, []).append(one)
    for effect in plan.effects:
        if not _follows(effect, on_payouts.get(effect.target.id, [])):
            yield f"shows another effect on payout {effect.target.id} than it has"
    stages = totals(Money(one.after - one.live, one.currency) for one in plan.stages)
    effects = totals(
        Money(one.amount_after - one.amount_before, one.currency)
        for one in plan.effects
        if one.amount_after is not None
    )
    if any(shift != effects.get(code, _ZERO) for code, shift in stages.items()):
        yield "shows other sums by stage than its operations come to"


def _follows(effect: Effect, operations: list[Operation]) -> bool:
    """Whether an effect is that of the operations on its payout."""
    if operations and operations[0].action is Action.CREATE_PAYOUT:
        return effect == opened(operations[0], effect.currency)
    own = [one for one in operations if one.action is Action.UPDATE_PAYOUT]
    stage = own[0].expected.get("stage", effect.stage_before) if own else effect.stage_before
    before = relied_amount(own[0].relies_on) if own else None
    if before and (before.amount, before.currency) != (effect.amount_before, effect.currency):
        return False
    if own and own[0].relies_on.get("stage", effect.stage_before) != effect.stage_before:
        return False
    if effect.stage_after != ("DECLINED" if effect.auto_declined else stage):
        return False
    lines = [one for one in operations if one.action is not Action.UPDATE_PAYOUT]
    off = [one for one in lines if one.action is Action.DETACH_LINE]
    moves = totals(money_moves(lines))
    gone = totals(one.after for one in off if one.after)
    step = moves.get(effect.currency, _ZERO) - gone.get(effect.currency, _ZERO)
    return effect.amount_after is None or effect.amount_after - effect.amount_before == step
