"""A table for people, before it is a worksheet or a part of a page: headers, kinds of columns, rows, sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ColumnKind = Literal["text", "id", "money", "number", "date", "share"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. key: its stable name. header: its text. kind: how it is shown and aligned."""

    key: str
    header: str
    kind: ColumnKind = "text"


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


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a stable key.

    note: what a reader should know. currency: the key of the column that says the currency of a row's money,
    for its decimals.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    currency: str = ""


def value_of(cell: Cell) -> str | Decimal | int | date | None:
    """The value of a cell, whether it is a formula or not."""
    return cell.value if isinstance(cell, SumOf | RowSum) else cell


@dataclass(frozen=True, slots=True)
class Pack:
    """Tables with a cover: what they are about, and whether all is well.

    facts: a label and a text each. verdict: one sentence; sound: whether it is a good one. charted: the key
    of the table whose number columns are drawn, a chart per row. open_points: whether something passed that
    a person should know of. look: the version of how the page looks, so that an old one stays as it was.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    verdict: str
    sound: bool
    tables: tuple[Table, ...]
    charted: str = ""
    open_points: bool = False
    look: int = 1

    def table(self, key: str) -> Table:
        """The table with that key."""
        return next(table for table in self.tables if table.key == key)
