"""The changes of a plan by payout: edits, what live moved beside them, what Introw does in consequence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reconcile.domain.fields import BATCH, PLACE_FIELDS, RecordKind
from reconcile.domain.money import Money, plain, totals
from reconcile.domain.phrases import counted
from reconcile.plan import model as plans
from reconcile.plan.operations import cannot_be_set_back
from reconcile.plan.reliance import LINE, money_of, relied_lines
from reconcile.report.model import Amount, Change, Kind, Payout, Why, group_key
from reconcile.report.words import LABELS

_KINDS = {
    "stage": Kind.STAGE,
    "po_number": Kind.PO_NUMBER,
    "statement_note": Kind.STATEMENT_NOTE,
    "amount": Kind.AMOUNT,
    "currency": Kind.AMOUNT,
    "source_amount": Kind.AMOUNT,
    "description": Kind.DESCRIPTION,
    "internal_note": Kind.INTERNAL_NOTE,
}
_EMPTIED = "its last line is declined, so Introw declines the payout"
_Key = tuple[RecordKind, str]


@dataclass
class Book:
    """A plan with its changes and effects by record."""

    plan: plans.Plan
    changes: dict[_Key, list[plans.Change]] = field(init=False, default_factory=dict)
    effects: dict[str, plans.Effect] = field(init=False)
    drifts: dict[str | None, list[plans.Drift]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for change in self.plan.changes:
            self.changes.setdefault((change.target.kind, change.target.id), []).append(change)
        self.effects = {one.target.id: one for one in self.plan.effects}
        for drift in self.plan.drifts:
            self.drifts.setdefault(drift.target.payout_id, []).append(drift)


def _on_payout(target: plans.Target, payout: plans.Target | None) -> plans.Target:
    """The target on the payout of `payout`, which knows better where a line is now."""
    if payout is None or payout.payout_id == target.payout_id:
        return target
    return replace(target, payout_id=payout.payout_id)


def irreversible(operation: plans.Operation) -> bool:
    """Whether the API cannot undo it."""
    return bool(operation.by_hand)


def changes_of(book: Book) -> tuple[tuple[Payout, ...], tuple[Change, ...]]:
    """The payouts that change, and all changes, in the order in which they run."""
    groups: dict[tuple[str | None, str], list[plans.Operation]] = {}
    for one in book.plan.operations:
        groups.setdefault(group_key(one.target), []).append(one)
    payouts: list[Payout] = []
    changes: list[Change] = []
    for operations in groups.values():
        payout = _payout(book, operations)
        payouts.append(payout)
        for operation in operations:
            changes += _of_operation(book, operation)
        changes += [*_consequences(book, payout.payout_id), *_moved(book, payout.payout_id)]
    return tuple(payouts), tuple(changes)


def held_changes(book: Book, target: plans.Target) -> tuple[Change, ...]:
    """The edits of a record that is held: nothing is sent for them."""
    return tuple(_change(book, one) for one in book.changes.get((target.kind, target.id), ()))


def _payout(book: Book, operations: list[plans.Operation]) -> Payout:
    target = operations[0].target
    effect = book.effects.get(target.payout_id or "")
    moved = totals(money for one in operations for money in _moves(one))
    return Payout(
        payout_id=target.payout_id,
        partner_id=target.partner_id,
        partner_name=effect.target.partner_name if effect else target.partner_name,
        currency=effect.currency if effect else "",
        amount_before=effect.amount_before if effect else None,
        amount_after=effect.amount_after if effect else None,
        stage_before=effect.stage_before if effect else "",
        stage_after=effect.stage_after if effect else "",
        moved=tuple(Amount(currency, amount) for currency, amount in moved.items()),
    )


def _moves(operation: plans.Operation) -> Iterator[Money]:
    """How much money a request moves, up or down. A detach takes the whole line to the pool."""
    before, after = operation.before, operation.after
    if before and after and before.currency == after.currency and operation.action is _UPDATE:
        yield Money(abs(after.amount - before.amount), after.currency)
        return
    for money in {before, after}:
        if money:
            yield Money(abs(money.amount), money.currency)


_UPDATE = plans.Action.UPDATE_LINE


def _of_operation(book: Book, operation: plans.Operation) -> Iterator[Change]:
    target = operation.target
    if operation.action is plans.Action.CREATE_LINE and operation.after:
        yield Change(
            target=target,
            kind=Kind.NEW_LINE,
            field="line",
            label="New line",
            before=None,
            after=plain(operation.after.amount),
            why=Why.EDIT,
            currency=operation.after.currency,
            irreversible=True,
            instead=operation.by_hand,
            note=operation.expected["description"] or "",
            operation=operation.id,
            reason=operation.reason,
        )
        return
    if operation.action is plans.Action.CREATE_PAYOUT:
        yield _new_payout(operation)
        for line in relied_lines(operation.relies_on):
            own = book.changes.get((RecordKind.LINE, line), ())
            yield from (_change(book, one, operation) for one in own if one.field == "action")
        return
    placing = operation.action in (plans.Action.DETACH_LINE, plans.Action.DECLINE_LINE)
    for change in book.changes.get((target.kind, target.id), ()):
        if (change.field in PLACE_FIELDS) is placing:
            yield _change(book, change, operation)


def _new_payout(operation: plans.Operation) -> Change:
    wanted, lines = operation.expected, relied_lines(operation.relies_on)
    where = f"on batch {wanted['batch_id']}" if wanted.get("batch_id") else "on a batch of its own"
    filled = f"with {counted(len(lines), 'pending line')}" if lines else "empty"
    note = f"{where}, {filled}"
    return Change(
        target=operation.target,
        kind=Kind.NEW_PAYOUT,
        field="payout",
        label="New payout",
        before=None,
        after=wanted["period"],
        why=Why.EDIT,
        irreversible=True,
        instead=operation.by_hand,
        note=f"{note}; note: {wanted['statement_note']}" if wanted["statement_note"] else note,
        operation=operation.id,
        reason=operation.reason,
    )


def _change(book: Book, change: plans.Change, operation: plans.Operation | None = None) -> Change:
    lost = operation is not None and (change.field == "action" or cannot_be_set_back(change))
    return Change(
        target=_on_payout(change.target, operation.target if operation else None),
        kind=_kind(change, operation),
        field=change.field,
        label=LABELS[change.field],
        before=change.before,
        after=change.after,
        why=Why.EDIT,
        currency=change.currency,
        currency_before=_currency_before(book, change),
        before_known=change.before_known,
        cleared=change.cleared,
        visible=change.visible,
        irreversible=lost,
        instead=operation.by_hand if operation and lost else "",
        note=_money_note(change, operation) if operation and change.field == "action" else "",
        also=tuple(other.place for other in change.also),
        operation=operation.id if operation else "",
        reason=change.reason,
    )


def _money_note(change: plans.Change, operation: plans.Operation) -> str:
    """The amount of a line that moves."""
    relied = operation.relies_on.get(f"{LINE}{change.target.id}")
    return str(operation.before or money_of(relied or "") or "")


def _currency_before(book: Book, change: plans.Change) -> str:
    """An amount's currency before the change: another one where the currency of the line changes, too."""
    own = book.changes[change.target.kind, change.target.id]
    before = next((one.before for one in own if one.field == "currency"), None)
    return before if change.currency and before else change.currency


