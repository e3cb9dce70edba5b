"""Writes a pack of tables as a workbook: a cover with charts, a sheet per table, sums as live formulas."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from reconcile.domain.money import exponent
from reconcile.domain.table import Cell, ColumnKind, Pack, RowSum, SumOf, Table, value_of
from reconcile.workbook.xlsxwriter_names import Format, Workbook, Worksheet, xl_col_to_name

_LINKS = 7
"""The column of the cover, from 0, in which the list of the sheets stands, beside the facts."""
_ONE_PAGE = 6
"""So many charts are small enough for one printed page with the cover; more go on to the next page."""
_HEADER_ROW = 2
"""The row of the headers on a table's sheet, from 0: a title and a note stand above."""

_WIDTHS: Mapping[ColumnKind, int] = {"text": 8, "id": 8, "money": 14, "number": 8, "date": 12, "share": 10}
"""The least widths; texts get what the longest of them needs, up to `_WIDEST`, and are wrapped beyond it."""
_WIDEST = 60
_PAGE = 200
"""Characters across a printed page that can still be read; a wider sheet takes more pages."""
_INK, _SHADE, _LINE, _GOOD, _BAD = "#1F2937", "#EEF2F6", "#CBD5E1", "#166534", "#B91C1C"


def pack_bytes(pack: Pack, made_at: datetime) -> bytes:
    """The workbook. The same pack and time give the same bytes."""
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": pack.title, "created": made_at.replace(tzinfo=None)})
    writer = _Writer(book, pack)
    writer.cover()
    for table in pack.tables:
        writer.sheet(table)
    book.close()
    return stream.getvalue()


