"""How the cells of a data sheet look and what they show: formats made once, heights, texts of odd values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.money import decimals, exponent
from reconcile.workbook.contract import Column, ColumnKind, Shown
from reconcile.workbook.export.styles import (
    COUNT_FORMAT,
    DATE_FORMAT,
    NEW_AMOUNT_FORMAT,
    TEXT_FORMAT,
    Styles,
    amount_format,
)
from reconcile.workbook.export.xlsxwriter_port import Format

RIGHT: Final = (ColumnKind.AMOUNT, ColumnKind.COUNT)
"""The kinds of columns whose cells stand at the right."""

LINE_HEIGHT: Final = 15
"""The height of a row with one line of text."""

FIRST_DAY: Final = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was; earlier days are written as text."""

# Texts of several lines show them all; a longer one would push the next rows out of sight.
_WRAPPED: Final = 300
_MOST_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Looks:
    """The format of each column and number of decimals, in one workbook."""

    styles: Styles
    formats: dict[tuple[str, int, bool], Format] = field(default_factory=dict)

    def of(self, column: Column[Any], value: Shown, currency: str) -> Format:
        """The format of a cell with that value in a row with that currency."""
        places = -1
        if column.kind is ColumnKind.AMOUNT and currency:
            needed = decimals(value) if isinstance(value, Decimal) else 0
            places = max(needed, exponent(currency) or 0)
        return self.made(column, places, wrapped=lines_of(value) > 1)

    def made(self, column: Column[Any], places: int, *, wrapped: bool) -> Format:
        """The format of a column. places: the decimals of its amounts; -1 where they are not known."""
        key = (column.id, places, wrapped)
        if key not in self.formats:
            self.formats[key] = self.styles.cell(
                _number_format(column.kind, places),
                editable=column.editable,
                right=column.kind in RIGHT,
                wrapped=wrapped,
            )
        return self.formats[key]


def lines_of(value: Shown) -> int:
    """How many lines a cell shows: those of a text that is not too long, else one."""
    return min(value.count("\n") + 1, _MOST_LINES) if isinstance(value, str) and len(value) <= _WRAPPED else 1


def as_text(value: Decimal | date) -> str:
    """The text for an amount or day that no number cell can hold."""
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()


def _number_format(kind: ColumnKind, places: int) -> str | int:
    if kind is ColumnKind.AMOUNT:
        return NEW_AMOUNT_FORMAT if places < 0 else amount_format(places)
    if kind is ColumnKind.DATE:
        return DATE_FORMAT
    return COUNT_FORMAT if kind is ColumnKind.COUNT else TEXT_FORMAT
