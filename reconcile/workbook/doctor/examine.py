"""Describes what happened to a workbook since its export: what programs lost, and what people moved."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.domain.edited import EditedSheet, EditedWorkbook
from reconcile.domain.fields import FIELDS, FieldKind, RecordKind
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import (
    COLUMNS,
    CONFLICTS,
    META,
    SHEETS,
    Layout,
    Meta,
    lines_in_order,
    load_layout,
    payouts_in_order,
)
from reconcile.workbook.ooxml import Book, SheetFacts, column_letters, open_book, saved_by
from reconcile.workbook.read import FoundSheet, find_sheets, is_blank, meta_of, shown, tables_of


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that happened. what: its short name. told: the facts. fix: what to do; empty for nothing.

    harm: edits may be lost or misread because of it, or people work without the sheet's own guards.
    """

    what: str
    told: str
    fix: str = ""
    harm: bool = False


_FEW: Final = 10
"""How many columns or areas a trace names."""

_FURTHER: Final = {
    "start": ("the steps, the legend and the totals are gone; the data does not need them", False),
    "lists": ("the drop-downs have nothing to offer", True),
}
"""What is lost with a sheet that holds no data, by its key, and whether that does harm."""
REPAIR: Final = "reconcile doctor FILE --repair OUT.xlsx writes a clean copy with the edits."


def examine(
    path: Path, policy: Policy, templates: Path | None = None, lost: Meta | None = None
) -> list[Trace]:
    """What happened to a workbook since its export, sheet by sheet. `lost`: its identity where that is gone.

    Raises WorkbookError where the file is not a workbook of ours.
    """
    book = open_book(path, policy.reading)
    meta = meta_of(book, lost)
    layout = load_layout(templates)
    sheets, _ = find_sheets(book, meta, layout)
    traces = [_program(path), *_workbook(book, meta, layout, sheets)]
    for kind, sheet in sheets.items():
        labels = layout.labels(kind)
        traces += [*_columns(book, sheet, labels), *_sheet(book, sheet, labels)]
    return traces


def _program(path: Path) -> Trace:
    program = saved_by(path)
    if program.exported:
        return Trace("Saved by", "nobody since the export")
    return Trace("Saved by", program.name or "a program that does not give its name (such as Google Sheets)")


def _workbook(
    book: Book, meta: Meta, layout: Layout, sheets: Mapping[RecordKind, FoundSheet]
) -> Iterator[Trace]:
    for kind, sheet in sheets.items():
        exported = meta.sheets.get(SHEETS[kind], "")
        if sheet.name != exported:
            yield Trace("Sheet renamed", f"{exported} is called {sheet.name} now; it is read all the same")
    for kind in (one for one in SHEETS if one not in sheets and meta.sheets.get(SHEETS[one])):
        yield Trace("Sheet missing", meta.sheets[SHEETS[kind]], REPAIR, harm=True)
    identity = _present(book, META)
    if not identity:
        yield Trace("Sheet missing", f"{META}: the workbook does not say what it is", REPAIR, harm=True)
    if identity in book.visible:
        yield Trace("Hidden sheet", f"{identity}, which identifies the workbook, is visible now")
    for key, name in _further(meta, layout).items():
        if not _present(book, name):
            lost, harm = _FURTHER[key]
            yield Trace("Sheet missing", f"{name}: {lost}", REPAIR, harm=harm)
    yield from _added(book, own_sheets(book, meta, layout, sheets))
    if book.from_1904:
        yield Trace("Dates", "counted from 1904; they are read as they look")


def _added(book: Book, added: Sequence[str]) -> Iterator[Trace]:
    review = tables_of(book)
    if review:
        read = f"; the decisions on {review[CONFLICTS]} are read" if CONFLICTS in review else ""
        yield Trace("Sheets of ours", ", ".join(review.values()) + read)
    own = [name for name in added if name not in review.values()]
    if own:
        yield Trace("Sheets of your own", f"{', '.join(own)}; they are not read")


def own_sheets(book: Book, meta: Meta, layout: Layout, sheets: Mapping[RecordKind, FoundSheet]) -> list[str]:
    """The sheets that were added since the export: by the person, or by a review."""
    taken = (
        {sheet.name for sheet in sheets.values()} | set(meta.sheets.values()) | set(layout.sheets.values())
    )
    taken |= {META, *(_present(book, name) for name in (META, *_further(meta, layout).values()))}
    return [name for name in book.sheets if name not in taken]


def _further(meta: Meta, layout: Layout) -> dict[str, str]:
    """Our sheets without data, by key, as the workbook was exported."""
    return {key: meta.sheets.get(key) or layout.sheets[key] for key in _FURTHER}


def _present(book: Book, name: str) -> str:
    """What a sheet is called now: its name, else as Numbers has it, `Start here - Table 1`; or empty."""
    called = re.compile(rf"{re.escape(name)} - \w+ [0-9]+", re.IGNORECASE)
    same = [sheet for sheet in book.sheets if sheet.casefold() == name.casefold()]
    return next(iter(same or filter(called.fullmatch, book.sheets)), "")


def _sheet(book: Book, sheet: FoundSheet, labels: Mapping[str, str]) -> Iterator[Trace]:
    facts, name = book.facts(sheet.name), sheet.name
    if facts.hidden:
        yield Trace("Rows hidden", f"{name}: {_hidden(sheet, facts, labels)}; they are read like the others")
    yield from _lost(sheet, facts, labels)
    if "sheetProtection" in facts.marks:
        fix = "Review, Unprotect Sheet, if sorting or typing is refused."
        yield Trace("Protection changed", f"{name}: it is protected now", fix)
    merged = [str(area) for area in book.merged(name)]
    if merged:
        fix = "Unmerge them, and put a value into each row."
        yield Trace("Merged cells", f"{name}: {', '.join(merged[:_FEW])}", fix, harm=True)


