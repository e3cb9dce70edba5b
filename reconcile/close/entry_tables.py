"""The tables of single entries: what was paid, and every line's part in every column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from reconcile.close.close import Close
from reconcile.close.journal import accounts, is_booked
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.pack_table import Cell, Column, Table, headed

Cells = Callable[[Entry], tuple[Cell, ...]]
_MONEY: Final = (Movement.PAID, Movement.RETURNED, Movement.DIFFERENCE)


def partner_numbers(close: Close) -> dict[str, int]:
    """A number for each partner of the roll-forward."""
    return {one: number for number, one in enumerate(sorted({each.partner_id for each in close.entries}), 1)}


def paid_table(close: Close) -> Table:
    """What was paid and came back."""
    if close.frozen.version > 2:
        return _payments(close)
    columns, cells = _ENTRIES[close.frozen.ledger_version]
    made = cells(close)
    money = [one for movement in _MONEY for one in close.of(movement)]
    rows = tuple(made(one) for one in money)
    return Table("paid", "Paid in the period", columns, rows, "", "currency")


def _payments(close: Close) -> Table:
    """Payment by payment: day, to whom, how much, by which reference, from which file."""
    columns = (
        Column("day", "Date", "date"),
        *headed("text", movement="Movement", partner="Partner"),
        Column("payout", "Payout ID", "id"),
        Column("amount", "Amount", "money"),
        Column("currency", "Currency"),
        Column("why", "Reference", "id"),
        Column("source", "File and payment"),
    )
    money = sorted(
        (one for movement in _MONEY for one in close.of(movement)),
        key=lambda one: (one.currency, one.day or close.frozen.period.end, one.partner, one.payout_id or ""),
    )
    rows = tuple(
        (
            one.day,
            one.movement.value,
            one.partner,
            one.payout_id or "",
            one.amount,
            one.currency,
            one.why,
            one.source,
        )
        for one in money
    )
    return Table("paid", "Paid in the period", columns, rows, "", "currency", is_summed=True)


def lines_table(close: Close) -> Table:
    """Every line's part in every column; where it is booked, the accounts as well."""
    policy = close.frozen.policy
    columns, cells = _ENTRIES[close.frozen.ledger_version]
    more = (Column("expense", "Expense account", "id"), Column("liability", "Liability account", "id"))
    made = cells(close)
    rows = tuple(
        (*made(one), *(accounts(one, policy).values() if is_booked(one, policy) else ("", "")))
        for one in close.entries
    )
    return Table("lines", "Lines", (*columns, *more), rows, "", "currency")


_FIRST_COLUMNS: Final = (
    *headed("text", movement="Movement", currency="Currency"),
    Column("amount", "Amount", "money"),
    Column("partner", "Partner"),
    Column("partner_id", "Partner ID", "id"),
    Column("plan", "Plan"),
    *headed("id", line="Line ID", payout="Payout ID"),
    Column("why", "Reference or reason"),
)


def _entry(one: Entry) -> tuple[Cell, ...]:
    return (
        one.movement.value,
        one.currency,
        one.amount,
        one.partner,
        one.partner_id,
        one.plan,
        one.line_id,
        one.payout_id or "",
        one.why,
    )


_SECOND_COLUMNS: Final = (
    *_FIRST_COLUMNS,
    Column("day", "Date", "date"),
    *headed("text", source="Source", part="Kind"),
    Column("partner_no", "Partner no.", "number"),
)


def _dated(close: Close) -> Cells:
    numbers = partner_numbers(close)
    return lambda one: (*_entry(one), one.day, one.source, one.part, numbers[one.partner_id])


_ENTRIES: Final[Mapping[int, tuple[tuple[Column, ...], Callable[[Close], Cells]]]] = {
    1: (_FIRST_COLUMNS, lambda _: _entry),
    2: (_SECOND_COLUMNS, _dated),
}
