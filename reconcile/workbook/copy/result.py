"""The result workbook: a copy of the edited one that says in each row what became of it.

Everything else in the file stays as it is, byte for byte, charts, pictures and columns of the user's own
included. The copy is the same workbook by its identity: it can be corrected and compared again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from reconcile.atomic import replacing
from reconcile.domain.fields import RecordKind
from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.domain.results import RowResult
from reconcile.workbook.contract import Layout, load_layout
from reconcile.workbook.copy.result_columns import Block
from reconcile.workbook.ooxml import Book, damaged, open_book, scan
from reconcile.workbook.read import FoundSheet, find_sheets, meta_of

_STYLE_ORDER: Final = (
    "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
)
"""The children of a style sheet in the order that the format wants (ECMA-376 part 1, 18.8.39)."""


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
    rows = tuple(results)
    try:
        changed = _changed_parts(book, found, rows, layout)
    except (ValueError, KeyError) as error:
        raise damaged(source, str(error)) from error
    with replacing(target) as stream, ZipFile(source) as before, ZipFile(stream, "w", ZIP_DEFLATED) as after:
        for member in before.infolist():
            content = changed.get(member.filename)
            after.writestr(member, before.read(member) if content is None else content, ZIP_DEFLATED)


def _changed_parts(
    book: Book, found: Mapping[RecordKind, FoundSheet], results: Sequence[RowResult], layout: Layout
) -> dict[str, bytes]:
    changed: dict[str, bytes] = {}
    looks = _looks(book, layout, changed)
    with ZipFile(book.path) as archive:
        for kind, sheet in found.items():
            own = {one.row: one for one in results if one.kind is kind}
            part = book.sheets[sheet.name]
            content = scan(archive.read(part), ("cols",), {sheet.header, *own})
            tables = {name: scan(archive.read(name), ("tableColumns",)) for name in book.tables(sheet.name)}
            block = Block(content, sheet, tuple(layout.columns["result"].values()), looks)
            headers = next((cells for number, cells in book.rows(sheet.name) if number == sheet.header), {})
            block.write({place: cell.text for place, cell in headers.items()}, own, tables)
            changed[part] = content.result()
            changed |= {name: table.result() for name, table in tables.items()}
    return changed


def _looks(book: Book, layout: Layout, changed: dict[str, bytes]) -> tuple[int, int] | None:
    """Adds the looks of what was refused and of what waits; their numbers, None where there are no styles."""
    name = book.styles()
    if name is None:
        return None
    with ZipFile(book.path) as archive:
        styles = scan(archive.read(name), ("dxfs",))
    prefix = styles.prefix(styles.root)
    colours = [(layout.colours[key], layout.colours[f"{key}_text"]) for key in ("wrong", "changed")]
    texts = "".join(_dxf(prefix, ground[1:], ink[1:]) for ground, ink in colours)
    dxfs = styles.root.child("dxfs")
    count = len(dxfs.children) if dxfs else 0
    if dxfs:
        styles.append(dxfs, texts, {"count": str(count + 2)})
    else:
        styles.add_child("dxfs", f'<{prefix}dxfs count="2">{texts}</{prefix}dxfs>', _STYLE_ORDER)
    changed[name] = styles.result()
    return count, count + 1


def _dxf(prefix: str, ground: str, ink: str) -> str:
    text = (
        f'<dxf><font><color rgb="FF{ink}"/></font>'
        f'<fill><patternFill><bgColor rgb="FF{ground}"/></patternFill></fill></dxf>'
    )
    return re.sub(r"<(/?)", rf"<\1{prefix}", text)
