"""Finds the columns of a data sheet by header text, whatever people moved, restyled or added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.errors import WorkbookError
from reconcile.workbook.contract import (
    ADDED_COLUMNS,
    COLUMNS,
    SHEETS,
    TOKEN_COLUMN,
    Layout,
    Meta,
    hidden_label,
)
from reconcile.workbook.ooxml import Book, Cells, column_letters
from reconcile.workbook.read.cell_view import shown

KEY: Final = "id"
# Somebody may have put a title above the table.
_LOOK_DOWN: Final = 20
# A sheet without its hidden columns is taken for ours when it has this share of the columns.
_ENOUGH: Final = 0.6
# Headers of earlier versions, for a workbook whose own list of them is lost.
_FORMER: Final = {RecordKind.NEW_LINE: (("partner_id", "Partner ID"),)}


@dataclass(frozen=True, slots=True)
class Names:
    """The headers of one kind of sheet: column ids by header (in the form of `_same_form`), and back.

    later: the columns that the version which exported the workbook did not have.
    """

    ids: Mapping[str, str]
    labels: Mapping[str, str]
    later: frozenset[str]


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a sheet: its number and where each known column stands, from 0, doubles included."""

    row: int
    places: Mapping[str, tuple[int, ...]]

    def has(self, column: str) -> bool:
        """Whether the column is there."""
        return column in self.places


def header_names(kind: RecordKind, meta: Meta, layout: Layout) -> Names:
    """The headers of a sheet: those it was exported with, and those of the layout as a fallback."""
    exported = meta.headers[SHEETS[kind]]
    known = set(exported.values())
    later = ADDED_COLUMNS - known
    # Where the exported headers are known, a column of the name of a later one is the person's own.
    taken = known | later if known else known
    fallback = [*layout.labels(kind).items(), *_FORMER.get(kind, ())]
    ids = {label: column for column, label in reversed(fallback) if column not in taken}
    hidden = {column.id: hidden_label(kind, column.id) for column in COLUMNS[kind] if column.hidden}
    ids |= {label: column for column, label in hidden.items()}
    ids |= exported
    # A damaged `_meta` may give the header of one column to another: each column keeps a name all the same.
    labels: dict[str, str] = {**dict(reversed(fallback)), **hidden}
    labels |= {column: label for label, column in ids.items()}
    return Names({_same_form(label): column for label, column in ids.items()}, labels, later)


def find_header(book: Book, sheet: str, names: Names) -> Header:
    """The row near the top of a sheet that has the most of these headers."""
    top = takewhile(lambda row: row[0] <= _LOOK_DOWN, book.rows(sheet, _LOOK_DOWN))
    headers = [Header(number, _places(cells, names)) for number, cells in top]
    return max(headers, key=lambda header: len(header.places), default=Header(1, {}))


def is_like(kind: RecordKind, header: Header) -> bool:
    """Whether a sheet with this header is of this kind, whatever its name.

    A hidden header names its kind. Without it, only payouts and lines are recognised: a copy of `Lines`
    must never pass for `New lines` or `New payouts`.
    """
    if header.has(TOKEN_COLUMN):
        return kind in NEW_KINDS or header.has(KEY)
    return header.has(KEY) and len(header.places) >= _ENOUGH * len(COLUMNS[kind])


def single_places(file: str, sheet: str, header: Header) -> dict[str, int]:
    """Where each column stands. Raises WorkbookError where a header of ours is there twice."""
    for places in header.places.values():
        if len(places) > 1:
            cells = " and ".join(f"{column_letters(place)}{header.row}" for place in places)
            raise WorkbookError(
                f"{file}: the sheet {sheet} has the same header in the cells {cells}. "
                "Rename or delete the column that was added."
            )
    return {column: places[0] for column, places in header.places.items()}


def missing_columns(
    file: str, kind: RecordKind, sheet: str, found: Iterable[str], names: Names
) -> list[Finding]:
    """Warnings for editable and hidden columns that are gone; nothing is changed on their account."""
    there = {*found, *names.later}
    gone = [column for column in COLUMNS[kind] if column.id not in there]
    findings = [
        Finding(
            Severity.WARNING,
            "column-missing",
            f"The column {names.labels[column.id]!r} is missing, so nothing in it is changed.",
            f"If its header was renamed, type {names.labels[column.id]!r} above it again. If it was deleted "
            "and you want to change something there, do so in a copy of the exported workbook.",
            file=file,
            sheet=sheet,
        )
        for column in gone
        if column.editable
    ]
    hidden = [names.labels[column.id] for column in gone if column.hidden]
    if hidden:
        findings.append(_hidden_missing(file, sheet, hidden))
    return findings


def _hidden_missing(file: str, sheet: str, labels: list[str]) -> Finding:
    return Finding(
        Severity.WARNING,
        "hidden-column-missing",
        f"The hidden columns at the right are not complete; missing: {', '.join(labels)}.",
        "Bring your edits into a copy of the exported workbook that has them.",
        file=file,
        sheet=sheet,
    )


def _places(cells: Cells, names: Names) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for index, cell in cells.items():
        column = names.ids.get(_same_form(shown(cell)))
        if column:
            places[column] = (*places.get(column, ()), index)
    return places


def _same_form(label: str) -> str:
    return " ".join(label.split()).casefold()
