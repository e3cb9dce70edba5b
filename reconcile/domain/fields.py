"""The fields a person may edit, and their values in one comparable form.

A value is text, None for blank, or UNREAD for what the server does not give back. Amounts are the
plain text of the decimal, so that equal values are equal texts; free text is in NFC with line feeds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Final, Literal

from reconcile.domain.money import plain
from reconcile.domain.records import CommissionLine, Payout


class Unread(Enum):
    """The type of the one value UNREAD."""

    UNREAD = "unread"


UNREAD: Final = Unread.UNREAD
Value = str | None | Literal[Unread.UNREAD]
Values = Mapping[str, Value]

CLEAR: Final = "<clear>"
"""Typed into a cell, clears a field whose present value the workbook cannot show."""


class RecordKind(StrEnum):
    """What a row stands for."""

    PAYOUT = "payout"
    LINE = "line"
    NEW_LINE = "new line"
    NEW_PAYOUT = "new payout"


class FieldKind(StrEnum):
    """How the values of a field are read and compared."""

    TEXT = "text"
    AMOUNT = "amount"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """An editable field. Fields of one `group` merge or conflict as one.

    `clearable`: a blank cell clears the value; elsewhere a blank is an error.
    `label`: the field's name in messages and workbook headers.
    """

    name: str
    label: str
    kind: FieldKind
    group: str
    clearable: bool = False


PAYOUT_FIELDS: Final = (
    Field("stage", "Stage", FieldKind.CHOICE, "stage"),
    Field("po_number", "PO number", FieldKind.TEXT, "po_number", clearable=True),
    Field("statement_note", "Statement note", FieldKind.TEXT, "statement_note", clearable=True),
)
LINE_FIELDS: Final = (
    Field("action", "Action", FieldKind.CHOICE, "action", clearable=True),
    Field("decline_reason", "Decline reason", FieldKind.CHOICE, "action", clearable=True),
    Field("decline_detail", "Decline detail", FieldKind.TEXT, "action", clearable=True),
    Field("amount", "Amount", FieldKind.AMOUNT, "amount"),
    Field("currency", "Currency", FieldKind.CHOICE, "amount"),
    Field("source_amount", "Source amount", FieldKind.AMOUNT, "amount", clearable=True),
    Field("description", "Description", FieldKind.TEXT, "description"),
    Field("internal_note", "Internal note", FieldKind.TEXT, "internal_note", clearable=True),
)
PLACE_FIELDS: Final = frozenset(field.name for field in LINE_FIELDS if field.group == "action")
"""The fields that say where a line should go, not what it should be."""

NEW_LINE_FIELDS: Final = (
    Field("partner_id", "Partner", FieldKind.CHOICE, "new"),
    Field("payout_id", "Payout ID", FieldKind.CHOICE, "new", clearable=True),
    Field("amount", "Amount", FieldKind.AMOUNT, "new"),
    Field("currency", "Currency", FieldKind.CHOICE, "new"),
    Field("source_amount", "Source amount", FieldKind.AMOUNT, "new", clearable=True),
    Field("description", "Description", FieldKind.TEXT, "new", clearable=True),
)

NEW_PAYOUT_FIELDS: Final = (
    Field("partner_id", "Partner", FieldKind.CHOICE, "new"),
    Field("batch_id", "Batch ID", FieldKind.CHOICE, "new", clearable=True),
    Field("period", "Period", FieldKind.TEXT, "new", clearable=True),
    Field("statement_note", "Statement note", FieldKind.TEXT, "new", clearable=True),
)

FIELDS: Final[dict[RecordKind, tuple[Field, ...]]] = {
    RecordKind.PAYOUT: PAYOUT_FIELDS,
    RecordKind.LINE: LINE_FIELDS,
    RecordKind.NEW_LINE: NEW_LINE_FIELDS,
    RecordKind.NEW_PAYOUT: NEW_PAYOUT_FIELDS,
}
NEW_KINDS: Final = frozenset((RecordKind.NEW_LINE, RecordKind.NEW_PAYOUT))
"""The kinds of rows that stand for a record that is to be made."""

FIELD_LABELS: Final = {field.name: field.label for fields in FIELDS.values() for field in fields}
"""The name of every field in messages."""

EDIT_REASON: Final = Field("edit_reason", "Reason", FieldKind.TEXT, "edit_reason", clearable=True)
"""Why a person edited the row. It is no field of the record: nothing is compared with it, nothing sent."""

DECLINE: Final = "Decline"
DETACH: Final = "Detach"
BATCH: Final = "Batch"
ACTIONS: Final = (DECLINE, DETACH, BATCH)
MOVES_OFF: Final = (DECLINE, DETACH)
"""The actions that take a line off its payout; the other one puts a line of the pool on a new payout."""


@cache
def groups(kind: RecordKind) -> dict[str, tuple[str, ...]]:
    """The names of the fields of a kind of record by field group, in their order; not to be changed."""
    found: dict[str, tuple[str, ...]] = {}
    for field in FIELDS[kind]:
        found[field.group] = (*found.get(field.group, ()), field.name)
    return found


def text_value(text: str | None) -> str | None:
    """Free text in the form that is compared: NFC, line feeds, None for nothing."""
    if not text:
        return None
    if text.isascii() and "\r" not in text:
        return text  # as most texts are; the same in a third of the time
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def payout_values(payout: Payout) -> dict[str, Value]:
    """The editable fields of a payout in comparable form."""
    values: dict[str, Value] = {
        "stage": payout.stage,
        "po_number": text_value(payout.po_number),
        "statement_note": text_value(payout.statement_note),
    }
    for name in payout.unread:
        if name in values:
            values[name] = UNREAD
    return values


def line_values(line: CommissionLine) -> dict[str, Value]:
    """The editable fields of a line in comparable form. An action is never there before a person sets it."""
    money, source = line.amount, line.source_amount
    values: dict[str, Value] = {
        "action": None,
        "decline_reason": None,
        "decline_detail": None,
        "amount": plain(money.amount),
        "currency": money.currency,
        "source_amount": None if source is None else plain(source),
        "description": text_value(line.description),
        "internal_note": text_value(line.internal_note),
    }
    for name in line.unread:
        if name in values:
            values[name] = UNREAD
    return values
