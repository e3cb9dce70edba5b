"""What live will look like after the plan, and the proof that its totals agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal

from reconcile.domain.money import Money, recorded_amount, totals
from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Action, Effect, Operation, TieOut, Total
from reconcile.plan.record_rows import payout_target
from reconcile.plan.reliance import money_of, relied_lines

_ZERO = Decimal(0)

Lines = dict[str, CommissionLine]


@dataclass(frozen=True)
class Forecast:
    """The payouts and the lines that are not declined, as they should be after the run."""

    payouts: Mapping[str, Payout]
    lines: Mapping[str, CommissionLine]
    effects: tuple[Effect, ...]


def forecast(live: Snapshot, operations: Iterable[Operation], names: Names) -> Forecast:
    """Applies the operations to live, on paper."""
    before = paid_lines(live, names)
    lines = dict(before)
    payouts = dict(live.payouts)
    declined: set[str | None] = set()
    moved: set[str | None] = set()
    made: list[Effect] = []
    for operation in operations:
        _apply(operation, lines, payouts, live.taken_at)
        if operation.action is Action.CREATE_PAYOUT:
            made.append(opened(operation, _company_currency(live, operation)))
            if made[-1].currency:
                payouts[operation.target.id] = _opened_payout(operation, made[-1], live.taken_at)
        moved.add(operation.target.payout_id)
        if operation.action is Action.DECLINE_LINE:
            declined.add(operation.target.payout_id)
    was, now = _by_payout(before, moved), _by_payout(lines, moved)
    effects = []
    for payout_id in sorted(payout for payout in moved if payout and payout in live.payouts):
        payout, stage = live.payouts[payout_id], payouts[payout_id].stage
        emptied = payout_id in declined and payout_id not in now
        amount = _amount_after(payout.amount, was.get(payout_id, {}), now.get(payout_id, {}))
        effects.append(_effect(payout, stage, amount, auto_declined=emptied))
        payouts[payout_id] = _after(payouts[payout_id], effects[-1])
    return Forecast(payouts, lines, (*effects, *made))


def opened(operation: Operation, currency: str) -> Effect:
    """The payout that an operation makes, in the company's currency: the sum of the lines that go onto it."""
    money = [money_of(text) for text in relied_lines(operation.relies_on).values()]
    same = all(one is not None and one.currency == currency for one in money)
    total = sum((one.amount for one in money if one), _ZERO) if same else None
    stage = operation.expected["stage"] or ""
    return Effect(operation.target, currency, _ZERO, total, "", stage, auto_declined=False)


def _company_currency(live: Snapshot, operation: Operation) -> str:
    """The currency of payouts; that of the lines where no payout has another one, and "" where none is."""
    known = {one.amount.currency for one in live.every_payout.values()}
    texts = relied_lines(operation.relies_on).values()
    own = {money.currency for text in texts if (money := money_of(text))}
    if len(own) == 1 and (own <= known or not known):
        return own.pop()
    return min(known, default="")


def _opened_payout(operation: Operation, effect: Effect, now: datetime) -> Payout:
    target, period = operation.target, Period.parse(operation.expected["period"] or "")
    return Payout(
        id=target.id,
        partner_id=target.partner_id,
        partner_name=target.partner_name,
        batch_id=operation.expected.get("batch_id"),
        period_start=datetime.combine(period.start, time(0), UTC),
        period_end=datetime.combine(period.end, time(23, 59, 59), UTC),
        amount=Money(effect.amount_after or _ZERO, effect.currency),
        stage=effect.stage_after,
        po_number=None,
        statement_note=operation.expected["statement_note"],
        created_at=now,
        updated_at=now,
    )


def paid_lines(snapshot: Snapshot, names: Names) -> Mapping[str, CommissionLine]:
    """The lines that count: declined ones are never paid (introw-api.md 5.4). Most snapshots have none."""
    voided = names.voided_statuses
    if any(line.status in voided for line in snapshot.lines.values()):
        return {key: line for key, line in snapshot.lines.items() if line.status not in voided}
    return snapshot.lines


def _apply(operation: Operation, lines: Lines, payouts: dict[str, Payout], now: datetime) -> None:
    target, after = operation.target, operation.expected
    match operation.action:
        case Action.CREATE_LINE:
            lines[target.id] = _created(operation, now)
        case Action.UPDATE_LINE:
            lines[target.id] = _edited(lines[target.id], after)
        case Action.DETACH_LINE:
            lines[target.id] = replace(lines[target.id], payout_id=None)
        case Action.DECLINE_LINE:
            del lines[target.id]
        case Action.UPDATE_PAYOUT:
            payouts[target.id] = replace(payouts[target.id], **after)  # type: ignore[arg-type]
        case Action.CREATE_PAYOUT:
            for key in relied_lines(operation.relies_on):
                lines[key] = replace(lines[key], payout_id=target.id)


def _edited(line: CommissionLine, after: Mapping[str, str | None]) -> CommissionLine:
    if after.keys().isdisjoint(("amount", "currency")):
        return line
    amount = recorded_amount(after.get("amount") or line.amount.amount)
    return replace(line, amount=Money(amount, after.get("currency") or line.amount.currency))