class _Writer:
    """The formats and the places of the sheets, which every part of the workbook needs."""

    def __init__(self, book: Workbook, pack: Pack) -> None:
        self._book, self._pack = book, pack
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names = {table.key: table.title[:31] for table in pack.tables}

    def cover(self) -> None:
        """What the pack is about, whether it passes, the charted table, and a link to every sheet."""
        pack, sheet = self._pack, self._book.add_worksheet("Summary")
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 1 if len(pack.table(pack.charted).rows) <= _ONE_PAGE else 0)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 9, 15)
        sheet.set_row(0, 28)
        sheet.write_string(0, 0, pack.title, self._format(bold=True, font_size=18))
        colour = _GOOD if pack.sound else _BAD
        sheet.merge_range(1, 0, 1, 9, pack.verdict, self._format(bold=True, color=colour, text_wrap=True))
        sheet.set_row(1, 18 if pack.sound else 15 * (1 + len(pack.verdict) // 110))
        for row, (label, text) in enumerate(pack.facts, start=3):
            sheet.write_string(row, 0, label, self._format(color="#475569"))
            sheet.write_string(row, 1, text, self._format())
        heading = self._format(bold=True, bottom=1, bottom_color=_LINE)
        sheet.write_string(3, _LINKS, "Sheets", heading)
        sheet.write_string(3, _LINKS + 1, "", heading)
        sheet.write_string(
            3, _LINKS + 2, "Rows", self._format(bold=True, bottom=1, bottom_color=_LINE, align="right")
        )
        for row, table in enumerate(pack.tables, start=4):
            sheet.write_url(row, _LINKS, f"internal:'{self._names[table.key]}'!A1", string=table.title)
            sheet.write_number(row, _LINKS + 2, len(table.rows), self._format())
        if pack.charted:
            self._charted(sheet, pack.table(pack.charted), 5 + max(len(pack.facts), len(pack.tables)))

    def _charted(self, sheet: Worksheet, table: Table, row: int) -> None:
        """The table once more, referring to its sheet, and a chart for each of its rows."""
        sheet.write_string(row, 0, table.title, self._format(bold=True, font_size=13))
        for column, one in enumerate(table.columns):
            sheet.write_string(row + 1, column, one.header, self._header(one.kind, column))
        for number, cells in enumerate(table.rows):
            for column, cell in enumerate(cells):
                place = f"'{self._names[table.key]}'!{xl_col_to_name(column)}{_HEADER_ROW + 2 + number}"
                shape = self._cell(table, column, cells)
                if isinstance(cell, str):
                    sheet.write_formula(row + 2 + number, column, f"={place}", shape, cell)
                else:
                    sheet.write_formula(row + 2 + number, column, f"={place}", shape, _plain(value_of(cell)))
        below = row + 3 + len(table.rows)
        for number, cells in enumerate(table.rows):
            chart = self._chart(table, number, str(cells[0]))
            sheet.insert_chart(below + 11 * (number // 2), 5 * (number % 2), chart)

    def _chart(self, table: Table, number: int, title: str) -> Any:  # noqa: ANN401  the library has no types
        name = self._names[table.key]
        money = [place for place, column in enumerate(table.columns) if column.kind == "money"][:-1]
        row = _HEADER_ROW + 1 + number
        chart = self._book.add_chart({"type": "column"})
        chart.add_series(
            {
                "categories": [name, _HEADER_ROW, money[0], _HEADER_ROW, money[-1]],
                "values": [name, row, money[0], row, money[-1]],
                "fill": {"color": "#335C81"},
                "gap": 60,
            }
        )
        chart.set_title({"name": f"{table.title}, {title}", "name_font": {"size": 11, "color": _INK}})
        chart.set_legend({"none": True})
        chart.set_y_axis(
            {"major_gridlines": {"visible": True, "line": {"color": _LINE}}, "num_format": "#,##0"}
        )
        chart.set_x_axis({"label_position": "low"})
        chart.set_size({"width": 570, "height": 210})
        return chart

    def sheet(self, table: Table) -> None:
        """One table: title, note, headers, rows; filterable, frozen, printable."""
        sheet = self._book.add_worksheet(self._names[table.key])
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        widths = [_width(table, column) for column in range(len(table.columns))]
        sheet.fit_to_pages(1 + sum(widths) // _PAGE, 0)
        sheet.repeat_rows(_HEADER_ROW)
        sheet.repeat_columns(0)
        sheet.set_footer("&L&A&RPage &P of &N")
        sheet.freeze_panes(_HEADER_ROW + 1, 1)
        sheet.write_string(0, 0, table.title, self._format(bold=True, font_size=14))
        sheet.write_string(1, 0, table.note, self._format(italic=True, color="#475569"))
        for column, one in enumerate(table.columns):
            sheet.write_string(_HEADER_ROW, column, one.header, self._header(one.kind, column))
            sheet.set_column(column, column, widths[column])
        for number, cells in enumerate(table.rows, start=_HEADER_ROW + 1):
            for column, cell in enumerate(cells):
                self._write(sheet, number, column, cell, self._cell(table, column, cells))
        last = _HEADER_ROW + max(1, len(table.rows))
        sheet.autofilter(_HEADER_ROW, 0, last, len(table.columns) - 1)

    def _write(self, sheet: Worksheet, row: int, column: int, cell: Cell, shape: Format) -> None:
        value = _plain(value_of(cell))
        if isinstance(cell, SumOf | RowSum):
            sheet.write_formula(row, column, self._formula(sheet, cell, row), shape, value)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, shape)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value, shape)
        elif value is None:
            sheet.write_blank(row, column, None, shape)
        else:
            sheet.write_number(row, column, value, shape)

    def _formula(self, sheet: Worksheet, cell: SumOf | RowSum, row: int) -> str:
        """Plain ranges: table references do not survive every program that finance may use."""
        if isinstance(cell, SumOf):
            table = self._pack.table(cell.table)
            criteria = "".join(f',{self._range(table, key)},"{_quoted(text)}"' for key, text in cell.where)
            return f"=SUMIFS({self._range(table, cell.column)}{criteria})"
        table = next(one for one in self._pack.tables if self._names[one.key] == sheet.get_name())
        keys = [column.key for column in table.columns]
        terms = (
            f"{'+' if sign > 0 else '-'}{xl_col_to_name(keys.index(key))}{row + 1}"
            for key, sign in cell.terms
        )
        return "=ROUND(" + "".join(terms).lstrip("+") + ",6)"

    def _range(self, table: Table, key: str) -> str:
        column = xl_col_to_name([one.key for one in table.columns].index(key))
        first, last = _HEADER_ROW + 2, _HEADER_ROW + 1 + max(1, len(table.rows))
        return f"'{self._names[table.key]}'!${column}${first}:${column}${last}"

    def _cell(self, table: Table, column: int, cells: tuple[Cell, ...]) -> Format:
        kind = table.columns[column].kind
        if kind == "money":
            keys = [one.key for one in table.columns]
            currency = value_of(cells[keys.index(table.currency)]) if table.currency else ""
            places = exponent(str(currency)) if currency else 2
            return self._format(num_format="#,##0" + ("." + "0" * places if places else ""))
        if kind in ("text", "id"):
            return self._format(num_format="@", text_wrap=True, align="left", indent=1 if column else 0)
        formats = {"date": "yyyy-mm-dd", "share": "0.0%", "number": "General"}
        return self._format(num_format=formats[kind])

    def _header(self, kind: ColumnKind, column: int) -> Format:
        look = {"bold": True, "bg_color": _SHADE, "bottom": 1, "bottom_color": _LINE, "text_wrap": True}
        if kind in ("money", "number", "share"):
            return self._format(**look, align="right")
        return self._format(**look, align="left", indent=1 if column and kind != "date" else 0)

    def _format(self, **given: Any) -> Format:  # noqa: ANN401  the library's own names and values
        given = {"font_name": "Calibri", "font_size": 11, "color": _INK, "valign": "top", **given}
        key = tuple(sorted(given.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(given)
        return self._formats[key]


def _width(table: Table, place: int) -> int:
    """A column's width in characters."""
    column = table.columns[place]
    least = max(_WIDTHS[column.kind], len(column.header) + 4)  # 4: the arrow of the filter
    if column.kind not in ("text", "id"):
        return least
    longest = max((_wide(str(value_of(row[place]))) for row in table.rows), default=0)
    return max(least, min(longest + 3, _WIDEST))


def _wide(text: str) -> int:
    """How many columns a text takes in a font of even width: Chinese and Japanese characters take two."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _plain(value: object) -> Any:  # noqa: ANN401  what the library writes
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int):
        return value
    return datetime.fromisoformat(str(value))


def _quoted(text: str) -> str:
    """A criterion that means the text itself: quotes doubled, wildcards and operators disarmed."""
    text = text.replace("~", "~~").replace("*", "~*").replace("?", "~?").replace('"', '""')
    return f"={text}"
