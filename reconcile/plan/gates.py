"""The gates: limits that an honest month does not trip and a slip of the hand does.

Each rule looks at the operations and answers with the gate it trips, or with nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain

from reconcile.domain.fields import FIELD_LABELS, RecordKind, line_values, payout_values
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.names_and_limits import Limits, Names
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.forecast import Forecast
from reconcile.plan.model import Action, Change, Gate, Operation


@dataclass(frozen=True)
class GateInput:
    """What the gates look at. changes: only those that became operations."""

    baseline: Snapshot
    live: Snapshot
    after: Forecast
    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]
    limits: Limits
    names: Names

    @cached_property
    def moved(self) -> dict[str, Money]:
        """The absolute amount by which each line's money moves."""
        return _moved(self)

    @cached_property
    def held(self) -> dict[tuple[str, str], Decimal]:
        """The absolute amounts of the live lines per partner and currency."""
        return _held(self)


def gates(judged: GateInput) -> tuple[Gate, ...]:
    """Every gate that the plan trips."""
    return tuple(gate for rule in _RULES for gate in rule(judged))


def _changes(judged: GateInput) -> Iterator[Gate]:
    count, limit = len(judged.operations), judged.limits.max_changes
    if count > limit:
        yield _gate("changes", f"{count} operations are more than {limit}", count, limit, "max_changes")


def _changed_share(judged: GateInput) -> Iterator[Gate]:
    records = {(one.target.kind, one.target.id) for one in judged.operations}
    records = {key for key in records if key[0] is not RecordKind.NEW_LINE}
    total = len(judged.baseline.payouts) + len(judged.baseline.lines)
    yield from _share(
        judged, "changed-share", len(records), total, "max_changed_share", "records are changed"
    )


def _declines(judged: GateInput) -> Iterator[Gate]:
    count = sum(one.action is Action.DECLINE_LINE for one in judged.operations)
    total = len(judged.baseline.lines)
    yield from _share(judged, "declines", count, total, "max_decline_share", "lines are declined")


def _cleared(judged: GateInput) -> Iterator[Gate]:
    cleared = Counter(change.field for change in judged.changes if change.cleared)
    count, limit = cleared.total(), judged.limits.max_cleared
    if count > limit:
        yield _gate("cleared", f"{count} values are cleared, more than {limit}", count, limit, "max_cleared")
        return
    there = _filled(judged.baseline) if cleared else Counter()
    for name, some in sorted(cleared.items()):
        share = judged.limits.max_cleared_share
        if some >= judged.limits.cleared_from and there[name] and Decimal(some) > share * there[name]:
            words = f"{some} of {there[name]} values of {FIELD_LABELS[name]} are cleared"
            value = f"{Decimal(some) / there[name]:.0%}"
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


def _jumps(judged: GateInput) -> Iterator[Gate]:
    factor, limit = judged.limits.jump_factor, judged.limits.max_jumps
    before, after = judged.live.lines, judged.after.lines
    jumped = [
        key
        for key, line in after.items()
        if (was := before.get(key))
        and (was is not line or factor <= 1)
        and was.amount.currency == line.amount.currency
        and was.amount.amount
        and abs(line.amount.amount) >= factor * abs(was.amount.amount)
    ]
    if len(jumped) > limit:
        first = min(jumped)
        example = f"{first}: {before[first].amount} to {after[first].amount}"
        message = f"{len(jumped)} amounts grow {factor} times or more ({example}), and {limit} may"
        yield _gate("jumps", message, len(jumped), limit, "max_jumps")


def _visible(judged: GateInput) -> Iterator[Gate]:
    moves = [change for change in judged.changes if change.visible]
    if judged.baseline.scope.stages and all(_is_next_step(one) for one in moves):
        # Picked by their stage, payouts may well all go on from it together.
        return
    count = len(moves)
    total, start = len(judged.baseline.payouts), judged.limits.visible_from
    words = "payouts are moved to a stage that partners see"
    yield from _share(judged, "visible-stages", count, total, "max_visible_share", words, start)


def _is_next_step(change: Change) -> bool:
    """Whether a payout goes on from its approval towards its payment, or from there to paid."""
    before, after = stage_of(change.before or ""), stage_of(change.after or "")
    return before.released and not before.final and after.released and (before.paying or not after.final)


def _share(
    judged: GateInput, name: str, count: int, total: int, setting: str, words: str, start: int | None = None
) -> Iterator[Gate]:
    limit: Decimal = getattr(judged.limits, setting)
    start = judged.limits.share_from if start is None else start
    if count >= start and Decimal(count) > limit * total:
        share = Decimal(count) / total if total else Decimal(1)
        message = f"{count} of {total} {words} ({share:.0%}), more than {limit:.0%}"
        yield _gate(name, message, f"{share:.0%}", f"{limit:.0%}", setting)


def _money(judged: GateInput) -> Iterator[Gate]:
    moved, limit = judged.moved, judged.limits.max_money_share
    if len(moved) < judged.limits.share_from:
        return
    there = totals(Money(amount, code) for (_, code), amount in judged.held.items())
    for currency, amount in totals(moved.values()).items():
        base = there.get(currency, Decimal(0))
        if amount > limit * base:
            message = (
                f"amounts move by {Money(amount, currency)} of {Money(base, currency)}, more than {limit:.0%}"
            )
            yield _gate("money", message, str(Money(amount, currency)), f"{limit:.0%}", "max_money_share")


def _partner_money(judged: GateInput) -> Iterator[Gate]:
    moved, there = _by_partner(judged, judged.moved), judged.held
    limit, start = judged.limits.max_partner_money_share, judged.limits.partner_money_from
    bases = {key: there.get(key, Decimal(0)) for key in moved}
    tripped = [key for key, amount in moved.items() if amount >= start and amount > limit * bases[key]]
    if tripped:
        partner, currency = first = max(sorted(tripped), key=lambda key: moved[key] - limit * bases[key])
        name, money = judged.live.partner_name(partner), Money(moved[first], currency)
        others = len({partner for partner, _ in tripped}) - 1
        more = (
            f" and of {others} more partners" if others > 1 else " and of another partner" if others else ""
        )
        base = Money(bases[first], currency)
        message = f"amounts of {name} move by {money} of {base}{more and ','}{more}, more than {limit:.0%}"
        yield _gate("partner-money", message, str(money), f"{limit:.0%}", "max_partner_money_share")


def _moved(judged: GateInput) -> dict[str, Money]:
    # A decline or a detach is not an amount change.
    before, moved = judged.live.lines, {}
    for key, line in judged.after.lines.items():
        there = before.get(key)
        if there is line:
            continue
        was = there.amount if there else Money(Decimal(0), line.amount.currency)
        if was.currency != line.amount.currency:
            moved[key] = Money(abs(line.amount.amount), line.amount.currency)
        elif was != line.amount:
            moved[key] = Money(abs(line.amount.amount - was.amount), was.currency)
    return moved


def _held(judged: GateInput) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    voided = judged.names.voided_statuses
    for line in judged.live.lines.values():
        if line.status not in voided:
            name = (line.partner_id, line.amount.currency)
            sums[name] = sums.get(name, Decimal(0)) + abs(line.amount.amount)
    return sums


def _by_partner(judged: GateInput, amounts: dict[str, Money]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for key, money in amounts.items():
        line = judged.after.lines.get(key) or judged.live.lines[key]
        name = (line.partner_id, money.currency)
        sums[name] = sums.get(name, Decimal(0)) + money.amount
    return sums


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
