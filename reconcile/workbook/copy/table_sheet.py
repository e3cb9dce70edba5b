"""Sheets of our own in a copy of somebody's workbook: a table of texts and links, with a drop-down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from reconcile.workbook.contract import Link, ReviewRow, ReviewTable, quoted
from reconcile.workbook.ooxml import MAIN, STYLE_ORDER, Parts, column_letters, relation, scan, whole, xml_text

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"

_LINE: Final = 15
"""The height of a line of text, in points."""
_HIGHEST: Final = 409
"""The height that a row may have at most, in points."""
_INDENT: Final = 3
"""Characters of a column that its texts do not use: indent, borders, words that go to the next line."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The numbers of the cell styles of our sheets in the workbook's style sheet."""

    header: int
    plain: int
    link: int
    editable: int


def add_looks(parts: Parts, colours: Mapping[str, str]) -> Looks:
    """Adds the styles of our sheets to the workbook. colours: RGB in hexadecimal by name."""
    name = parts.related(parts.workbook, "styles")[0]
    part = scan(parts.read(name), ("fonts", "fills", "borders", "cellXfs"))
    prefix = part.prefix(part.root)
    first = {}
    additions = {
        "fonts": [
            _font(colours["accent_text"], "<b/>"),
            _font(colours["ink"]),
            _font(colours["accent"], "<u/>"),
        ],
        "fills": [_fill(colours["accent"]), _fill(colours["read_only"]), _fill(colours["changed"])],
        "borders": [_border(colours["rule"])],
    }
    for group, texts in additions.items():
        listed = part.root.child(group)
        if listed is None:
            raise ValueError(f"styles without {group}")
        first[group] = len(listed.children)
        part.append(listed, _prefixed(prefix, "".join(texts)), {"count": str(first[group] + len(texts))})
    looks = [(0, 0), (1, 1), (2, 1), (1, 2)]
    xfs = part.root.child("cellXfs")
    if xfs is None:
        raise ValueError("styles without cellXfs")
    count = len(xfs.children)
    texts = [_xf(first["fonts"] + font, first["fills"] + fill, first["borders"]) for font, fill in looks]
    part.append(xfs, _prefixed(prefix, "".join(texts)), {"count": str(count + len(texts))})
    parts.put(name, part.result())
    return Looks(count, count + 1, count + 2, count + 3)


def add_highlight_looks(parts: Parts, colours: Sequence[tuple[str, str]]) -> list[int]:
    """Adds differential formats, each a fill and an ink; answers their numbers, none without styles."""
    name = next(iter(parts.related(parts.workbook, "styles")), "")
    if not name:
        return []
    part = scan(parts.read(name), ("dxfs",))
    prefix, listed = part.prefix(part.root), part.root.child("dxfs")
    texts = _prefixed(prefix, "".join(_dxf(fill, ink) for fill, ink in colours))
    count = len(listed.children) if listed else 0
    total = str(count + len(colours))
    if listed:
        part.append(listed, texts, {"count": total})
    else:
        part.add_child("dxfs", f'<{prefix}dxfs count="{total}">{texts}</{prefix}dxfs>', STYLE_ORDER)
    parts.put(name, part.result())
    return [count + number for number in range(len(colours))]


def free_name(name: str, others: Iterable[str]) -> str:
    """A name for a sheet or a column that none of the person's own has, with a number if need be."""
    taken = {other.casefold() for other in others}
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name} {number}"
    return free


def put_table(
    parts: Parts, sheets: Mapping[str, str], table: ReviewTable, name: str, looks: Looks, rules: str = ""
) -> None:
    """Writes a sheet of ours under a name: over the one that is there, or as the last sheet.

    sheets: the parts of the sheets by name. Only sheets of ours are written over. rules: its conditional
    formats.
    """
    content = "".join(_sheet(table, name, looks, rules)).encode()
    if name in sheets:
        parts.put(sheets[name], content)
        return
    part_name = parts.free("xl/worksheets/sheet{}.xml")
    parts.put(part_name, content, _SHEET)
    relation_id = parts.relate(parts.workbook, "worksheet", part_name)
    book = scan(parts.read(parts.workbook), ("sheets",))
    listed = book.root.child("sheets")
    if listed is None:
        raise ValueError("a workbook without sheets")
    number = max((whole(one.attributes.get("sheetId", "0")) for one in listed.children), default=0) + 1
    prefix = book.prefix(book.root)
    given = f'name={quoteattr(name)} sheetId="{number}" {relation(book, relation_id)}'
    book.append(listed, f"<{prefix}sheet {given}/>")
    parts.put(parts.workbook, book.result())


def open_with(parts: Parts, sheets: Mapping[str, str], name: str) -> None:
    """Makes a sheet of ours the one that is seen first; no other sheet stays selected beside it.

    sheets: the parts of the other sheets. Two selected sheets are a group, in which an edit goes into both.
    """
    book = scan(parts.read(parts.workbook), ("sheets", "bookViews"))
    listed, views = book.root.child("sheets"), book.root.child("bookViews")
    names = [one.attributes.get("name") for one in listed.children] if listed else []
    if name not in names or not views or not views.children:
        return
    book.set_attributes(views.children[0], {"activeTab": str(names.index(name)), "firstSheet": None})
    parts.put(parts.workbook, book.result())
    for other, part_name in sheets.items():
        content = parts.read(part_name)
        head, mark, rest = content.partition(b"<sheetData")
        if other != name and mark:
            parts.put(part_name, re.sub(rb"""\stabSelected=["'](1|true)["']""", b"", head) + mark + rest)


