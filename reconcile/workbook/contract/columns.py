"""The columns of the data sheets: their ids, kinds, order, and where each value comes from.

Ids are stable. Labels, widths and help texts are not: they come from `templates/workbook.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, Generic

from reconcile.domain.fields import (
    EDIT_REASON,
    FIELDS,
    LINE_FIELDS,
    NEW_LINE_FIELDS,
    NEW_PAYOUT_FIELDS,
    PAYOUT_FIELDS,
    Field,
    FieldKind,
    RecordKind,
    Value,
)
from reconcile.domain.records import CommissionLine, Payout
from reconcile.workbook.contract.export_rows import Record, Row

NEW_ROWS: Final = 200
"""How many rows of `New lines` stand ready for typing, and of `New payouts` in a workbook that has them."""

BASELINE: Final = "baseline_"
TOKEN_COLUMN: Final = "token"  # noqa: S105 - a column id, no secret
UNREAD_COLUMN: Final = "unread"
"""The hidden column that names the fields whose present value the row cannot show."""

SHEETS: Final[dict[RecordKind, str]] = {
    RecordKind.PAYOUT: "payouts",
    RecordKind.LINE: "lines",
    RecordKind.NEW_LINE: "new_lines",
    RecordKind.NEW_PAYOUT: "new_payouts",
}
"""The stable key of each data sheet, in workbook order. Not every workbook has `New payouts`."""

Shown = str | Decimal | date | int | None
"""What a cell shows: text, an amount, a day, a count, or nothing."""


class ColumnKind(StrEnum):
    """How a column's cells are written, formatted and compared."""

    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"
    COUNT = "count"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column(Generic[Record]):
    """A column. Hidden ones stand at the right of the table and travel with the row when people sort.

    field: the editable field that it shows, or as a hidden column the baseline of.
    """

    id: str
    kind: ColumnKind
    value: Callable[[Row[Record]], Shown]
    editable: bool = False
    hidden: bool = False
    field: str = ""


def _shown(field: Field, value: Value) -> Shown:
    if not isinstance(value, str):
        return None
    return Decimal(value) if field.kind is FieldKind.AMOUNT else value


def _field_value(field: Field) -> Callable[[Row[Any]], Shown]:
    return lambda row: _shown(field, row.values.get(field.name))


def _edited_value(field: Field) -> Callable[[Row[Any]], Shown]:
    return lambda row: _shown(field, row.shown.get(field.name))


def _editable(fields: Iterable[Field]) -> dict[str, Column[Any]]:
    return {
        f.name: Column(f.name, ColumnKind(f.kind), _edited_value(f), editable=True, field=f.name)
        for f in fields
    }


def _hidden(fields: Sequence[Field]) -> tuple[Column[Any], ...]:
    # An action is never there at export, so it needs no baseline.
    kept = [field for field in fields if field.group != "action"]
    return (
        *(
            Column(BASELINE + f.name, ColumnKind(f.kind), _field_value(f), hidden=True, field=f.name)
            for f in kept
        ),
        Column(UNREAD_COLUMN, ColumnKind.TEXT, _unread(fields), hidden=True),
        Column(TOKEN_COLUMN, ColumnKind.TEXT, lambda row: row.token, hidden=True),
    )


def _unread(fields: Iterable[Field]) -> Callable[[Row[Any]], Shown]:
    names = frozenset(field.name for field in fields)

    # Of all rows nearly all lack the same: 0.1 instead of 0.4 microseconds a row.
    @cache
    def listed(unread: frozenset[str]) -> str | None:
        return ",".join(sorted(unread & names)) or None

    return lambda row: listed(row.unread)


def _partner_of_line(row: Row[CommissionLine]) -> str:
    return row.snapshot.partner_name(row.record.partner_id)


def _no_value(_row: Row[Any]) -> Shown:
    return None


ADDED_COLUMNS: Final = frozenset((EDIT_REASON.name,))
"""The visible columns that workbooks of earlier versions do not have: there none is missing."""

_REASON: Final[Column[Any]] = Column(EDIT_REASON.name, ColumnKind.TEXT, _no_value, editable=True)
_P: Final = _editable(PAYOUT_FIELDS)
_L: Final = _editable(LINE_FIELDS)

