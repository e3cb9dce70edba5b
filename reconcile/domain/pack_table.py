"""A table for people, before it is a worksheet or a part of a page: headers, kinds of columns, rows, sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

ColumnKind = Literal["text", "id", "money", "rest", "number", "date", "share", "note"]
"""`rest` is money that is zero where all is well; `note` is a text that a person writes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. key: its stable name. header: its text. kind: how it is shown and aligned."""

    key: str
    header: str
    kind: ColumnKind = "text"


def headed(kind: ColumnKind, **headers: str) -> tuple[Column, ...]:
    """Columns of one kind, each by its key and its header."""
    return tuple(Column(key, header, kind) for key, header in headers.items())


@dataclass(frozen=True, slots=True)
class SumOf:
    """A cell that is the sum of a column of another table, so that it can be a live formula.

    table, column: what is added up. where: only rows whose columns have these texts. value: the sum. exact:
    whether texts must be the same letter by letter; else a spreadsheet ignores their case.
    """

    table: str
    column: str
    where: tuple[tuple[str, str], ...]
    value: Decimal
    exact: bool = False


@dataclass(frozen=True, slots=True)
class RowSum:
    """A cell that is a signed sum of other cells of its row. terms: column key and sign. value: the sum."""

    terms: tuple[tuple[str, int], ...]
    value: Decimal


Cell = str | Decimal | int | date | SumOf | RowSum | None
_SUMS: Final = (SumOf, RowSum)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a stable key.

    note: what a reader should know. currency: the key of the column that says the currency of a row's money,
    for its decimals. is_summed: whether the money of its rows is summed below them, per currency.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    currency: str = ""
    is_summed: bool = False

    def place(self, key: str) -> int:
        """The place of a column, from 0."""
        return [column.key for column in self.columns].index(key)


def value_of(cell: Cell) -> str | Decimal | int | date | None:
    """The value of a cell, whether it is a formula or not."""
    return cell.value if isinstance(cell, _SUMS) else cell


def totals_of(table: Table) -> dict[str, dict[str, Decimal]]:
    """The sums of the columns of money per currency; nothing for a table whose rows are not summed."""
    found: dict[str, dict[str, Decimal]] = {}
    money = [(place, one.key) for place, one in enumerate(table.columns) if one.kind in ("money", "rest")]
    of = table.place(table.currency) if table.is_summed else 0
    for row in table.rows if table.is_summed else ():
        sums = found.setdefault(str(value_of(row[of])), {key: Decimal(0) for _, key in money})
        for place, key in money:
            sums[key] += Decimal(str(value_of(row[place]) or 0))
    return dict(sorted(found.items()))


def steps_of(table: Table, row: tuple[Cell, ...]) -> tuple[tuple[int, Decimal, Decimal], ...]:
    """The columns of money of a row as steps: the place, and from where to where it goes.

    The first and the last stand on zero; what lies between goes on from where the one before ended, and is
    left out where it is zero. Where nothing lies between there are no steps.
    """
    places = [place for place, one in enumerate(table.columns) if one.kind == "money"]
    found, end = [], Decimal(0)
    for place in places:
        value = Decimal(str(value_of(row[place]) or 0))
        if place in (places[0], places[-1]):
            end = value
            found.append((place, Decimal(0), end))
        elif value:
            found.append((place, end, end + value))
            end += value
    return tuple(found) if len(found) > 2 else ()


@dataclass(frozen=True, slots=True)
class Pack:
    """Tables with a cover: what they are about, and whether all is well.

    facts: a label and a text each. verdict: one sentence; sound: whether it is a good one. charted: the key
    of the table whose money columns are drawn, a chart per row: from the first to the last, which is their
    sum. covered: the key of the table that stands on the cover. footer: of every printed sheet. signatures:
    who signs, as far as it is known. open_points: whether something passed that a person should know of.
    look: the version of how the page looks, so that an old one stays as it was.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    verdict: str
    sound: bool
    tables: tuple[Table, ...]
    charted: str = ""
    covered: str = ""
    footer: str = ""
    signatures: tuple[tuple[str, str], ...] = ()
    open_points: bool = False
    look: int = 1

    def table(self, key: str) -> Table:
        """The table with that key."""
        return next(table for table in self.tables if table.key == key)