def _sheet(table: ReviewTable, name: str, looks: Looks, rules: str) -> Iterator[str]:
    width = len(table.columns)
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
    yield f'<sheetPr><tabColor rgb="{_rgb(table.colour)}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
    yield f'<dimension ref="A1:{column_letters(width - 1)}{len(table.rows) + 1}"/>'
    selected = ' tabSelected="1"' if table.opens else ""
    yield f'<sheetViews><sheetView workbookViewId="0" showGridLines="0"{selected}>'
    side = f'xSplit="{table.frozen}" ' if table.frozen else ""
    active = "bottomRight" if table.frozen else "bottomLeft"
    first = column_letters(table.frozen)
    yield f'<pane {side}ySplit="1" topLeftCell="{first}2" activePane="{active}" state="frozen"/>'
    yield f'<selection pane="{active}"/></sheetView></sheetViews>'
    yield '<sheetFormatPr defaultRowHeight="15"/><cols>'
    for number, column in enumerate(table.columns, start=1):
        hidden = ' hidden="1"' if column.hidden else ""
        yield f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"{hidden}/>'
    yield "</cols><sheetData>"
    head = ReviewRow(tuple(column.label for column in table.columns))
    yield _row(1, head, [looks.header] * width, looks, _LINE)
    styles = [looks.editable if column.editable else looks.plain for column in table.columns]
    for number, row in enumerate(table.rows, start=2):
        yield _row(number, row, styles, looks, _height(row, table))
    yield f"</sheetData>{rules}"
    yield from _choices(table)
    yield from _links(table)
    yield '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    yield '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    footer = f"&L{name.replace('&', '&&')}&RPage &P of &N"
    yield f"<headerFooter><oddFooter>{xml_text(footer)}</oddFooter></headerFooter></worksheet>"


def _height(row: ReviewRow, table: ReviewTable) -> int:
    """The height at which no text is cut: programs do not all make room for texts that wrap."""
    lines = 1
    for value, column in zip(row.cells, table.columns, strict=True):
        if isinstance(value, str) and not column.hidden:
            room = max(column.width - _INDENT, 1)
            lines = max(lines, sum(-(-len(part) // room) or 1 for part in value.split("\n")))
    return min(lines * _LINE, _HIGHEST)


def _row(number: int, row: ReviewRow, styles: Sequence[int], looks: Looks, height: int) -> str:
    cells = []
    for index, (value, style) in enumerate(zip(row.cells, styles, strict=True)):
        link = isinstance(value, Link)
        text = f"{value.sheet}!{value.cell}" if isinstance(value, Link) else value
        where = f'r="{column_letters(index)}{number}" s="{looks.link if link else style}"'
        inner = f't="inlineStr"><is><t xml:space="preserve">{xml_text(text)}</t></is></c>'
        cells.append(f"<c {where} {inner}" if text else f"<c {where}/>")
    tall = f' ht="{height}" customHeight="1"' if height > _LINE else ""
    return f'<row r="{number}"{tall}>{"".join(cells)}</row>'


def _choices(table: ReviewTable) -> Iterator[str]:
    """The drop-downs, one per list: rows that offer the same share it."""
    editable = [index for index, column in enumerate(table.columns) if column.editable]
    offered: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(table.rows, start=2):
        if row.choices:
            offered.setdefault(row.choices, []).append(number)
    if not editable or not offered:
        return
    column = column_letters(editable[0])
    yield f'<dataValidations count="{len(offered)}">'
    for choices, numbers in offered.items():
        places = " ".join(_runs(column, numbers))
        yield (
            f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{places}">'
            f"<formula1>{xml_text(chr(34) + ','.join(choices) + chr(34))}</formula1></dataValidation>"
        )
    yield "</dataValidations>"


def _runs(column: str, numbers: Iterable[int]) -> Iterator[str]:
    """Rows as ranges: `I2:I5 I9:I9`."""
    first = last = 0
    for number in numbers:
        if number != last + 1 and first:
            yield f"{column}{first}:{column}{last}"
        first = number if number != last + 1 else first
        last = number
    yield f"{column}{first}:{column}{last}"


def _links(table: ReviewTable) -> Iterator[str]:
    links = [
        (f"{column_letters(index)}{number}", value)
        for number, row in enumerate(table.rows, start=2)
        for index, value in enumerate(row.cells)
        if isinstance(value, Link)
    ]
    if links:
        yield "<hyperlinks>"
        for place, link in links:
            yield f'<hyperlink ref="{place}" location={quoteattr(f"{quoted(link.sheet)}!{link.cell}")}/>'
        yield "</hyperlinks>"


def _rgb(colour: str) -> str:
    return f"FF{colour.lstrip('#')}"


def _font(colour: str, style: str = "") -> str:
    return f'<font>{style}<sz val="11"/><color rgb="{_rgb(colour)}"/><name val="Calibri"/></font>'


def _fill(colour: str) -> str:
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{_rgb(colour)}"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    )


def _border(colour: str) -> str:
    sides = (
        f'<{side} style="thin"><color rgb="{_rgb(colour)}"/></{side}>'
        for side in ("left", "right", "top", "bottom")
    )
    return f"<border>{''.join(sides)}<diagonal/></border>"


def _xf(font: int, fill: int, border: int) -> str:
    return (
        f'<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
        '<alignment horizontal="left" vertical="top" wrapText="1" indent="1"/></xf>'
    )


def _dxf(fill: str, ink: str) -> str:
    return (
        f'<dxf><font><color rgb="{_rgb(ink)}"/></font><fill><patternFill patternType="solid">'
        f'<fgColor rgb="{_rgb(fill)}"/><bgColor rgb="{_rgb(fill)}"/></patternFill></fill></dxf>'
    )


def _prefixed(prefix: str, text: str) -> str:
    return re.sub(r"<(/?)", rf"<\1{prefix}", text) if prefix else text