def _kind(change: plans.Change, operation: plans.Operation | None) -> Kind:
    if change.field not in PLACE_FIELDS:
        return _KINDS[change.field]
    if change.after == BATCH or (operation and operation.action is plans.Action.CREATE_PAYOUT):
        return Kind.BATCH
    detaches = operation is not None and operation.action is plans.Action.DETACH_LINE
    return Kind.DETACH if detaches or change.after == "Detach" else Kind.DECLINE


def _consequences(book: Book, payout_id: str | None) -> Iterator[Change]:
    effect = book.effects.get(payout_id or "")
    if effect is None:
        return
    target = effect.target
    if effect.auto_declined:
        before, after = effect.stage_before, effect.stage_after
        yield Change(
            target, Kind.STAGE, "stage", "Stage", before, after, Why.RULE, visible=True, note=_EMPTIED
        )
    if effect.amount_after is not None and effect.amount_after != effect.amount_before:
        yield Change(
            target=target,
            kind=Kind.TOTAL,
            field="total",
            label="Payout total",
            before=plain(effect.amount_before),
            after=plain(effect.amount_after),
            why=Why.RULE,
            currency=effect.currency,
            currency_before=effect.currency,
            note="the payout follows its lines",
        )


def _moved(book: Book, payout_id: str | None) -> Iterator[Change]:
    """What somebody moved upstream on the same payout, beside the edits."""
    if payout_id is None:
        return
    for drift in book.drifts.get(payout_id, ()):
        if drift.what != "moved":
            continue
        for name in drift.live:
            yield Change(
                target=drift.target,
                kind=_KINDS.get(name, Kind.TOTAL if name == "total" else Kind.DETACH),
                field=name,
                label="Payout total" if name == "total" else LABELS.get(name, name),
                before=drift.baseline.get(name),
                after=drift.live[name],
                why=Why.LIVE,
                note="nothing is sent",
            )
