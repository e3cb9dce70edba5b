"""Turns changes into operations: the request, what it relies on, what it should leave behind.

The request bodies follow introw-api.md 2.5 (payout), 2.12 (new line), 2.13 (line), 2.14 (decline).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

from reconcile.domain.fields import DECLINE, DETACH, FIELD_LABELS, PLACE_FIELDS, RecordKind, Unread, groups
from reconcile.domain.money import Money, parse_decimal, wire_amount
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.made_before.likeness import KEY_USED, SAME_LINES
from reconcile.plan.model import Action, Change, Operation, Target, Texts
from reconcile.plan.new_lines import NewLine
from reconcile.plan.visible_state import DECLINED, ON_PAYOUT, POOL, observe

Body = dict[str, str | None]

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


# What a person does in Introw for what the API cannot undo (introw-api.md 2, 5.2 and 6.1).
_CREATED_ON_PAYOUT = "If it is not wanted, decline it: in the next workbook, or on its payout in Introw."
_CREATED_IN_POOL = (
    "If it is not wanted, decline it in Introw: the API declines only lines that are on a payout."
)
_DECLINED = (
    "In Introw, open the payout and restore the line. "
    "If it was the last one, set the payout's stage back, too."
)
_DETACHED = (
    "The line waits in the pending pool: in Introw, the next batch or Create payout picks it up. "
    "It cannot be put back on the payout it was on."
)


def line_operations(changes: list[Change], live: Snapshot, names: Names) -> Iterator[Operation]:
    """The operations of one existing line: one PATCH, then a detach or a decline. Ids come with the order."""
    target = _of_record(changes[0].target, live)
    edits = [change for change in changes if change.field not in PLACE_FIELDS]
    if edits:
        yield _line_update(target, edits, live, names)
    moves = [change for change in changes if change.field in PLACE_FIELDS]
    places = {change.field: change.after for change in moves}
    if places.get("action") == DECLINE:
        yield replace(_decline(target, places, live, names), workbooks=_workbooks(moves))
    elif places.get("action") == DETACH:
        yield replace(_detach(target, live, names), workbooks=_workbooks(moves))


def payout_operation(changes: list[Change], live: Snapshot, names: Names) -> Operation:
    """The one PATCH of a payout."""
    target = changes[0].target
    return Operation(
        id="",
        action=Action.UPDATE_PAYOUT,
        target=target,
        method="PATCH",
        path=f"/payouts/{quote(target.id, safe='')}",
        body={_WIRE_NAMES[change.field]: change.after for change in changes},
        relies_on=_relied(live, target, _grouped(changes, RecordKind.PAYOUT), names),
        expected={change.field: change.after for change in changes},
        undo=_undo(changes),
        restores=_restores(changes),
        by_hand=_by_hand(changes),
        unshown=_unshown(changes),
        workbooks=_workbooks(changes),
    )


def create_operation(line: NewLine, live: Snapshot, names: Names) -> Operation:
    """The POST of a new line. Its `note` cannot be set on creation (introw-api.md 2.12)."""
    body: Body = {
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
    payout = live.payouts.get(line.target.payout_id or "")
    return Operation(
        id="",
        action=Action.CREATE_LINE,
        target=line.target,
        method="POST",
        path="/commission-lines",
        body=body | {name: value for name, value in optional.items() if value is not None},
        relies_on=_relied_by_new(line, payout),
        expected={
            "amount": line.values["amount"],
            "currency": line.currency,
            "source_amount": line.values["source_amount"],
            "description": line.values["description"],
            "payout_id": line.values["payout_id"],
            "state": ON_PAYOUT if payout else POOL,
        },
        undo="",
        by_hand=_CREATED_ON_PAYOUT if payout else _CREATED_IN_POOL,
        after=Money(line.amount, line.currency),
        workbooks=(line.target.workbook,),
    )


def _relied_by_new(line: NewLine, payout: Payout | None) -> Texts:
    """What a new line relies on: its payout's stage, and that nothing undecided says the same."""
    return {
        **({"payout_stage": payout.stage} if payout else {}),
        SAME_LINES: ", ".join(line.beside) or None,
        **({KEY_USED: line.key} if line.is_sent else {}),
    }


