"""What moved since a close, and the entry for it, as tables of a page."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.domain.pack_table import Cell, Column, Table, headed
from reconcile.jobs.closes.late_changes import Late

_CHANGES = (
    *headed("text", partner="Partner", record="Line or payout", movement="What", currency="Currency"),
    *headed("money", before="At the close", after="Now"),
    Column("why", "Why"),
)
_ENTRY = (
    Column("date", "Date", "date"),
    *headed("text", journal="Journal", account="Account"),
    *headed("money", debit="Debit", credit="Credit"),
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