def _created(operation: Operation, now: datetime) -> CommissionLine:
    after, target = operation.expected, operation.target
    return CommissionLine(
        id=target.id,
        partner_id=target.partner_id,
        payout_id=target.payout_id,
        description=after["description"],
        amount=operation.after or Money(Decimal(0), ""),
        source_amount=None,
        status="",
        plan_name=None,
        period_end=None,
        internal_note=None,
        created_at=now,
        updated_at=now,
    )


Sums = dict[str, Decimal]


def _by_payout(
    lines: Mapping[str, CommissionLine], payouts: Collection[str | None]
) -> dict[str | None, Sums]:
    """The sums per currency of each of these payouts that has lines."""
    found: dict[str | None, Sums] = {}
    for line in lines.values() if payouts else ():
        if line.payout_id in payouts:
            money, sums = line.amount, found.get(line.payout_id) or found.setdefault(line.payout_id, {})
            sums[money.currency] = sums.get(money.currency, _ZERO) + money.amount
    return found


def _amount_after(amount: Money, was: Sums, now: Sums) -> Decimal | None:
    """The payout's amount when its lines follow; None where a currency would have to be converted.

    How other currencies are converted is not documented (introw-api.md 5.3), so it is not guessed.
    """
    zero, own = _ZERO, amount.currency
    currencies = was.keys() | now.keys()
    if all(was.get(one, zero) == now.get(one, zero) for one in currencies):
        return amount.amount
    if currencies != {own}:
        return None
    return amount.amount + now.get(own, zero) - was.get(own, zero)


def _effect(payout: Payout, stage: str, amount: Decimal | None, *, auto_declined: bool) -> Effect:
    return Effect(
        target=payout_target(payout),
        currency=payout.amount.currency,
        amount_before=payout.amount.amount,
        amount_after=amount,
        stage_before=payout.stage,
        stage_after="DECLINED" if auto_declined else stage,
        auto_declined=auto_declined,
    )


def _after(payout: Payout, effect: Effect) -> Payout:
    amount = effect.amount_before if effect.amount_after is None else effect.amount_after
    return replace(payout, amount=Money(amount, effect.currency), stage=effect.stage_after)


def stage_totals(baseline: Snapshot, live: Snapshot, after: Forecast) -> tuple[Total, ...]:
    """The payouts' amounts per stage and currency."""
    sides = (baseline.payouts.values(), live.payouts.values(), after.payouts.values())
    return _totals(*(_keyed((one.stage, one.amount) for one in side) for side in sides))


Keyed = dict[tuple[str, str], Decimal]
"""Sums by a key and the currency."""


@dataclass(frozen=True)
class LineSums:
    """The lines' amounts at the export, live and after the plan, by partner and currency.

    They are summed once, for the totals and for the proof. Each side is summed on its own.
    """

    exported: Keyed
    live: Keyed
    after: Keyed


def line_sums(baseline: Snapshot, live: Snapshot, after: Forecast, names: Names) -> LineSums:
    """The sums over the lines that are not declined."""
    sides = (paid_lines(baseline, names), paid_lines(live, names), after.lines)
    return LineSums(*(_keyed((one.partner_id, one.amount) for one in side.values()) for side in sides))


def partner_totals(sums: LineSums, live: Snapshot) -> tuple[Total, ...]:
    """The lines' amounts per partner and currency. Partners of one name are one here."""

    def named(keyed: Keyed) -> Keyed:
        return _keyed((live.partner_name(who), Money(some, code)) for (who, code), some in keyed.items())

    return _totals(named(sums.exported), named(sums.live), named(sums.after))


def _keyed(amounts: Iterable[tuple[str, Money]]) -> Keyed:
    sums: Keyed = {}
    for key, money in amounts:
        name = (key, money.currency)
        sums[name] = sums.get(name, _ZERO) + money.amount
    return sums


def _totals(exported: Keyed, live: Keyed, after: Keyed) -> tuple[Total, ...]:
    return tuple(
        Total(*key, exported.get(key, _ZERO), live.get(key, _ZERO), after.get(key, _ZERO))
        for key in sorted(exported.keys() | live.keys() | after.keys())
    )


def tie_out(sums: LineSums, operations: Iterable[Operation]) -> tuple[TieOut, ...]:
    """The tie-out per currency: exported + drift + edits = planned, each side summed on its own."""
    exported, now, planned = (_by_currency(one) for one in (sums.exported, sums.live, sums.after))
    edits = totals(money_moves(operations))
    return tuple(
        TieOut(
            currency,
            exported.get(currency, _ZERO),
            now.get(currency, _ZERO) - exported.get(currency, _ZERO),
            edits.get(currency, _ZERO),
            planned.get(currency, _ZERO),
        )
        for currency in sorted(exported.keys() | now.keys() | planned.keys())
    )


def _by_currency(keyed: Keyed) -> dict[str, Decimal]:
    return totals(Money(amount, currency) for (_, currency), amount in keyed.items())


def money_moves(operations: Iterable[Operation]) -> Iterator[Money]:
    """The money each operation moves, from its own values: what the forecast must come to."""
    for operation in operations:
        if operation.before:
            yield -operation.before
        if operation.after:
            yield operation.after
