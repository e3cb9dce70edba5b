"""Turns changes into operations: the request, what it relies on, what it should leave behind.

The request bodies follow introw-api.md 2.5 (payout), 2.12 (new line), 2.13 (line), 2.14 (decline).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

from reconcile.domain.fields import (
    BATCH,
    DECLINE,
    FIELD_LABELS,
    MOVES_OFF,
    PLACE_FIELDS,
    UNREAD,
    RecordKind,
    groups,
)
from reconcile.domain.money import Money, parse_decimal, recorded_amount, wire_amount
from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.across.reasons import reasons_together
from reconcile.plan.made_before.likeness import KEY_USED, SAME_LINES, SAME_PAYOUTS
from reconcile.plan.model import Action, Change, Operation, Target, Texts
from reconcile.plan.reliance import LINE, LINES_LEFT, payout_reliance, relied_amount, relied_lines
from reconcile.plan.visible_state import DECLINED, ON_PAYOUT, POOL, observe
from reconcile.plan.wanted.new_lines import NewLine
from reconcile.plan.wanted.new_payouts import NewPayout

_WIRE_NAMES = {
    "stage": "stage",
    "po_number": "poNumber",
    "statement_note": "metadata",
    "amount": "amount",
    "currency": "currency",
    "source_amount": "sourceAmount",
    "description": "description",
    "internal_note": "note",
}
_MONEY_FIELDS = {"amount", "currency", "source_amount"}
_PLACED = ("amount", "currency", "state", "status", "payout_id", "payout_stage")
_CREATED = ("payout_id", "amount", "currency", "source_amount", "description")
_OPENED = ("batch_id", "period", "statement_note")
NEW_STAGE = "DRAFT"
"""The stage in which the server makes a payout (introw-api.md 2.6)."""
_ENDPOINTS = {
    Action.CREATE_LINE: ("POST", "/commission-lines"),
    Action.UPDATE_LINE: ("PATCH", "/commission-lines/{}"),
    Action.DETACH_LINE: ("POST", "/commission-lines/{}/detach"),
    Action.DECLINE_LINE: ("POST", "/commission-lines/{}/decline"),
    Action.UPDATE_PAYOUT: ("PATCH", "/payouts/{}"),
    Action.CREATE_PAYOUT: ("POST", "/payouts"),
}


# What a person does in Introw for what the API cannot undo (introw-api.md 2, 5.2 and 6.1).
_CREATED_ON_PAYOUT = "If it is not wanted, decline it: in the next workbook, or on its payout in Introw."
_CREATED_IN_POOL = (
    "If it is not wanted, decline it in Introw: the API declines only lines that are on a payout."
)
_CREATED_PAYOUT = (
    "The API deletes no payout. If it is not wanted, delete it in Introw while it is a draft, or set its "
    "stage to DECLINED."
)
_WITH_LINES = " Its lines go back to the pending pool one by one: Detach, in the next workbook."
_DECLINED = (
    "In Introw, open the payout and restore the line. "
    "If it was the last one, set the payout's stage back, too."
)
_DETACHED = (
    "The line waits in the pending pool: in Introw, the next batch or Create payout picks it up. "
    "It cannot be put back on the payout it was on."
)


def line_operations(
    changes: list[Change], live: Snapshot, names: Names, lines_left: Mapping[str | None, int]
) -> Iterator[Operation]:
    """The operations of one existing line: one PATCH, then a detach or a decline. Ids come with the order.

    lines_left: how many lines the whole plan leaves on each payout.
    """
    line = live.lines[changes[0].target.id]
    target = on_payout(changes[0].target, line.payout_id)
    edits = [change for change in changes if change.field not in PLACE_FIELDS]
    if edits:
        relied = [*_grouped(edits, RecordKind.LINE), "state", "payout_id", "payout_stage"]
        yield line_update(target, edits, _relied(live, target, relied, names), line.amount)
    moves = [change for change in changes if change.field in PLACE_FIELDS]
    # A line that is batched moves with its new payout.
    if moves and not _batches(moves):
        seen = _relied(live, target, _PLACED, names)
        left = {LINES_LEFT: str(lines_left.get(target.payout_id, 0))} if _declines(moves) else {}
        yield line_move(target, moves, {**seen, **left}, line.amount, names)


def payout_operation(changes: list[Change], live: Snapshot, names: Names) -> Operation:
    """The one PATCH of a payout. A stage rests on the payout's amount and lines as well."""
    target = changes[0].target
    relied = _relied(live, target, _grouped(changes, RecordKind.PAYOUT), names)
    if any(change.field == "stage" for change in changes):
        lines = live.lines_by_payout.get(target.id, ())
        relied |= payout_reliance(live.payouts[target.id], lines, names)
    return payout_update(changes, relied)


