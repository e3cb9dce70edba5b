"""The review workbook: the person's workbook again, with notes, lists of ours, and cells that light up.

Everything else in the file stays as it is, byte for byte. It is the same workbook by its identity, so it is
edited further, decided in, sent back and compared like the one it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconcile.atomic import replacing
from reconcile.domain.fields import RecordKind
from reconcile.errors import WorkbookError
from reconcile.workbook.contract import (
    CHANGES,
    CONFLICTS,
    FINDINGS,
    WHOLE,
    Highlight,
    Layout,
    Markup,
    Note,
    load_layout,
    quoted,
)
from reconcile.workbook.copy.comments import add_notes
from reconcile.workbook.copy.table_sheet import add_highlight_looks, add_looks, free_name, put_table
from reconcile.workbook.ooxml import (
    BOOK_ORDER,
    LAST_ROW,
    SHEET_ORDER,
    Book,
    Part,
    Parts,
    column_letters,
    damaged,
    open_book,
    scan,
    whole,
    xml_text,
)
from reconcile.workbook.read import KEY, FoundSheet, find_sheets, meta_of, tables_of


def write_review(source: Path, target: Path, markup: Markup, templates: Path | None = None) -> None:
    """Write the review workbook of `source`.

    Raises ConfigurationError where the target cannot be written, and WorkbookError where the source cannot
    be read, or is Strict Open XML.
    """
    layout = load_layout(templates)
    book = open_book(source)
    found, _ = find_sheets(book, meta_of(book), layout)
    try:
        parts = Parts.of(source)
        if parts.is_strict:
            raise WorkbookError(
                f"{source.name} is saved as Strict Open XML. Save it as Excel Workbook (.xlsx) for a review."
            )
        _mark(parts, book, found, markup, layout)
    except (ValueError, KeyError, IndexError) as error:
        raise damaged(source, str(error)) from error
    with replacing(target) as stream:
        parts.save(stream)


def _mark(
    parts: Parts, book: Book, found: Mapping[RecordKind, FoundSheet], markup: Markup, layout: Layout
) -> None:
    looks = add_looks(parts, layout.colours)
    there = tables_of(book)
    names: dict[str, str] = {}
    for table in markup.tables:
        name = there.get(table.name) or free_name(table.name, book.sheets)
        put_table(parts, book.sheets, replace(table, colour=layout.colours[table.colour]), name, looks)
        hidden = next(index for index, column in enumerate(table.columns) if column.hidden)
        names[_name(table.name)] = _column(name, hidden, len(table.rows))
        for index, column in enumerate(table.columns):
            if column.editable:
                names[_DECIDED] = _column(name, index, len(table.rows))
    _name_columns(parts, names)
    _light_up(parts, book, found, markup.highlights, layout)
    for sheet in found.values():
        add_notes(parts, book.sheets[sheet.name], _notes_on(sheet.name, markup.notes))


def _notes_on(sheet: str, notes: Iterable[Note]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for note in notes:
        if note.sheet == sheet:
            found.setdefault(note.cell, []).append(note.text)
    return {cell: "\n".join(dict.fromkeys(texts)) for cell, texts in found.items()}


def _column(sheet: str, index: int, rows: int) -> str:
    """The cells of a column, as a formula names them.

    They end with the table: LibreOffice computes for minutes where each marked row counts a whole column.
    """
    letters = column_letters(index)
    return f"{quoted(sheet)}!${letters}$2:${letters}${max(rows, 1) + 1}"


def _name_columns(parts: Parts, columns: Mapping[str, str]) -> None:
    """Names for the columns with the keys: a rule of one sheet may not point to another one in old Excel.

    Those of an earlier review go. All others stay: the drop-downs and marks of the export live by them.
    """
    part = scan(parts.read(parts.workbook), ("definedNames",))
    prefix, listed = part.prefix(part.root), part.root.child("definedNames")
    for one in listed.children if listed else ():
        if one.attributes.get("name", "").casefold() in _OURS:
            part.replace(one.start, one.end, "")
    texts = "".join(
        f'<{prefix}definedName name="{name}">{xml_text(column)}</{prefix}definedName>'
        for name, column in columns.items()
    )
    if listed:
        part.append(listed, texts)
    else:
        part.add_child("definedNames", f"<{prefix}definedNames>{texts}</{prefix}definedNames>", BOOK_ORDER)
    parts.put(parts.workbook, part.result())


def _name(table: str) -> str:
    return f"reconcile_{table.lower()}"


_DECIDED: Final = "reconcile_decisions"
_OURS: Final = {_DECIDED, *map(_name, (CONFLICTS, CHANGES, FINDINGS))}
"""The names that a review defines."""
_OUR_RULE: Final = re.compile(rf"(MATCH|COUNTIFS)\(.*({'|'.join(sorted(_OURS))})\b".encode(), re.DOTALL)


def _light_up(
    parts: Parts,
    book: Book,
    found: Mapping[RecordKind, FoundSheet],
    highlights: Iterable[Highlight],
    layout: Layout,
) -> None:
    """Our rules before all others; those of an earlier review go."""
    wanted = tuple(highlights)
    looks = list(dict.fromkeys((one.fill, one.ink) for one in wanted))
    shown_as = [(layout.colours[fill], layout.colours[ink]) for fill, ink in looks]
    numbers = dict(zip(looks, add_highlight_looks(parts, shown_as), strict=True))
    for kind, sheet in found.items():
        mine = [one for one in wanted if one.kind is kind and {one.field, KEY} <= sheet.columns.keys()]
        part = scan(parts.read(book.sheets[sheet.name]), ("conditionalFormatting",))
        _make_room(part, len(mine))
        text = "".join(
            _rule(part.prefix(part.root), sheet, one, numbers[one.fill, one.ink], priority)
            for priority, one in enumerate(mine, start=1)
        )
        first = next((one for one in part.root.children if one.name == "conditionalFormatting"), None)
        if first:
            # Some programs go by the order of the rules, whatever their priorities.
            part.replace(first.start, first.start, text)
        elif text:
            part.add_child("conditionalFormatting", text, SHEET_ORDER)
        parts.put(book.sheets[sheet.name], part.result())


def _make_room(part: Part, count: int) -> None:
    for block in part.root.children:
        rules = block.children if block.name == "conditionalFormatting" else []
        if rules and all(_OUR_RULE.search(part.content[rule.start : rule.end]) for rule in rules):
            part.replace(block.start, block.end, "")
            continue
        for rule in rules:
            priority = whole(rule.attributes.get("priority", "1")) + count
            part.set_attributes(rule, {"priority": str(priority)})


def _rule(prefix: str, sheet: FoundSheet, one: Highlight, look: int, priority: int) -> str:
    column, key = (column_letters(sheet.columns[name]) for name in (one.field, KEY))
    top = sheet.header + 1
    # What is decided does not wait any more, so it does not light up.
    waiting = f',{_DECIDED},""' if one.table == CONFLICTS else ""
    found = (f'COUNTIFS({_name(one.table)},${key}{top}&"|{word}"{waiting})' for word in (one.key, WHOLE))
    formula = f"{'+'.join(found)}>0"
    return (
        f'<{prefix}conditionalFormatting sqref="{column}{top}:{column}{LAST_ROW}">'
        f'<{prefix}cfRule type="expression" dxfId="{look}" priority="{priority}">'
        f"<{prefix}formula>{xml_text(formula)}</{prefix}formula></{prefix}cfRule></{prefix}conditionalFormatting>"
    )