def _line_update(target: Target, edits: list[Change], live: Snapshot, names: Names) -> Operation:
    line = live.lines[target.id]
    after = {change.field: change.after for change in edits}
    # Zero is an amount, too.
    amount = Decimal(after.get("amount") or line.amount.amount)
    now = Money(amount, after.get("currency") or line.amount.currency)
    moves = bool(_MONEY_FIELDS & after.keys())
    relied = [*_grouped(edits, RecordKind.LINE), "state", *(["payout_stage"] if moves else [])]
    return Operation(
        id="",
        action=Action.UPDATE_LINE,
        target=target,
        method="PATCH",
        path=f"/commission-lines/{quote(target.id, safe='')}",
        body={_WIRE_NAMES[name]: _wire_value(name, value, now.currency) for name, value in after.items()},
        relies_on=_relied(live, target, relied, names),
        expected=after,
        undo=_undo(edits),
        restores=_restores(edits),
        by_hand=_by_hand(edits),
        before=line.amount if moves else None,
        after=now if moves else None,
        unshown=_unshown(edits),
        workbooks=_workbooks(edits),
    )


def _decline(target: Target, places: Texts, live: Snapshot, names: Names) -> Operation:
    detail = places.get("decline_detail")
    body: Body = {"reasonType": places.get("decline_reason")}
    return replace(
        _placed(target, Action.DECLINE_LINE, "decline", live, names),
        body=body | ({names.detail_member: detail} if detail else {}),
        expected={"state": DECLINED},
        by_hand=_DECLINED,
        after=None,
    )


def _detach(target: Target, live: Snapshot, names: Names) -> Operation:
    operation = _placed(target, Action.DETACH_LINE, "detach", live, names)
    return replace(operation, expected={"state": POOL, "payout_id": None}, by_hand=_DETACHED)


def _placed(target: Target, action: Action, verb: str, live: Snapshot, names: Names) -> Operation:
    """A decline or a detach: neither can be undone through the API (introw-api.md 5.2).

    Both rely on the status as it is spelled: a server may leave a declined line on its payout under a status
    that we do not know, and then nothing else shows that it was declined (introw-api.md 8, no. 2 and 10).
    """
    line = live.lines[target.id]
    relied = ["amount", "currency", "state", "status", "payout_id", "payout_stage"]
    return Operation(
        id="",
        action=action,
        target=target,
        method="POST",
        path=f"/commission-lines/{quote(target.id, safe='')}/{verb}",
        body=None,
        relies_on=_relied(live, target, relied, names),
        expected={},
        undo="",
        before=line.amount,
        after=line.amount,
    )


def _workbooks(changes: Iterable[Change]) -> tuple[str, ...]:
    ids = (target.workbook for change in changes for target in (change.target, *change.also))
    return tuple(dict.fromkeys(ids))


def _of_record(target: Target, live: Snapshot) -> Target:
    """The target with the payout that the line hangs on now."""
    payout_id = live.lines[target.id].payout_id
    return target if payout_id == target.payout_id else replace(target, payout_id=payout_id)


def _grouped(changes: Iterable[Change], kind: RecordKind) -> list[str]:
    """All fields of the changed groups: a group merges as one, so it is relied on as one."""
    edited = {change.field for change in changes}
    members = ([field.name for field in fields] for fields in groups(kind).values())
    return [name for names in members if edited & set(names) for name in names]


def _relied(live: Snapshot, target: Target, wanted: Iterable[str], names: Names) -> dict[str, str | None]:
    seen: Mapping[str, object] = observe(live, target.kind, target.id, names)
    values = {name: seen.get(name) for name in wanted}
    return {
        name: value if isinstance(value, str) else None
        for name, value in values.items()
        if not isinstance(value, Unread)
    }


def _wire_value(name: str, value: str | None, currency: str) -> str | None:
    if name not in ("amount", "source_amount") or value is None:
        return value
    return wire_amount(Decimal(value), currency)


def _unshown(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(change.field for change in changes if not change.before_known)


def _undo(changes: Iterable[Change]) -> str:
    return "" if any(map(_lost, changes)) else "the values before, by the same call"


def _restores(changes: Iterable[Change]) -> Texts:
    return {change.field: change.before for change in changes if not _lost(change)}


def _by_hand(changes: Iterable[Change]) -> str:
    lost = [FIELD_LABELS[change.field] for change in changes if _lost(change)]
    if not lost:
        return ""
    return (
        f"In Introw, type the former {', '.join(lost)} again; the API does not tell or take what was there."
    )


def _lost(change: Change) -> bool:
    """Whether the value before cannot be set back: it is not known, or it is a blank that the API refuses."""
    return not change.before_known or (change.field == "description" and change.before is None)
