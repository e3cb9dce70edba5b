"""What is written into a copy of a person's workbook: notes on cells, and tables on sheets of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.domain.fields import RecordKind

CONFLICTS: Final = "Conflicts"
CHANGES: Final = "Changes"
FINDINGS: Final = "Findings"
RESULTS: Final = "Results"
WHOLE: Final = "whole"
DECISION: Final = "Decision"
"""The header of the column in which people decide."""
CONFLICT: Final = "Conflict"
"""The header of the hidden column that lights up the cells of a conflict; empty once it is decided."""
MARKER: Final = "reconcile:"
"""With the table's name, the header of the last column of each table, which is hidden."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to another one of the same workbook."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class ReviewColumn:
    """A column of a table of ours. width: in characters. editable: people choose or type here."""

    label: str
    width: int
    editable: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A row of such a table. choices: what its editable cell offers."""

    cells: tuple[str | Link, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """A sheet of ours.

    colour: of its tab, by its name in the template. frozen: how many columns stay in sight. opens: whether
    the workbook opens with it.
    """

    name: str
    columns: tuple[ReviewColumn, ...]
    rows: tuple[ReviewRow, ...]
    colour: str
    frozen: int = 0
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a cell of the person's own sheets."""

    sheet: str
    cell: str
    text: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """A column of a data sheet whose cells light up where a table of ours has a row for them.

    The table's first hidden column holds the record's id, a bar, and `key`, or WHOLE for all its fields.
    fill, ink: colours by their names in the template.
    """

    kind: RecordKind
    field: str
    table: str
    key: str
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class Markup:
    """Everything that is written into one copy."""

    notes: tuple[Note, ...]
    tables: tuple[ReviewTable, ...]
    highlights: tuple[Highlight, ...]
