"""The result workbook: a copy of the edited one that says in each row what became of it.

The sheet Results lists the rows once more, what was not applied first. Everything else in the file stays as
it is, byte for byte, charts, pictures and columns of the user's own included. The copy is the same workbook
by its identity: it can be corrected and compared again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from reconcile.atomic import replacing
from reconcile.domain.fields import RecordKind
from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.domain.results import RowResult
from reconcile.workbook.contract import (
    MARKER,
    RESULTS,
    Layout,
    Link,
    ReviewColumn,
    ReviewRow,
    ReviewTable,
    load_layout,
)
from reconcile.workbook.copy.result_columns import Block, result_texts
from reconcile.workbook.copy.table_sheet import add_highlight_looks, add_looks, free_name, put_table
from reconcile.workbook.ooxml import Book, Parts, damaged, open_book, scan
from reconcile.workbook.read import KEY, FoundSheet, find_sheets, meta_of, tables_of

_OF_THE_ROW: Final = (("Partner", 24), ("Row", 18))
_OUTCOME: Final = len(_OF_THE_ROW)
_DONE: Final = ("applied", "already-applied")


def write_result(
    source: Path,
    target: Path,
    results: Iterable[RowResult],
    templates: Path | None = None,
    limits: ReadLimits | None = None,
) -> None:
    """Write the result workbook of `source`.

    Raises ConfigurationError where the target cannot be written, and WorkbookError where the source cannot
    be read.
    """
    layout = load_layout(templates)
    book = open_book(source, limits)
    found, _ = find_sheets(book, meta_of(book), layout)
    by_kind: dict[RecordKind, dict[int, RowResult]] = {kind: {} for kind in found}
    for one in results:
        if one.kind in by_kind:
            by_kind[one.kind][one.row] = one
    try:
        parts = Parts.of(source)
        looks = _looks(parts, layout)
        for kind, sheet in found.items():
            _write(parts, book, sheet, by_kind[kind], layout, looks)
        _list_results(parts, book, found, by_kind, layout)
    except (ValueError, KeyError, IndexError) as error:
        raise damaged(source, str(error)) from error
    with replacing(target) as stream:
        parts.save(stream)


def _looks(parts: Parts, layout: Layout) -> list[int]:
    """Adds the looks of what was refused and of what waits; answers their numbers."""
    keys = ("wrong", "changed")
    return add_highlight_looks(parts, [(layout.colours[key], layout.colours[f"{key}_text"]) for key in keys])


def _write(
    parts: Parts,
    book: Book,
    sheet: FoundSheet,
    results: Mapping[int, RowResult],
    layout: Layout,
    looks: list[int],
) -> None:
    name = book.sheets[sheet.name]
    part = scan(parts.read(name), ("cols",), {sheet.header, *results})
    tables = {table: scan(parts.read(table), ("tableColumns",)) for table in book.tables(sheet.name)}
    headers = next((cells for number, cells in book.rows(sheet.name) if number == sheet.header), {})
    block = Block(part, sheet, tuple(layout.columns["result"].values()), looks)
    block.write({place: cell.text for place, cell in headers.items()}, results, tables)
    for changed, content in ((name, part), *tables.items()):
        parts.put(changed, content.result())


def _list_results(
    parts: Parts,
    book: Book,
    found: Mapping[RecordKind, FoundSheet],
    results: Mapping[RecordKind, Mapping[int, RowResult]],
    layout: Layout,
) -> None:
    """Writes the sheet Results, or writes it anew; none into Strict Open XML or a file without styles."""
    if parts.is_strict or not parts.related(parts.workbook, "styles"):
        return
    rows = [one for kind, sheet in found.items() for one in _rows(book, sheet, results[kind])]
    rows.sort(key=lambda row: row.cells[_OUTCOME] in _DONE)
    texts = layout.columns["result"].values()
    columns = (
        *(ReviewColumn(label, width) for label, width in _OF_THE_ROW),
        *(ReviewColumn(text.label, text.width) for text in texts),
        ReviewColumn("Record", 31),
        ReviewColumn(MARKER + RESULTS, 10, hidden=True),
    )
    table = ReviewTable(RESULTS, columns, tuple(rows), layout.colours["accent"], frozen=_OUTCOME + 1)
    name = tables_of(book).get(RESULTS) or free_name(RESULTS, book.sheets)
    put_table(parts, book.sheets, table, name, add_looks(parts, layout.colours))


def _rows(book: Book, sheet: FoundSheet, results: Mapping[int, RowResult]) -> Iterator[ReviewRow]:
    partner = sheet.columns.get("partner", sheet.columns.get("partner_id", -1))
    for number, cells in book.rows(sheet.name):
        if one := results.get(number):
            who, record = (
                cells[place].text if place in cells else "" for place in (partner, sheet.columns.get(KEY, -1))
            )
            yield ReviewRow((who, Link(sheet.name, f"A{number}"), *result_texts(one), record, ""))
