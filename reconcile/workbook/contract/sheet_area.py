"""Where the columns of a data sheet stand in a fresh workbook, for formulas and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reconcile.domain.fields import RecordKind
from reconcile.workbook.contract.columns import COLUMNS, SHEETS, hidden_label
from reconcile.workbook.contract.layout import Layout
from reconcile.workbook.ooxml import column_letters


@dataclass(frozen=True)
class Place:
    """A data sheet: its name, its headers by column id in order, and how many rows it has (at least 1)."""

    kind: RecordKind
    name: str
    labels: Mapping[str, str]
    rows: int

    @cached_property
    def indexes(self) -> dict[str, int]:
        """The number of each column, from 0, by column id."""
        return {column.id: index for index, column in enumerate(COLUMNS[self.kind])}

    def letter(self, column: str) -> str:
        """The letter of a column."""
        return column_letters(self.indexes[column])

    def first(self, column: str) -> str:
        """The first data cell of a column, free to move down: `$E2`."""
        return f"${self.letter(column)}2"

    def whole(self, column: str) -> str:
        """A column as formulas on other sheets see it, rows to come included: `'New lines'!$C:$C`."""
        letter = self.letter(column)
        return f"{quoted(self.name)}!${letter}:${letter}"


def place_of(kind: RecordKind, layout: Layout, rows: int) -> Place:
    """The place of a data sheet with that many records; a table has at least one row, be it blank."""
    shown = layout.labels(kind)
    labels = {c.id: shown.get(c.id) or hidden_label(kind, c.id) for c in COLUMNS[kind]}
    return Place(kind, layout.sheets[SHEETS[kind]], labels, max(rows, 1))


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    return "'" + sheet.replace("'", "''") + "'"
