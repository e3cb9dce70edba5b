"""The result workbook: a copy of the edited one that says in each row what became of it.

The sheet Results lists the rows once more, what was not applied first. Each data sheet opens with the result
beside its frozen columns, and prints it. Everything else in the file stays as it is, byte for byte, charts,
pictures and columns of the user's own included. The copy is the same workbook by its identity: it can be
corrected and compared again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from reconcile.atomic import replacing
from reconcile.domain.fields import RecordKind
from reconcile.domain.phrases import id_of
from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.domain.results import RowResult
from reconcile.workbook.contract import (
    CONFLICT,
    CONFLICTS,
    MARKER,
    RESULTS,
    Layout,
    Link,
    ReviewColumn,
    ReviewRow,
    ReviewTable,
    load_layout,
)
from reconcile.workbook.copy.result_columns import Block, outcome_rules, result_texts
from reconcile.workbook.copy.result_view import print_result
from reconcile.workbook.copy.table_sheet import (
    add_highlight_looks,
    add_looks,
    free_name,
    open_with,
    put_table,
)
from reconcile.workbook.ooxml import Book, Parts, column_letters, damaged, open_book, scan
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
    waiting: Collection[str] | None = None,
) -> None:
    """Write the result workbook of `source`.

    waiting: the keys of the conflicts that still wait for a decision, if it is a review workbook: the others
    light up no more. None leaves them all as they are.

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
        _list_results(parts, book, found, by_kind, layout, looks)
        if waiting is not None:
            _put_out(parts, book, waiting)
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
    part = scan(parts.read(name), ("cols", "sheetViews", "sheetView"), {sheet.header, *results})
    tables = {table: scan(parts.read(table), ("tableColumns",)) for table in book.tables(sheet.name)}
    headers = next((cells for number, cells in book.rows(sheet.name) if number == sheet.header), {})
    block = Block(part, sheet, tuple(layout.columns["result"].values()), looks)
    columns = block.write({place: cell.text for place, cell in headers.items()}, results, tables)
    for changed, content in ((name, part), *tables.items()):
        parts.put(changed, content.result())
    print_result(parts, sheet, columns)


def _put_out(parts: Parts, book: Book, waiting: Collection[str]) -> None:
    """Empties the hidden cells on Conflicts by which the conflicts light up that are decided by now."""
    name = tables_of(book).get(CONFLICTS)
    rows = dict(book.rows(name)) if name else {}
    key = next((at for cells in rows.values() for at, cell in cells.items() if cell.text == CONFLICT), None)
    if not name or key is None:
        return
    texts = {number: cells[key].text for number, cells in rows.items() if key in cells}
    decided = {number for number, text in texts.items() if text not in {*waiting, CONFLICT}}
    part = scan(parts.read(book.sheets[name]), (), decided)
    data = part.root.child("sheetData")
    for row in data.children if data else ():
        if row.index in decided:
            part.put_cells(row, {key: f'<{part.prefix(row)}c r="{column_letters(key)}{row.index}"/>'})
    parts.put(book.sheets[name], part.result())


def _list_results(
    parts: Parts,
    book: Book,
    found: Mapping[RecordKind, FoundSheet],
    results: Mapping[RecordKind, Mapping[int, RowResult]],
    layout: Layout,
    outcome_looks: Sequence[int],
) -> None:
    """Writes the sheet Results, or writes it anew; none into Strict Open XML or a file without styles."""
    if parts.is_strict or not parts.related(parts.workbook, "styles"):
        return
    names = _partners(book, found) if results.get(RecordKind.NEW_LINE) else {}
    rows = [one for kind, sheet in found.items() for one in _rows(book, sheet, results[kind], names)]
    rows.sort(key=lambda row: row.cells[_OUTCOME] in _DONE)
    texts = layout.columns["result"].values()
    columns = (
        *(ReviewColumn(label, width) for label, width in _OF_THE_ROW),
        *(ReviewColumn(text.label, text.width) for text in texts),
        ReviewColumn("Record", 31),
        ReviewColumn(MARKER + RESULTS, 10, hidden=True),
    )
    colour = layout.colours["accent"]
    table = ReviewTable(RESULTS, columns, tuple(rows), colour, frozen=_OUTCOME + 1, opens=True)
    name = tables_of(book).get(RESULTS) or free_name(RESULTS, book.sheets)
    lit = column_letters(_OUTCOME)
    rules = outcome_rules(outcome_looks, f"{lit}2:{lit}{len(rows) + 1}", f"${lit}2") if rows else ""
    put_table(parts, book.sheets, table, name, add_looks(parts, layout.colours), rules)
    open_with(parts, book.sheets, name)


def _partners(book: Book, found: Mapping[RecordKind, FoundSheet]) -> dict[str, str]:
    """The names of the partners by id, as the rows of payouts and lines show them."""
    names: dict[str, str] = {}
    for kind in (RecordKind.PAYOUT, RecordKind.LINE):
        columns = found[kind].columns if kind in found else {}
        if "partner_id" in columns and "partner" in columns:
            for _, cells in book.rows(found[kind].name):
                who, name = (cells.get(columns[one]) for one in ("partner_id", "partner"))
                if who and name and who.text:
                    names[who.text] = name.text
    return names


def _rows(
    book: Book, sheet: FoundSheet, results: Mapping[int, RowResult], names: Mapping[str, str]
) -> Iterator[ReviewRow]:
    partner = sheet.columns.get("partner", sheet.columns.get("partner_id", -1))
    for number, cells in book.rows(sheet.name):
        if one := results.get(number):
            who, record = (
                cells[place].text if place in cells else "" for place in (partner, sheet.columns.get(KEY, -1))
            )
            who = names.get(id_of(who.strip()), who)
            yield ReviewRow((who, Link(sheet.name, f"A{number}"), *result_texts(one), record, ""))
