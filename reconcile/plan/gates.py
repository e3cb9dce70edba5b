"""The gates: limits that an honest month does not trip and a slip of the hand does.

Each rule looks at the operations and answers with the gate it trips, or with nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Final

from reconcile.domain.fields import FIELD_LABELS, NEW_KINDS, line_values, payout_values
from reconcile.domain.money import Money, totals
from reconcile.domain.phrases import counted
from reconcile.domain.policy.names_and_limits import Limits, Names
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.model import Action, Change, Gate, Holding, Operation, Scale

NAMES: Final = (
    "changes",
    "changed-share",
    "declines",
    "cleared",
    "visible-stages",
    "money",
    "partner-money",
    "jumps",
)
"""The gates by name, in the order of `_RULES`."""
_AMOUNTS: Final = (Action.CREATE_LINE, Action.UPDATE_LINE)


@dataclass(frozen=True)
class GateInput:
    """What the gates look at, all of which a plan holds. changes: only those that became operations."""

    scale: Scale
    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]
    limits: Limits

    @cached_property
    def money(self) -> dict[str, Operation]:
        """The operation that moves each line's amount; none of a line that is declined in the end."""
        declined = {one.target.id for one in self.operations if one.action is Action.DECLINE_LINE}
        return {
            one.target.id: one
            for one in self.operations
            if one.action in _AMOUNTS and one.after and one.target.id not in declined
        }

    @cached_property
    def moved(self) -> dict[str, Money]:
        """The absolute amount by which each line's money moves. A decline or a detach is no amount change."""
        moved = {key: _moved(one) for key, one in self.money.items()}
        return {key: money for key, money in moved.items() if money}

    @cached_property
    def held(self) -> dict[tuple[str, str], Decimal]:
        """The absolute amounts of the live lines per partner and currency; of all under an empty partner."""
        return {(one.partner_id, one.currency): one.amount for one in self.scale.held}


def scale_of(
    baseline: Snapshot,
    live: Snapshot,
    operations: Iterable[Operation],
    changes: Iterable[Change],
    names: Names,
) -> Scale:
    """What the gates measure these operations against."""
    sums = _held(live, names)
    partners = {one.target.partner_id for one in operations if one.action in _AMOUNTS}
    every = totals(Money(amount, code) for (_, code), amount in sums.items())
    held = [
        *(Holding("", code, amount) for code, amount in sorted(every.items())),
        *(Holding(who, code, sum_) for (who, code), sum_ in sorted(sums.items()) if who in partners),
    ]
    return Scale(
        payouts=len(baseline.payouts),
        lines=len(baseline.lines),
        by_stage=bool(baseline.scope.stages),
        filled=dict(sorted(_filled(baseline).items())) if any(one.cleared for one in changes) else {},
        held=tuple(held),
    )


def gates(given: GateInput) -> tuple[Gate, ...]:
    """Every gate that the plan trips."""
    return tuple(gate for rule in _RULES for gate in rule(given))


def _changes(given: GateInput) -> Iterator[Gate]:
    count, limit = len(given.operations), given.limits.max_changes
    if count > limit:
        yield _gate(
            "changes",
            f"{counted(count, 'operation is', 'operations are')} more than {limit:,}",
            count,
            limit,
            "max_changes",
        )


def _changed_share(given: GateInput) -> Iterator[Gate]:
    records = {(one.target.kind, one.target.id) for one in given.operations}
    records = {key for key in records if key[0] not in NEW_KINDS}
    total = given.scale.payouts + given.scale.lines
    yield from _share(given, "changed-share", len(records), total, "max_changed_share", "records are changed")


def _declines(given: GateInput) -> Iterator[Gate]:
    count = sum(one.action is Action.DECLINE_LINE for one in given.operations)
    total = given.scale.lines
    yield from _share(given, "declines", count, total, "max_decline_share", "lines are declined")


def _cleared(given: GateInput) -> Iterator[Gate]:
    cleared = Counter(change.field for change in given.changes if change.cleared)
    count, limit = cleared.total(), given.limits.max_cleared
    if count > limit:
        message = f"{counted(count, 'value is', 'values are')} cleared, more than {limit:,}"
        yield _gate("cleared", message, count, limit, "max_cleared")
        return
    for name, some in sorted(cleared.items()):
        share, there = given.limits.max_cleared_share, given.scale.filled.get(name, 0)
        if some >= given.limits.cleared_from and there and Decimal(some) > share * there:
            words = f"{some} of {there} values of {FIELD_LABELS[name]} are cleared"
            value = f"{Decimal(some) / there:.0%}"
            message = f"{words} ({value}), more than {share:.0%}"
            yield _gate("cleared", message, value, f"{share:.0%}", "max_cleared_share")
            return


def _filled(baseline: Snapshot) -> Counter[str]:
    """How many values each field has in the workbook."""
    payouts = (payout_values(one) for one in baseline.payouts.values())
    lines = (line_values(one) for one in baseline.lines.values())
    return Counter(
        name for values in chain(payouts, lines) for name, value in values.items() if isinstance(value, str)
    )


