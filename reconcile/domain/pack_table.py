"""A table for people, before it is a worksheet or a part of a page: headers, kinds of columns, rows, sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

ColumnKind = Literal["text", "id", "money", "rest", "number", "date", "share", "note"]
"""`rest` is money that is zero where all is well; `note` is a text that a person writes."""
MONEY: Final = ("money", "rest")


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
_TEXTS: Final = frozenset((str, date))
_BLOCK, _KNOWN = 512, 4096
"""So many rows are made into texts at a time, and so many texts are remembered."""


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

    def currency_of(self, row: Sequence[Cell]) -> str:
        """The currency of a row's money; empty where no column says it."""
        return str(value_of(row[self.place(self.currency)])) if self.currency else ""

    def blocks(self) -> Iterator[tuple[tuple[tuple[Cell, ...], ...], list[str]]]:
        """The rows with their currencies, some hundred at a time, for work that goes column by column."""
        of = self.place(self.currency) if self.currency else None
        for start in range(0, len(self.rows), _BLOCK):
            rows = self.rows[start : start + _BLOCK]
            yield rows, [""] * len(rows) if of is None else [str(value_of(row[of])) for row in rows]


def value_of(cell: Cell) -> str | Decimal | int | date | None:
    """The value of a cell, whether it is a formula or not."""
    return cell.value if isinstance(cell, _SUMS) else cell


class _Known(dict[str | date, str]):
    """What is written for a text or a day. It is made once, as long as both places are near each other."""

    def __init__(self, made: Callable[[str], str]) -> None:
        super().__init__()
        self.made = made

    def __missing__(self, cell: str | date) -> str:
        return self.setdefault(cell, self.made(str(cell)))


def in_texts(
    table: Table, of_text: Callable[[str], str], of_value: Callable[[Cell, ColumnKind, str], str]
) -> Iterator[list[tuple[str, ...]]]:
    """The rows as texts, some hundred at a time. of_text: of a text or a day; of_value: of any other cell.

    They are made column by column, and neighbours share most of their texts: half the time at 100,000 lines.
    """
    known = _Known(of_text)
    for rows, currencies in table.blocks():
        if len(known) > _KNOWN:
            known.clear()
        columns = [
            list(map(known.__getitem__, cells))
            if _TEXTS.issuperset(map(type, cells))
            else [
                known[cell] if isinstance(cell, str | date) else of_value(cell, column.kind, currency)
                for cell, currency in zip(cells, currencies, strict=True)
            ]
            for column, cells in zip(table.columns, zip(*rows, strict=True), strict=True)
        ]
        yield list(zip(*columns, strict=True))


def totals_of(table: Table) -> dict[str, dict[str, Decimal]]:
    """The sums of the columns of money per currency; nothing for a table whose rows are not summed."""
    found: dict[str, dict[str, Decimal]] = {}
    money = [(place, one.key) for place, one in enumerate(table.columns) if one.kind in MONEY]
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
