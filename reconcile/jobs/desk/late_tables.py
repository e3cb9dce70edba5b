"""What moved since a close, and the entry for it, as tables of a page."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.domain.pack_table import Cell, Column, Table
from reconcile.jobs.closes.late_changes import Late

_CHANGES = (
    Column("partner", "Partner"),
    Column("record", "Line or payout"),
    Column("movement", "What"),
    Column("currency", "Currency"),
    Column("before", "At the close", "money"),
    Column("after", "Now", "money"),
    Column("why", "Why"),
)
_ENTRY = (
    Column("date", "Date", "date"),
    Column("journal", "Journal"),
    Column("account", "Account"),
    Column("debit", "Debit", "money"),
    Column("credit", "Credit", "money"),
    Column("currency", "Currency"),
)


def late_tables(found: Late) -> tuple[Table, ...]:
    """The changes, and the entry; none of them where nothing moved."""
    tables = (
        Table("late", "What moved since the close", _CHANGES, tuple(_changes(found)), "", "currency"),
        Table("entry", "The entry that trues the books up", _ENTRY, tuple(_entry(found)), "", "currency"),
    )
    return tuple(one for one in tables if one.rows)


def _changes(found: Late) -> Iterator[tuple[Cell, ...]]:
    for one in found.changes:
        entry = one.entry
        record = entry.line_id or entry.payout_id or ""
        yield entry.partner, record, entry.movement.value, entry.currency, one.before, one.after, entry.why


def _entry(found: Late) -> Iterator[tuple[Cell, ...]]:
    for line in found.entry:
        sides = (line.amount, None) if line.amount > 0 else (None, -line.amount)
        yield line.date, line.journal, line.account, *sides, line.currency
