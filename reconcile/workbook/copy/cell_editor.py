"""Types into a workbook as a person would: a cell is found by sheet, row and header, and gets a value.

Nothing here knows about changes or plans. The demo and the tests play finance with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reconcile.atomic import replacing
from reconcile.workbook.ooxml import (
    LAST_ROW,
    Book,
    Element,
    Part,
    Parts,
    column_letters,
    open_book,
    scan,
    xml_text,
)

Value = str | float | None


@dataclass(frozen=True, slots=True)
class Keystroke:
    """A value typed into one cell.

    sheet: its name. row: the id that the row shows under `Payout ID` or `Line ID`, or the row's number.
    header: the column's header. value: as a spreadsheet holds it: text, a number, or None to empty the cell;
    a text that begins with = is a formula.
    """

    sheet: str
    row: str | int
    header: str
    value: Value


_ID_HEADERS = {"Payouts": "Payout ID", "Lines": "Line ID"}


def type_into(source: Path, target: Path, keystrokes: Iterable[Keystroke]) -> None:
    """Types into `source` and saves it as `target`. Raises KeyError where a cell is not there."""
    typed: defaultdict[str, list[Keystroke]] = defaultdict(list)
    for one in keystrokes:
        typed[one.sheet].append(one)
    book, parts = open_book(source), Parts.of(source)
    for sheet, some in typed.items():
        parts.put(book.sheets[sheet], _typed(parts.read(book.sheets[sheet]), _values(book, sheet, some)))
    with replacing(target) as stream:
        parts.save(stream)


def _values(book: Book, sheet: str, keystrokes: Iterable[Keystroke]) -> dict[int, dict[int, Value]]:
    """The values by the number of their row and their column, the last one typed."""
    rows = iter(book.rows(sheet))
    columns = {cell.text: column for column, cell in next(rows)[1].items()}
    id_column = columns.get(_ID_HEADERS.get(sheet, ""), -1)
    numbers = {cells[id_column].text: number for number, cells in rows if id_column in cells}
    found: defaultdict[int, dict[int, Value]] = defaultdict(dict)
    for one in keystrokes:
        row = one.row if isinstance(one.row, int) else numbers[one.row]
        found[row][columns[one.header]] = one.value
    return found


def _typed(content: bytes, values: dict[int, dict[int, Value]]) -> bytes:
    """The sheet with the values in it; a row that is not there is made."""
    part = scan(content, rows=values)
    if len(_rows(part)) < len(values):
        part = scan(content, rows=range(1, LAST_ROW + 1))
    rows = _rows(part)
    for number, cells in sorted(values.items()):
        row = rows.get(number)
        styles = {cell.index: cell.attributes.get("s", "") for cell in row.children} if row else {}
        prefix = part.prefix(row or part.root)
        written = {at: _cell(prefix, number, at, styles.get(at, ""), value) for at, value in cells.items()}
        if row:
            part.put_cells(row, written)
        else:
            texts = "".join(written[at] for at in sorted(written))
            _put_row(part, number, f'<{prefix}row r="{number}">{texts}</{prefix}row>')
    return part.result()


def _rows(part: Part) -> dict[int, Element]:
    data = part.root.child("sheetData")
    return {row.index: row for row in data.children} if data else {}


def _put_row(part: Part, number: int, text: str) -> None:
    data = part.root.child("sheetData")
    assert data
    later = next((row.start for row in data.children if row.index > number), None)
    if later is None:
        # Not `append`, which changes the start tag: several rows may be put at the end.
        later = part.end_of(data)
    part.replace(later, later, text)


def _cell(prefix: str, row: int, column: int, style: str, value: Value) -> str:
    tag = f"{prefix}c"
    place = f'<{tag} r="{column_letters(column)}{row}"' + (f' s="{style}"' if style else "")
    if value is None:
        return f"{place}/>"
    if not isinstance(value, str):
        return f"{place}><{prefix}v>{value}</{prefix}v></{tag}>"
    if value.startswith("="):
        return f"{place}><{prefix}f>{xml_text(value[1:])}</{prefix}f></{tag}>"
    text = f'<{prefix}t xml:space="preserve">{xml_text(value)}</{prefix}t>'
    return f'{place} t="inlineStr"><{prefix}is>{text}</{prefix}is></{tag}>'
