"""The rules for the column Reason: which edits need one, how long it may be, and one without an edit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from reconcile.check.context import Context
from reconcile.check.row_context import RowContext
from reconcile.domain.fields import (
    DECLINE,
    DETACH,
    EDIT_REASON,
    FIELDS,
    MOVES_OFF,
    NEW_KINDS,
    FieldKind,
    RecordKind,
)
from reconcile.domain.finding import Finding
from reconcile.domain.money import parse_decimal
from reconcile.domain.policy.names_and_limits import Reasoned

_COLUMN: Final = EDIT_REASON.name


def reason_alone(row: RowContext) -> Iterator[Finding]:
    """A reason in a row of the export that nobody edited: it asks for nothing."""
    if not row.row.reason or row.exported is None:
        return
    if row.is_as_exported or all(row.touched(one.name) is None for one in FIELDS[row.sheet.kind]):
        message = "There is a reason, and nothing in this row was edited."
        yield row.finding("reason-alone", _COLUMN, message, "Nothing to do, or make the edit that it is for.")


def reason_length(row: Context) -> Iterator[Finding]:
    """A reason longer than any text of a row may be."""
    length, limit = len(row.context.row.reason), row.policy.text_limit
    if length > limit:
        message = f"The reason has {length:,} characters; at most {limit:,} are allowed (text_limit)."
        yield from row.found("text-length", _COLUMN, message, "Shorten it.")


def reason_missing(row: Context) -> Iterator[Finding]:
    """An edit without a reason that the policy asks for."""
    if row.context.row.reason or not (row.policy.reasons_for or row.policy.reason_above):
        return
    asked = next((words for kind, words in _kinds(row) if kind in row.policy.reasons_for), "")
    asked = asked or _large(row)
    if asked:
        message = f"{asked} needs a reason{_edits(row)}."
        yield from row.found("reason-missing", _COLUMN, message, "Say why in the column Reason of this row.")


def _edits(row: Context) -> str:
    """`: Amount 100 → 9100`: what was edited, as a person sees it; a text is only named."""
    fields = [one for one in FIELDS[row.context.sheet.kind] if row.changed(one.name)]
    if row.context.sheet.kind in NEW_KINDS:
        return ""
    words = [
        one.label
        if one.kind is FieldKind.TEXT
        else f"{one.label} {row.was(one.name) or '(blank)'} → {row.now(one.name) or '(blank)'}"
        for one in fields
    ]
    return f": {', '.join(words)}" if words else ""


def _kinds(row: Context) -> Iterator[tuple[Reasoned, str]]:
    """What the row does of what a policy may name, in words."""
    if row.context.sheet.kind in NEW_KINDS:
        if row.context.sheet.kind is RecordKind.NEW_LINE:
            yield "new-line", "A new line"
        return
    if row.now("action") in MOVES_OFF and row.changed("action"):
        yield ("decline", "A decline") if row.now("action") == DECLINE else ("detach", f"A {DETACH.lower()}")
    before, after = _amounts(row)
    if before and after and (before < 0) != (after < 0):
        yield "sign", "An amount that changes its sign"
    order, was, now = row.policy.stage_order, row.was("stage"), row.now("stage")
    if was in order and now in order and order.index(now) < order.index(was):
        yield "stage-back", f"A stage that goes back ({was} to {now})"


def _large(row: Context) -> str:
    """The words for money above the limit of its currency; empty where it is not."""
    money, currency = _moved(row), row.now("currency") or ""
    limit = row.policy.reason_above.get(currency, row.policy.reason_above.get("any"))
    return f"An edit of more than {limit:,} {currency}" if limit is not None and money > limit else ""


def _moved(row: Context) -> Decimal:
    """The money that the row moves: all of a line that is new, goes, or changes its currency."""
    before, after = _amounts(row)
    if row.context.sheet.kind is RecordKind.NEW_LINE or row.changed("currency"):
        return abs(after)
    goes = row.now("action") in MOVES_OFF
    return max(abs(after - before), abs(after) if goes else Decimal(0))


def _amounts(row: Context) -> tuple[Decimal, Decimal]:
    before, after = (parse_decimal(text or "") for text in (row.was("amount"), row.now("amount")))
    return before or Decimal(0), after or Decimal(0)