def create_operation(line: NewLine, live: Snapshot, names: Names) -> Operation:
    """The POST of a new line. It relies on its payout's stage, and that nothing undecided says the same."""
    payout = live.payouts.get(line.target.payout_id or "")
    relied = {
        **({"payout_stage": payout.stage} if payout else {}),
        SAME_LINES: ", ".join(line.beside) or None,
        **({KEY_USED: line.key} if line.is_sent else {}),
    }
    return line_creation(line, relied, names)


def create_payout_operation(new: NewPayout) -> Operation:
    """The POST of a new payout. It relies on no other payout of the period, and on the lines of the pool."""
    relied = {
        SAME_PAYOUTS: ", ".join(new.beside) or None,
        **({KEY_USED: new.key} if new.is_sent else {}),
        **{LINE + key: money for key, money in new.lines},
    }
    return payout_creation(new, relied)


def again(operation: Operation, changes: list[Change], names: Names) -> Operation | None:
    """The operation made once more from what was decided and what it relies on; None where nothing was.

    changes: all of its record. What does not come out the same was changed in between.
    """
    relied, target = operation.relies_on, operation.target
    if operation.action.creates:
        kind = RecordKind.NEW_LINE if operation.action is Action.CREATE_LINE else RecordKind.NEW_PAYOUT
        return _made_again(operation, names) if target.kind is kind else None
    if operation.action is Action.UPDATE_PAYOUT:
        return payout_update(changes, relied) if changes else None
    money = relied_amount(relied)
    placed = operation.action is not Action.UPDATE_LINE
    own = [change for change in changes if (change.field in PLACE_FIELDS) is placed]
    if not own or (placed and not any(one.after in MOVES_OFF for one in own if one.field == "action")):
        return None
    target = on_payout(changes[0].target, relied.get("payout_id"))
    if placed:
        return line_move(target, own, relied, money or Money(Decimal(0), ""), names)
    return line_update(target, own, relied, money or Money(Decimal(0), ""))


def payout_update(changes: list[Change], relied: Texts) -> Operation:
    """The PATCH that makes the changes of a payout."""
    return _update(Action.UPDATE_PAYOUT, changes[0].target, changes, relied)


def line_creation(line: NewLine, relied: Texts, names: Names) -> Operation:
    """The POST of a new line. Its `note` cannot be set on creation (introw-api.md 2.12)."""
    body: dict[str, str | None] = {
        "partnerId": line.values["partner_id"],
        "amount": wire_amount(line.amount, line.currency),
        "currency": line.currency,
    }
    if names.idempotency_member:
        body[names.idempotency_member] = line.key
    source = parse_decimal(line.values["source_amount"] or "")
    optional = {
        "sourceAmount": None if source is None else wire_amount(source, line.currency),
        "payoutId": line.values["payout_id"],
        "description": line.values["description"],
    }
    there = "payout_stage" in relied
    return Operation(
        "",
        Action.CREATE_LINE,
        line.target,
        *endpoint(Action.CREATE_LINE, ""),
        body=body | {name: value for name, value in optional.items() if value is not None},
        relies_on=relied,
        expected={
            "amount": line.values["amount"],
            "currency": line.currency,
            "source_amount": line.values["source_amount"],
            "description": line.values["description"],
            "payout_id": line.values["payout_id"],
            "state": ON_PAYOUT if there else POOL,
        },
        undo="",
        by_hand=_CREATED_ON_PAYOUT if there else _CREATED_IN_POOL,
        after=Money(line.amount, line.currency),
        workbooks=(line.target.workbook,),
        reason=line.reason,
    )


