"""Rebuilds the exported snapshot from the workbook alone, for when the state store does not know it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.fields import UNREAD, Value, Values
from reconcile.domain.money import Money, parse_decimal
from reconcile.domain.period import Days
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.snapshot import Snapshot


def baseline_of(edited: EditedWorkbook) -> Snapshot:
    """The snapshot that a workbook was exported from, as far as the workbook itself can say.

    Editable fields come from the hidden columns, all else from the read-only ones, so an edit there goes
    unnoticed; moments are known by their day only, and deleted rows are not there. Rows without id,
    without hidden columns or without readable money are left out.
    """
    rows, days = [*edited.payouts.rows, *edited.lines.rows], edited.export.scope.days
    payouts = [payout for row in edited.payouts.rows if (payout := _payout(row, days))]
    lines = [line for row in edited.lines.rows if (line := _line(row, days))]
    return Snapshot(
        environment=edited.export.environment,
        scope=edited.export.scope,
        taken_at=edited.export.exported_at,
        payouts={payout.id: payout for payout in payouts},
        lines={line.id: line for line in lines},
        partners=_partners(rows),
    )


def _partners(rows: Iterable[EditedRow]) -> dict[str, Partner]:
    named = {_text(row.fixed, "partner_id"): _text(row.fixed, "partner") for row in rows}
    return {partner_id: Partner(partner_id, name) for partner_id, name in named.items() if partner_id}


def _payout(row: EditedRow, days: Days) -> Payout | None:
    money = _money(row.fixed.get("amount"), row.fixed.get("currency"))
    if row.id is None or row.baseline is None or money is None:
        return None
    return Payout(
        id=row.id,
        partner_id=_text(row.fixed, "partner_id"),
        partner_name=_text(row.fixed, "partner"),
        batch_id=_known(row.fixed.get("batch_id")),
        period_start=_bound(row.fixed.get("period_start")),
        period_end=_bound(row.fixed.get("period_end"), last=True),
        amount=money,
        stage=_text(row.baseline, "stage"),
        po_number=_known(row.baseline["po_number"]),
        statement_note=_known(row.baseline["statement_note"]),
        created_at=_morning(row.fixed.get("created"), days),
        updated_at=_morning(row.fixed.get("updated"), days),
        unread=_unread(row.baseline),
    )


def _line(row: EditedRow, days: Days) -> CommissionLine | None:
    if row.id is None or row.baseline is None:
        return None
    money = _money(row.baseline["amount"], row.baseline["currency"])
    if money is None:
        return None
    return CommissionLine(
        id=row.id,
        partner_id=_text(row.fixed, "partner_id"),
        payout_id=_known(row.fixed.get("payout_id")),
        description=_known(row.baseline["description"]),
        amount=money,
        source_amount=_number(row.baseline["source_amount"]),
        status=_text(row.fixed, "status"),
        plan_name=_known(row.fixed.get("plan")),
        period_end=_bound(row.fixed.get("period_end"), last=True),
        internal_note=_known(row.baseline["internal_note"]),
        created_at=_morning(row.fixed.get("created"), days),
        updated_at=_morning(row.fixed.get("updated"), days),
        unread=_unread(row.baseline),
    )


def _known(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _text(values: Values, name: str) -> str:
    return _known(values.get(name)) or ""


def _number(value: Value) -> Decimal | None:
    return parse_decimal(value) if isinstance(value, str) else None


def _money(amount: Value, currency: Value) -> Money | None:
    number = _number(amount)
    return None if number is None or not isinstance(currency, str) else Money(number, currency)


def _unread(baseline: Values) -> frozenset[str]:
    return frozenset(name for name, value in baseline.items() if value is UNREAD)


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat((_known(value) or "")[:10])
    except ValueError:
        return None


def _bound(value: Value, *, last: bool = False) -> datetime | None:
    """The start of a day in UTC, or its last second: periods end there (introw-api.md 2.1)."""
    day = _day(value)
    return datetime.combine(day, time(23, 59, 59) if last else time(0), UTC) if day else None


def _morning(value: Value, days: Days) -> datetime | None:
    """The first moment of a day, where only the day of what happened is known."""
    day = _day(value)
    return days.start(day) if day else None