def _hidden(sheet: FoundSheet, facts: SheetFacts, labels: Mapping[str, str]) -> str:
    """`14 (rows 3-9, 12-18), by a filter on Stage`."""
    spans = [str(first) if first == last else f"{first}-{last}" for first, last in facts.hidden[:_FEW]]
    more = ", ..." if len(facts.hidden) > _FEW else ""
    word = "row" if facts.hidden_rows == 1 else "rows"
    headers = {place: labels.get(column, column) for column, place in sheet.columns.items()}
    by = [headers.get(place, f"column {column_letters(place)}") for place in sorted(facts.filtered)]
    how = f"by a filter on {', '.join(by)}" if by else "by hand"
    return f"{facts.hidden_rows:,} ({word} {', '.join(spans)}{more}), {how}"


def _lost(sheet: FoundSheet, facts: SheetFacts, labels: Mapping[str, str]) -> Iterator[Trace]:
    name = sheet.name
    # An export has these rules and marks on every data sheet, whatever is in it.
    ruled = [one.name for one in FIELDS[sheet.kind] if one.kind is not FieldKind.TEXT]
    free = [labels[one] for one in ruled if sheet.columns.get(one, -1) not in {-1, *facts.ruled}]
    if free:
        told = f"{name}: {', '.join(free)} take any input now; the check finds wrong values all the same"
        yield Trace("Validations lost", told, REPAIR, harm=True)
    if "conditionalFormatting" not in facts.marks:
        yield Trace("Formats lost", f"{name}: changed cells no longer light up", REPAIR, harm=True)
    if "tablePart" not in facts.marks:
        told = f"{name}: it is a plain range now; sort all of its columns together"
        yield Trace("Table lost", told, REPAIR, harm=True)
    if "pane" not in facts.marks:
        yield Trace("Header not frozen", name, "View, Freeze Panes.")


def _columns(book: Book, sheet: FoundSheet, labels: Mapping[str, str]) -> Iterator[Trace]:
    there = [column.id for column in COLUMNS[sheet.kind] if column.id in sheet.columns]
    stayed = _rising([sheet.columns[column] for column in there])
    moved = [column for column in there if sheet.columns[column] not in stayed]
    if moved:
        places = [f"{labels.get(one, one)} ({column_letters(sheet.columns[one])})" for one in moved[:_FEW]]
        told = f"{sheet.name}: {', '.join(places)}; they are found by their headers"
        yield Trace("Columns moved", told)
    there_or_later = {*sheet.columns, *sheet.later}
    gone = [column for column in COLUMNS[sheet.kind] if column.id not in there_or_later]
    if gone:
        told = f"{sheet.name}: {', '.join(labels.get(one.id, one.id) for one in gone)}"
        needed = any(one.editable or one.hidden for one in gone)
        yield Trace("Columns missing", told, REPAIR if needed else "", harm=needed)
    own = [
        f"{text or 'no header'} ({column_letters(place)})" for place, text in own_columns(book, sheet).items()
    ]
    if own:
        yield Trace("Columns of your own", f"{sheet.name}: {', '.join(own[:_FEW])}; they are not read")


def _rising(places: Sequence[int]) -> set[int]:
    """The most of these different places that are in order already, so that as few as possible moved."""
    # The longest rising part by patience sorting: on each pile the smallest end, and what it stands upon.
    ends: list[int] = []
    below: dict[int, int | None] = {}
    for place in places:
        rank = bisect_left(ends, place)
        below[place] = ends[rank - 1] if rank else None
        ends[rank : rank + 1] = [place]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = below[last]
    return found


def own_columns(book: Book, sheet: FoundSheet) -> dict[int, str]:
    """The headers of the columns that the person added, by place; empty for one without a header."""
    known = set(sheet.columns.values())
    found: dict[int, str] = {}
    for number, cells in book.rows(sheet.name):
        if number >= sheet.header:
            for place in cells.keys() - known - found.keys():
                if not is_blank(cells[place]):
                    found[place] = shown(cells[place]) if number == sheet.header else ""
    return dict(sorted(found.items()))


def arrangement(edited: EditedWorkbook, baseline: Snapshot) -> Iterator[Trace]:
    """What happened to the rows of the sheets that were exported; none of it does harm."""
    yield from _moved_rows(edited.payouts, [payout.id for payout in payouts_in_order(baseline)])
    yield from _moved_rows(edited.lines, [line.id for line in lines_in_order(baseline)])


def _moved_rows(sheet: EditedSheet, exported: Sequence[str]) -> Iterator[Trace]:
    gone = len(exported) - len(sheet.ids & set(exported))
    if gone:
        told = f"{sheet.name}: {gone:,} of {len(exported):,}; a missing row changes nothing"
        yield Trace("Rows missing", told)
    order = {record: number for number, record in enumerate(exported)}
    now = [order[row.id] for row in sheet.rows if row.id in order]
    if now != sorted(now):
        moved = len(now) - len(_rising(list(dict.fromkeys(now))))
        word = "row stands" if moved == 1 else "rows stand"
        told = f"{sheet.name}: {moved:,} {word} elsewhere than at export; rows are known by their ids"
        yield Trace("Rows sorted", told)