def _made_again(operation: Operation, names: Names) -> Operation:
    wanted, relied, target = operation.expected, operation.relies_on, operation.target
    if operation.action is Action.CREATE_LINE:
        values = {name: wanted.get(name) for name in _CREATED} | {"partner_id": target.partner_id}
        made_on = on_payout(target, wanted.get("payout_id"))
        line = NewLine(target.id, 0, made_on, values, reason=operation.reason)
        return line_creation(line, relied, names)
    values = {name: wanted.get(name) for name in _OPENED} | {"partner_id": target.partner_id}
    lines = tuple(sorted(relied_lines(relied).items()))
    new = NewPayout(target.id, 0, target, values, reason=operation.reason, lines=lines)
    return payout_creation(new, relied)


def payout_creation(new: NewPayout, relied: Texts) -> Operation:
    """The POST of a new payout, with or without the lines of the pool (introw-api.md 2.6).

    The dates are sent with a batch, too, as in every example; the batch's win. There is no idempotency key.
    """
    values = new.values
    lines = ", ".join(key for key, _ in new.lines) or None
    body: dict[str, str | bool | None] = {"partnerId": values["partner_id"]}
    if values["period"]:
        period = Period.parse(values["period"])
        body["periodStart"] = f"{period.start}T00:00:00.000Z"
        body["periodEnd"] = f"{period.end}T23:59:59.000Z"
    optional = {"batchId": values["batch_id"], "metadata": values["statement_note"]}
    body |= {name: value for name, value in optional.items() if value is not None}
    if lines:
        body["attachPendingLines"] = True
    batch = {"batch_id": values["batch_id"]} if values["batch_id"] else {}
    expected = {**batch, "period": values["period"], "statement_note": values["statement_note"]}
    return Operation(
        "",
        Action.CREATE_PAYOUT,
        new.target,
        *endpoint(Action.CREATE_PAYOUT, ""),
        body=body,
        relies_on=relied,
        expected={**expected, "stage": NEW_STAGE, "lines": lines},
        undo="",
        by_hand=_CREATED_PAYOUT + (_WITH_LINES if lines else ""),
        workbooks=(new.target.workbook,),
        reason=new.reason,
    )


def line_update(target: Target, edits: list[Change], relied: Texts, amount: Money) -> Operation:
    """The PATCH that makes the edits of a line. amount: the line's before it."""
    edited = {change.field: change.after for change in edits}
    if _MONEY_FIELDS.isdisjoint(edited):
        return _update(Action.UPDATE_LINE, target, edits, relied)
    # Zero is an amount, too.
    number = recorded_amount(edited.get("amount") or amount.amount)
    after = Money(number, edited.get("currency") or amount.currency)
    return _update(Action.UPDATE_LINE, target, edits, relied, amount, after)


def _update(
    action: Action,
    target: Target,
    changes: list[Change],
    relied: Texts,
    before: Money | None = None,
    after: Money | None = None,
) -> Operation:
    """The PATCH of a record. before, after: a line's amount, where its money is edited."""
    wanted = {change.field: change.after for change in changes}
    currency = after.currency if after else ""
    lost = [change for change in changes if cannot_be_set_back(change)]
    return Operation(
        "",
        action,
        target,
        *endpoint(action, target.id),
        body={_WIRE_NAMES[name]: _wire_value(name, value, currency) for name, value in wanted.items()},
        relies_on=relied,
        expected=wanted,
        undo="" if lost else "the values before, by the same call",
        restores={change.field: change.before for change in changes if not cannot_be_set_back(change)},
        by_hand=_by_hand(lost),
        before=before,
        after=after,
        unshown=tuple(change.field for change in changes if not change.before_known),
        workbooks=_workbooks(changes),
        reason=reasons_together(one.reason for one in changes),
    )


