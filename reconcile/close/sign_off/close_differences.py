"""What differs between two closes of a period: number by number, as the people who sign them see it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.close.close import Close
from reconcile.close.gl.gl_tables import tie_table
from reconcile.close.pack import checks_table, partners_table, rollforward_table
from reconcile.domain.money import shown_amount
from reconcile.domain.pack_table import Cell, Table, value_of

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "rollforward": ("currency",),
    "partners": ("currency", "partner_id"),
    "checks": ("check",),
    "gl": ("account", "currency"),
}
"""The columns by which a row of a table is known again."""
_NOT_COMPARED: Final = ("title", "partner")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a close that is not what it was. table: its title. row, column: where it stands in it.

    before, after: for people; empty where the row is not there.
    """

    table: str
    row: str
    column: str
    before: str
    after: str


def differences(then: Close, now: Close) -> tuple[Difference, ...]:
    """What differs in the roll-forward, by currency and partner, in the checks and in the tie to the GL."""
    found: list[Difference] = []
    for make in (rollforward_table, partners_table, checks_table, tie_table):
        found += _between(make(then), make(now))
    return tuple(found)


def _between(then: Table, now: Table) -> Iterator[Difference]:
    before, after = _by_key(then), _by_key(now)
    empty: tuple[Cell, ...] = (None,) * len(now.columns)
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key, empty), after.get(key, empty)
        for place, column in enumerate(now.columns):
            if column.key in (*_KEYS[now.key], *_NOT_COMPARED):
                continue
            if _value(old[place]) != _value(new[place]):
                one = new if key in after else old
                shown = (_shown(now, row, place) for row in (old, new))
                yield Difference(now.title, _named(now, one, key), column.header, *shown)


def _by_key(table: Table) -> dict[tuple[str, ...], tuple[Cell, ...]]:
    places = [table.place(name) for name in _KEYS[table.key]]
    return {tuple(str(row[place]) for place in places): row for row in table.rows}


def _named(table: Table, row: tuple[Cell, ...], key: tuple[str, ...]) -> str:
    """The row as people know it: a partner by name, a check by what it looks for."""
    name = next((str(row[table.place(one.key)]) for one in table.columns if one.key in _NOT_COMPARED), "")
    return f"{name} ({', '.join(key)})" if name else " ".join(key)


def _value(cell: Cell) -> object:
    """A value to compare; a row that is not there has the same as one with nothing in it."""
    return value_of(cell) or None


def _shown(table: Table, row: tuple[Cell, ...], place: int) -> str:
    value = value_of(row[place])
    if isinstance(value, Decimal):
        currency = str(row[table.place(table.currency)]) if table.currency else ""
        return f"{shown_amount(value, currency)} {currency}".strip()
    return "" if value is None else str(value)
