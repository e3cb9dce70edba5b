"""Gains and losses, and contract costs, of a longer period: summed over its closes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from reconcile.close.contract_cost.cost_tables import cost_tables
from reconcile.close.remeasurement.gain_tables import gain_tables
from reconcile.close.rollup.rolled_up import RollUp
from reconcile.domain.pack_table import Cell, Column, RowSum, Table, value_of

_GAINS: Final = (("currency", "to"), ("moved", "loss"), ("realised", "unrealised", "booked", "elsewhere"))
_COSTS: Final = (("currency", "plan"), ("added", "amortised", "impaired"), ())
Parts = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""The columns that name a row, those between opening and closing, and those that are summed beside them."""


def rolled_books(made: RollUp) -> Iterator[Table]:
    """The tables of a roll-up, where a close of it has them."""
    gains = [gain_tables(close)[:1] for close in made.closes]
    costs = [cost_tables(close) for close in made.closes]
    for found, parts in ((gains, _GAINS), (costs, _COSTS)):
        tables = [table for some in found for table in some]
        if tables:
            # Where the last close has none, nothing is left at the end.
            yield _rolled(tables, parts, has_last=bool(found[-1]))


def _rolled(tables: Sequence[Table], parts: Parts, *, has_last: bool) -> Table:
    keys, between, beside = parts
    sums: dict[tuple[str, ...], dict[str, Decimal]] = {}
    for number, table in enumerate(tables, start=1):
        for row in table.rows:
            key = tuple(str(value_of(row[table.place(name)])) for name in keys)
            found = sums.setdefault(key, {"opening": _amount(table, row, "opening")})
            for name in (*between, *beside):
                found[name] = found.get(name, Decimal(0)) + _amount(table, row, name)
            if number == len(tables) and has_last:
                found["closing"] = _amount(table, row, "closing")
    columns = _columns(tables[-1], keys, ("opening", *between, "closing"), beside)
    terms = (("opening", 1), *((name, 1) for name in between), ("closing", -1))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *key,
            *(found.get(name, Decimal(0)) for name in ("opening", *between, "closing")),
            RowSum(terms, sum((sign * found.get(name, Decimal(0)) for name, sign in terms), Decimal(0))),
            *(found[name] for name in beside),
        )
        for key, found in sorted(sums.items())
    )
    last = tables[-1]
    note = "Opening of the first close that has it, what all of them moved, closing of the last one."
    return Table(last.key, last.title, columns, rows, note, last.currency, is_summed=True)


def _columns(
    table: Table, keys: Sequence[str], money: Sequence[str], beside: Sequence[str]
) -> tuple[Column, ...]:
    there = {one.key: one for one in table.columns}
    parts = [there[name] for name in (*keys, *money)]
    return (*parts, Column("residual", "Residual", "rest"), *(there[name] for name in beside))


def _amount(table: Table, row: Sequence[Cell], name: str) -> Decimal:
    return Decimal(str(value_of(row[table.place(name)]) or 0))