def line_move(target: Target, moves: list[Change], relied: Texts, amount: Money, names: Names) -> Operation:
    """A decline or a detach: neither can be undone through the API (introw-api.md 5.2).

    Both rely on the status as it is spelled: a server may leave a declined line on its payout under a status
    that we do not know, and then nothing else shows that it was declined (introw-api.md 8, no. 2 and 10).
    """
    places = {change.field: change.after for change in moves}
    declines = _declines(moves)
    action = Action.DECLINE_LINE if declines else Action.DETACH_LINE
    detail = places.get("decline_detail")
    body: dict[str, str | None] = {"reasonType": places.get("decline_reason")}
    return Operation(
        "",
        action,
        target,
        *endpoint(action, target.id),
        body=body | ({names.detail_member: detail} if detail else {}) if declines else None,
        relies_on=relied,
        expected={"state": DECLINED} if declines else {"state": POOL, "payout_id": None},
        undo="",
        by_hand=_DECLINED if declines else _DETACHED,
        before=amount,
        after=None if declines else amount,
        workbooks=_workbooks(moves),
        reason=reasons_together(one.reason for one in moves),
    )


def endpoint(action: Action, record_id: str) -> tuple[str, str]:
    """Method and path of an action on a record, which nothing else decides."""
    method, path = _ENDPOINTS[action]
    # A part of dots alone would climb up the path.
    part = quote(record_id, safe="") if record_id.strip(".") else record_id.replace(".", "%2E")
    return method, path.format(part)


def on_payout(target: Target, payout_id: str | None) -> Target:
    """The target with the payout that the line is on now."""
    return target if payout_id == target.payout_id else replace(target, payout_id=payout_id)


def _declines(moves: Iterable[Change]) -> bool:
    return any(change.field == "action" and change.after == DECLINE for change in moves)


def _batches(moves: Iterable[Change]) -> bool:
    return any(change.field == "action" and change.after == BATCH for change in moves)


def _workbooks(changes: Iterable[Change]) -> tuple[str, ...]:
    ids = (target.workbook for change in changes for target in (change.target, *change.also))
    return tuple(dict.fromkeys(ids))


def _grouped(changes: Iterable[Change], kind: RecordKind) -> list[str]:
    """All fields of the changed groups: a group merges as one, so it is relied on as one."""
    edited = {change.field for change in changes}
    return [name for names in groups(kind).values() if not edited.isdisjoint(names) for name in names]


def _relied(live: Snapshot, target: Target, wanted: Iterable[str], names: Names) -> dict[str, str | None]:
    seen = observe(live, target.kind, target.id, names)
    return {name: value for name in wanted if (value := seen.get(name)) is not UNREAD}


def _wire_value(name: str, value: str | None, currency: str) -> str | None:
    if name not in ("amount", "source_amount") or value is None:
        return value
    return wire_amount(recorded_amount(value), currency)


def _by_hand(lost: Iterable[Change]) -> str:
    """What a person does in Introw for values that cannot be set back."""
    unknown = [FIELD_LABELS[change.field] for change in lost if not change.before_known]
    blank = [FIELD_LABELS[change.field] for change in lost if change.before_known]
    words = []
    if unknown:
        words.append(
            f"In Introw, type the former {', '.join(unknown)} again; the API does not tell or take what was "
            "there."
        )
    if blank:
        words.append(
            f"In Introw, empty the {', '.join(blank)} again; the API does not take the blank that was there."
        )
    return " ".join(words)


def cannot_be_set_back(change: Change) -> bool:
    """Whether the value before cannot be set back: it is not known, or it is a blank that the API refuses."""
    return not change.before_known or (change.field == "description" and change.before is None)
