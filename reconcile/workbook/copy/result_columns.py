"""The four columns of a result in one data sheet: outcome, message, new id and time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from reconcile.domain.results import RowResult
from reconcile.workbook.contract import ColumnText
from reconcile.workbook.copy.result_view import ResultColumns, scroll_to_result
from reconcile.workbook.copy.table_sheet import free_name
from reconcile.workbook.ooxml import SHEET_ORDER, Element, Part, column_index, column_letters, whole, xml_text
from reconcile.workbook.read import KEY, FoundSheet

_AREA: Final = re.compile(r"\$?([A-Z]+)\$?([0-9]+):\$?([A-Z]+)\$?([0-9]+)")


@dataclass(slots=True)
class Block:
    """The columns in one sheet: at the right of everything, or where an earlier result put them.

    looks: the numbers of the differential formats of what was refused and of what waits; none without styles.
    """

    part: Part
    sheet: FoundSheet
    columns: tuple[ColumnText, ...]
    looks: Sequence[int]

    def write(
        self, headers: Mapping[int, str], results: Mapping[int, RowResult], tables: Mapping[str, Part]
    ) -> ResultColumns:
        """Write the header and the results by row; answers where they are.

        headers: the texts of the header row by column.
        """
        labels = [column.label for column in self.columns]
        place = _place_of(headers, labels)
        first = self.part.rightmost + 1 if place is None else place
        if place is None:
            # The headers of a table must be distinct.
            for number, label in enumerate(labels):
                labels[number] = free_name(label, [*headers.values(), *labels[:number]])
        data = self.part.root.child("sheetData")
        for row in data.children if data else ():
            one = results.get(row.index)
            texts = labels if row.index == self.sheet.header else result_texts(one) if one else None
            if texts:
                self._put(row, dict(enumerate(texts, start=first)))
        if place is None:
            self._frame(first, labels, tables)
        return ResultColumns(first, first + len(labels) - 1, scroll_to_result(self.part, self.sheet, first))

    def _put(self, row: Element, texts: Mapping[int, str]) -> None:
        """Texts into a row, in the look of its id, in the place of what stands there."""
        key = self.sheet.columns.get(KEY, max(self.sheet.columns.values()))
        style = next((cell.attributes.get("s", "") for cell in row.children if cell.index == key), "")
        prefix = self.part.prefix(row)
        self.part.put_cells(
            row,
            {
                column: _cell(prefix, f"{column_letters(column)}{row.index}", style, text)
                for column, text in texts.items()
            },
        )

    def _frame(self, first: int, labels: Sequence[str], tables: Mapping[str, Part]) -> None:
        """Widths, the filter, the looks, and the extent of the sheet."""
        last = first + len(labels) - 1
        self._set_widths(first)
        dimension = self.part.root.child("dimension")
        area = _AREA.fullmatch(dimension.attributes.get("ref", "")) if dimension else None
        bottom = int(area[4]) if area else self.sheet.header
        if dimension and area:
            self.part.set_attributes(dimension, {"ref": _wider(dimension.attributes["ref"], last)})
        bottom = _extend_table(tables, first, labels, self.sheet.header) or bottom
        prefix = self.part.prefix(self.part.root)
        is_in_table = any(table.pieces for table in tables.values())
        if not is_in_table and not self.part.root.child("autoFilter"):
            ref = f"{column_letters(first)}{self.sheet.header}:{column_letters(last)}{bottom}"
            self.part.add_child("autoFilter", f'<{prefix}autoFilter ref="{ref}"/>', SHEET_ORDER)
        if self.looks:
            self._light_up(prefix, column_letters(first), bottom)

    def _set_widths(self, first: int) -> None:
        prefix = self.part.prefix(self.part.root)
        texts = "".join(
            f'<{prefix}col min="{number}" max="{number}" width="{column.width + 0.7109375}" customWidth="1"/>'
            for number, column in enumerate(self.columns, start=first + 1)
        )
        cols = self.part.root.child("cols")
        if cols is None:
            self.part.add_child("cols", f"<{prefix}cols>{texts}</{prefix}cols>", SHEET_ORDER)
            return
        last = first + len(self.columns)
        place = self.part.end_of(cols)
        for col in cols.children:
            low, high = whole(col.attributes["min"]), whole(col.attributes["max"])
            if low > last:
                place = min(place, col.start)
            elif high > first:
                # Widths that somebody gave to everything at the right leave room for ours.
                rest = {**col.attributes, "min": str(last + 1)}
                kept = _col(prefix, {**col.attributes, "max": str(first)}) if low <= first else ""
                self.part.replace(
                    col.start, col.end, kept + texts + (_col(prefix, rest) if high > last else "")
                )
                texts = ""
        self.part.replace(place, place, texts)

    def _light_up(self, prefix: str, column: str, bottom: int) -> None:
        top = self.sheet.header + 1
        known = re.findall(rb'priority="([0-9]+)"', self.part.content)
        priority = max(map(int, known), default=0) + 1
        # The first column stays in sight while people scroll: it says where to look.
        lit = dict.fromkeys((column_letters(min(self.sheet.columns.values())), column))
        places = " ".join(f"{one}{top}:{one}{max(top, bottom)}" for one in lit)
        text = outcome_rules(self.looks, places, f"${column}{top}", priority, prefix)
        self.part.add_child("conditionalFormatting", text, SHEET_ORDER)


def outcome_rules(
    looks: Sequence[int], places: str, outcome: str, priority: int = 1, prefix: str = ""
) -> str:
    """The conditional format of what was refused and of what waits. outcome: the cell of the first row."""
    words = (("refused", "unknown"), ("skipped", "applied-differently"))
    rules = ""
    for number, (look, some) in enumerate(zip(looks, words, strict=True), start=priority):
        formula = "+".join(f'({outcome}="{word}")' for word in some)
        rules += (
            f'<{prefix}cfRule type="expression" dxfId="{look}" priority="{number}">'
            f"<{prefix}formula>{escape(formula)}</{prefix}formula></{prefix}cfRule>"
        )
    text = f'<{prefix}conditionalFormatting sqref="{places}">{rules}'
    return f"{text}</{prefix}conditionalFormatting>"


def _place_of(headers: Mapping[int, str], labels: Sequence[str]) -> int | None:
    """Where an earlier result put the columns."""
    places = (at for at, text in headers.items() if text == labels[0])
    return next((at for at in places if [headers.get(at + n) for n in range(len(labels))] == [*labels]), None)


def result_texts(one: RowResult) -> list[str]:
    """What the columns say of a row."""
    moment = one.at[:19].replace("T", " ")
    return [one.outcome, one.message, one.new_id, f"{moment} UTC" if moment else ""]


def _cell(prefix: str, place: str, style: str, text: str) -> str:
    where = f'r="{place}"' + (f' s="{style}"' if style else "")
    if not text:
        return f"<{prefix}c {where}/>"
    shown = xml_text(text)
    inner = f'<{prefix}is><{prefix}t xml:space="preserve">{shown}</{prefix}t></{prefix}is>'
    return f'<{prefix}c {where} t="inlineStr">{inner}</{prefix}c>'


def _col(prefix: str, attributes: Mapping[str, str]) -> str:
    return (
        f"<{prefix}col " + " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items()) + "/>"
    )


def _wider(ref: str, last: int) -> str:
    """An area that reaches to a column at least."""
    area = _AREA.fullmatch(ref)
    if area is None:
        return ref
    return f"{area[1]}{area[2]}:{column_letters(max(column_index(area[3]), last))}{area[4]}"


def _extend_table(tables: Mapping[str, Part], first: int, labels: Sequence[str], header: int) -> int | None:
    """Makes the columns part of the table that ends beside them; answers its last row, if there is one."""
    for table in tables.values():
        area = _AREA.fullmatch(table.root.attributes.get("ref", ""))
        columns = table.root.child("tableColumns")
        if not area or not columns or int(area[2]) != header or column_index(area[3]) != first - 1:
            continue
        ref = _wider(area[0], first + len(labels) - 1)
        prefix = table.prefix(table.root)
        number = max((whole(one.attributes["id"]) for one in columns.children), default=0)
        texts = "".join(
            f'<{prefix}tableColumn id="{at}" name={quoteattr(label)}/>'
            for at, label in enumerate(labels, start=number + 1)
        )
        table.set_attributes(table.root, {"ref": ref})
        table.append(columns, texts, {"count": str(len(columns.children) + len(labels))})
        if own_filter := table.root.child("autoFilter"):
            table.set_attributes(own_filter, {"ref": ref})
        return int(area[4])
    return None