PAYOUT_COLUMNS: Final[tuple[Column[Payout], ...]] = (
    Column("partner", ColumnKind.TEXT, lambda row: row.record.partner_name),
    Column("period_start", ColumnKind.DATE, lambda row: row.bound(row.record.period_start)),
    Column("period_end", ColumnKind.DATE, lambda row: row.bound(row.record.period_end)),
    _P["stage"],
    _P["po_number"],
    _P["statement_note"],
    _REASON,
    Column("amount", ColumnKind.AMOUNT, lambda row: row.record.amount.amount),
    Column("currency", ColumnKind.TEXT, lambda row: row.currency),
    Column("lines", ColumnKind.COUNT, lambda row: len(row.snapshot.lines_by_payout.get(row.record.id, ()))),
    Column("lines_total", ColumnKind.AMOUNT, lambda row: row.snapshot.lines_total(row.record)),
    Column("stage_at_export", ColumnKind.TEXT, lambda row: row.record.stage),
    Column("batch_id", ColumnKind.TEXT, lambda row: row.record.batch_id),
    Column("created", ColumnKind.DATE, lambda row: row.day(row.record.created_at)),
    Column("updated", ColumnKind.DATE, lambda row: row.day(row.record.updated_at)),
    Column("id", ColumnKind.TEXT, lambda row: row.record.id),
    Column("partner_id", ColumnKind.TEXT, lambda row: row.record.partner_id),
    *_hidden(PAYOUT_FIELDS),
)

LINE_COLUMNS: Final[tuple[Column[CommissionLine], ...]] = (
    Column("partner", ColumnKind.TEXT, _partner_of_line),
    Column("payout_id", ColumnKind.TEXT, lambda row: row.record.payout_id),
    _L["action"],
    _L["decline_reason"],
    _L["decline_detail"],
    _L["amount"],
    _L["currency"],
    _L["source_amount"],
    _L["description"],
    _L["internal_note"],
    _REASON,
    Column("plan", ColumnKind.TEXT, lambda row: row.record.plan_name),
    Column("period_end", ColumnKind.DATE, lambda row: row.bound(row.record.period_end)),
    Column("status", ColumnKind.TEXT, lambda row: row.record.status),
    Column("created", ColumnKind.DATE, lambda row: row.day(row.record.created_at)),
    Column("updated", ColumnKind.DATE, lambda row: row.day(row.record.updated_at)),
    Column("id", ColumnKind.TEXT, lambda row: row.record.id),
    Column("partner_id", ColumnKind.TEXT, lambda row: row.record.partner_id),
    *_hidden(LINE_FIELDS),
)

NEW_LINE_COLUMNS: Final[tuple[Column[None], ...]] = (
    *_editable(NEW_LINE_FIELDS).values(),
    _REASON,
    Column(TOKEN_COLUMN, ColumnKind.TEXT, lambda row: row.token, hidden=True),
)

NEW_PAYOUT_COLUMNS: Final[tuple[Column[None], ...]] = (
    *_editable(NEW_PAYOUT_FIELDS).values(),
    _REASON,
    Column(TOKEN_COLUMN, ColumnKind.TEXT, lambda row: row.token, hidden=True),
)

COLUMNS: Final[Mapping[RecordKind, tuple[Column[Any], ...]]] = {
    RecordKind.PAYOUT: PAYOUT_COLUMNS,
    RecordKind.LINE: LINE_COLUMNS,
    RecordKind.NEW_LINE: NEW_LINE_COLUMNS,
    RecordKind.NEW_PAYOUT: NEW_PAYOUT_COLUMNS,
}
"""The one column table: the columns of each data sheet in workbook order (design 'The workbook contract')."""


def hidden_label(kind: RecordKind, column_id: str) -> str:
    """The header of a hidden column. It names its sheet, so that a renamed sheet is known by it."""
    return f"{SHEETS[kind]}:{column_id}"


def field_of(kind: RecordKind, column_id: str) -> Field | None:
    """The editable field behind a column; None for a read-only or hidden one."""
    return next((field for field in FIELDS[kind] if field.name == column_id), None)