def _jumps(given: GateInput) -> Iterator[Gate]:
    factor, limit = given.limits.jump_factor, given.limits.max_jumps
    jumped = {
        key: (one.before, one.after)
        for key, one in given.money.items()
        if one.before
        and one.after
        and one.before.currency == one.after.currency
        and one.before.amount
        and abs(one.after.amount) >= factor * abs(one.before.amount)
    }
    if len(jumped) > limit:
        first = min(jumped)
        before, after = jumped[first]
        example = f"{first}: {before} to {after}"
        grow = counted(len(jumped), "amount grows", "amounts grow")
        message = f"{grow} {factor} times or more ({example}), and {limit} may"
        yield _gate("jumps", message, len(jumped), limit, "max_jumps")


def _visible(given: GateInput) -> Iterator[Gate]:
    moves = [change for change in given.changes if change.visible]
    if given.scale.by_stage and all(_is_next_step(one) for one in moves):
        # Picked by their stage, payouts may well all go on from it together.
        return
    count = len(moves)
    total, start = given.scale.payouts, given.limits.visible_from
    words = "payouts are moved to a stage that partners see"
    yield from _share(given, "visible-stages", count, total, "max_visible_share", words, start)


def _is_next_step(change: Change) -> bool:
    """Whether a payout goes on from its approval towards its payment, or from there to paid."""
    before, after = stage_of(change.before or ""), stage_of(change.after or "")
    return before.released and not before.final and after.released and (before.paying or not after.final)


def _share(
    given: GateInput, name: str, count: int, total: int, setting: str, words: str, start: int | None = None
) -> Iterator[Gate]:
    limit: Decimal = getattr(given.limits, setting)
    start = given.limits.share_from if start is None else start
    if count >= start and Decimal(count) > limit * total:
        share = Decimal(count) / total if total else Decimal(1)
        message = f"{count} of {total} {words} ({share:.0%}), more than {limit:.0%}"
        yield _gate(name, message, f"{share:.0%}", f"{limit:.0%}", setting)


def _money(given: GateInput) -> Iterator[Gate]:
    moved, limit = given.moved, given.limits.max_money_share
    if len(moved) < given.limits.share_from:
        return
    for currency, amount in totals(moved.values()).items():
        base = given.held.get(("", currency), Decimal(0))
        if amount > limit * base:
            message = (
                f"amounts move by {Money(amount, currency)} of {Money(base, currency)}, more than {limit:.0%}"
            )
            yield _gate("money", message, str(Money(amount, currency)), f"{limit:.0%}", "max_money_share")


def _partner_money(given: GateInput) -> Iterator[Gate]:
    moved, there = _by_partner(given, given.moved), given.held
    limit, start = given.limits.max_partner_money_share, given.limits.partner_money_from
    bases = {key: there.get(key, Decimal(0)) for key in moved}
    tripped = [key for key, amount in moved.items() if amount >= start and amount > limit * bases[key]]
    if tripped:
        partner, currency = first = max(sorted(tripped), key=lambda key: moved[key] - limit * bases[key])
        name, money = _partner_name(given, partner), Money(moved[first], currency)
        others = len({partner for partner, _ in tripped}) - 1
        more = (
            f" and of {others} more partners" if others > 1 else " and of another partner" if others else ""
        )
        base = Money(bases[first], currency)
        message = f"amounts of {name} move by {money} of {base}{more and ','}{more}, more than {limit:.0%}"
        yield _gate("partner-money", message, str(money), f"{limit:.0%}", "max_partner_money_share")


def _moved(operation: Operation) -> Money | None:
    after, before = operation.after, operation.before
    if after is None or after == before:
        return None
    if before is None or before.currency != after.currency:
        return Money(abs(after.amount), after.currency)
    return Money(abs(after.amount - before.amount), after.currency)


def _held(live: Snapshot, names: Names) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for line in live.lines.values():
        if line.status not in names.voided_statuses:
            name = (line.partner_id, line.amount.currency)
            sums[name] = sums.get(name, Decimal(0)) + abs(line.amount.amount)
    return sums


def _by_partner(given: GateInput, amounts: dict[str, Money]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for key, money in amounts.items():
        name = (given.money[key].target.partner_id, money.currency)
        sums[name] = sums.get(name, Decimal(0)) + money.amount
    return sums


def _partner_name(given: GateInput, partner_id: str) -> str:
    targets = (one.target for one in given.money.values())
    return next((one.partner_name for one in targets if one.partner_id == partner_id), partner_id)


def _gate(name: str, message: str, value: object, limit: object, setting: str) -> Gate:
    full = f"{message} (limits.{setting}). Check the workbook; if it is meant, pass --allow {name}."
    return Gate(name, full, str(value), str(limit), setting)


_RULES: tuple[Callable[[GateInput], Iterator[Gate]], ...] = (
    _changes,
    _changed_share,
    _declines,
    _cleared,
    _visible,
    _money,
    _partner_money,
    _jumps,
)
