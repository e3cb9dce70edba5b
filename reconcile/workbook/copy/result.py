"""The result workbook: a copy of the edited one that says in each row what became of it.

Everything else in the file stays as it is, byte for byte, charts, pictures and columns of the user's own
included. The copy is the same workbook by its identity: it can be corrected and compared again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from reconcile.atomic import replacing
from reconcile.domain.fields import RecordKind
from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.domain.results import RowResult
from reconcile.workbook.contract import Layout, load_layout
from reconcile.workbook.copy.result_columns import Block
from reconcile.workbook.copy.table_sheet import add_highlight_looks
from reconcile.workbook.ooxml import Book, Parts, damaged, open_book, scan
from reconcile.workbook.read import FoundSheet, find_sheets, meta_of


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
    except (ValueError, KeyError) as error:
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
