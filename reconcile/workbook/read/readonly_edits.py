"""Finds edits in columns that are for information only: reported with their cell, and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook
from reconcile.domain.fields import Value, Values, text_value
from reconcile.domain.finding import DATES_1904, Finding, Severity
from reconcile.domain.money import parse_decimal, plain
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import COLUMNS, Column, ColumnKind, Row, Shown, fifteen, showable
from reconcile.workbook.read.typed_dates import readings_of

_NOTHING: Final[Values] = {}
_NOISE: Final = Decimal("1e-9")
# The days that 0 stands for in the two date systems, for dates that came back as their numbers.
_EPOCHS: Final = (date(1899, 12, 30), date(1904, 1, 1))
_APART: Final = (_EPOCHS[1] - _EPOCHS[0]).days

Records = Mapping[str, Payout] | Mapping[str, CommissionLine]


def readonly_edits(edited: EditedWorkbook, baseline: Snapshot, locale: str = "") -> tuple[Finding, ...]:
    """Warnings (`read-only-edit`) for cells in read-only columns that differ from what was exported.

    What editors do by themselves is no edit: dates as text or as numbers, float noise, lost spaces and
    zeros. `locale` settles what dates as text mean; without one, either reading will do. Rows whose id the
    baseline does not know are left to the check.
    """
    findings = [
        *_of_sheet(edited.file, edited.payouts, baseline.payouts, baseline, locale),
        *_of_sheet(edited.file, edited.lines, baseline.lines, baseline, locale),
    ]
    return tuple(findings)


def _of_sheet(
    file: str, sheet: EditedSheet, exported: Records, baseline: Snapshot, locale: str
) -> Iterator[Finding]:
    columns = {column.id: column for column in COLUMNS[sheet.kind]}
    value_of = {name: column.value for name, column in columns.items()}
    for row in sheet.rows:
        record = exported.get(row.id or "")
        if record is None:
            continue
        # Read-only columns ask the record alone; neither its editable values nor its token.
        shown: Row[Any] = Row(record, _NOTHING, _NOTHING, baseline, "", record.id, record.amount.currency)
        for name, seen in row.fixed.items():
            before = value_of[name](shown)
            if before != seen and str(before) != seen and not _same(columns[name], before, seen, locale):
                yield _finding(file, sheet, row, name, before, locale)


def _finding(
    file: str, sheet: EditedSheet, row: EditedRow, column: str, before: Shown, locale: str
) -> Finding:
    seen = row.fixed[column]
    exported = _text(before) or "blank"
    days = readings_of(seen, locale) if isinstance(before, date) and isinstance(seen, str) else ()
    said = f" It may say {days[0]} or {days[1]}." if len(days) == 2 else ""
    if isinstance(before, date) and isinstance(seen, str) and _is_of_1904(before, seen):
        said = f" It is {_APART:,} days later: {DATES_1904}."
    return Finding(
        Severity.WARNING,
        "read-only-edit",
        f"This cell is for information only; it was {exported} at export. The edit is ignored.{said}",
        "Nothing to do. To change the record itself, use one of the white columns or Introw.",
        file=file,
        sheet=sheet.name,
        cell=sheet.cell(column, row.number),
        value=seen if isinstance(seen, str) else "",
        kind=sheet.kind,
        record_id=row.id or "",
    )


def _same(column: Column[Any], before: Shown, seen: Value, locale: str) -> bool:
    if isinstance(before, str) and not showable(before):
        return True
    was, now = _text(before), seen if isinstance(seen, str) else None
    if was is None or now is None or was == now:
        return (was or "").strip() == (now or "").strip()
    if column.kind is ColumnKind.DATE and isinstance(before, date):
        return _same_day(before, now, locale)
    return _same_number(was, now) or was.split() == now.split()


def _text(value: Shown) -> str | None:
    if isinstance(value, str) or value is None:
        return text_value(value)
    return plain(value) if isinstance(value, Decimal) else str(value)


def _same_number(was: str, now: str) -> bool:
    """Whether both are numbers of about the same value, as `000123` and `123`."""
    first, second = parse_decimal(was), parse_decimal(now)
    if first is None or second is None:
        return False
    return fifteen(first) == fifteen(second) or abs(first - second) <= abs(first) * _NOISE


def _is_of_1904(day: date, now: str) -> bool:
    """Whether the same number is another day because the file says that days are counted from 1904."""
    return now.startswith((day + timedelta(days=_APART)).isoformat())


def _same_day(day: date, now: str, locale: str) -> bool:
    serial = parse_decimal(now)
    if serial is None:
        return now.strip().startswith(day.isoformat()) or day in readings_of(now, locale)
    return int(serial) in ((day - epoch).days for epoch in _EPOCHS)
