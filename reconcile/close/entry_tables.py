"""The tables of single entries: what was paid, and every line's part in every column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.close.close import Close
from reconcile.close.journal import accounts, is_booked
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.pack_table import Cell, Column, Table, headed

_MONEY: Final = (Movement.PAID, Movement.RETURNED, Movement.DIFFERENCE)


def partner_numbers(close: Close) -> dict[str, int]:
    """A number for each partner of the roll-forward."""
    return {one: number for number, one in enumerate(sorted({each.partner_id for each in close.entries}), 1)}


def paid_table(close: Close) -> Table:
    """What was paid and came back."""
    if close.frozen.version > 2:
        return _payments(close)
    money = [one for movement in _MONEY for one in close.of(movement)]
    rows = tuple(_rows(close, money))
    return Table("paid", "Paid in the period", _columns(close), rows, "", "currency")


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
    accounts_of = accounts(policy)
    rows = tuple(
        (*cells, *(accounts_of(one).values() if is_booked(one, policy) else ("", "")))
        for one, cells in zip(close.entries, _rows(close, close.entries), strict=True)
    )
    more = (Column("expense", "Expense account", "id"), Column("liability", "Liability account", "id"))
    return Table("lines", "Lines", (*_columns(close), *more), rows, "", "currency")


_COLUMNS: Final = (
    *headed("text", movement="Movement", currency="Currency"),
    Column("amount", "Amount", "money"),
    Column("partner", "Partner"),
    Column("partner_id", "Partner ID", "id"),
    Column("plan", "Plan"),
    *headed("id", line="Line ID", payout="Payout ID"),
    Column("why", "Reference or reason"),
    Column("day", "Date", "date"),
    *headed("text", source="Source", part="Kind"),
    Column("partner_no", "Partner no.", "number"),
)
_SHOWN: Final = {1: _COLUMNS[:9], 2: _COLUMNS}
"""The columns of an entry by the version of the ledger: the first one knew no days."""


def _columns(close: Close) -> tuple[Column, ...]:
    return _SHOWN[close.frozen.ledger_version]


def _rows(close: Close, entries: Iterable[Entry]) -> Iterator[tuple[Cell, ...]]:
    numbers, names = partner_numbers(close), {one: one.value for one in Movement}
    shown = len(_columns(close))
    for one in entries:
        whose = (one.partner, one.partner_id, one.plan, one.line_id, one.payout_id or "", one.why)
        since_2 = (one.day, one.source, one.part, numbers[one.partner_id])
        cells = (names[one.movement], one.currency, one.amount, *whose, *since_2)
        yield cells[:shown]
