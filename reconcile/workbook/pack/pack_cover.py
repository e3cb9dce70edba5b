"""The cover of a pack: what it is about, whether it passes, the charted table, a link to every sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.domain.pack_table import Pack, Table, value_of
from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.export import Workbook, Worksheet
from reconcile.workbook.pack.pack_charts import write_charts
from reconcile.workbook.pack.pack_rows import plain
from reconcile.workbook.pack.pack_styles import (
    BAD,
    GOOD,
    HEADER_ROW,
    LINE,
    OPEN,
    PackLooks,
    footer_of,
    printable,
)

_LINKS: Final = 7
"""The column, from 0, in which the list of the sheets stands, beside the facts."""
_ACROSS: Final = 75
"""So many characters of a fact stand on one line."""
_ONE_PAGE: Final = 6
"""So many charts are small enough for one printed page with the cover; more go on to the next page."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The first sheet. names: those of the sheets of the tables, by the tables' keys."""

    book: Workbook
    sheet: Worksheet
    looks: PackLooks
    pack: Pack
    names: Mapping[str, str]

    def write(self) -> None:
        """Fills the sheet."""
        covered = self.pack.covered or self.pack.charted
        table = self.pack.table(covered) if covered else None
        few = table is None or not self.pack.charted or len(table.rows) <= _ONE_PAGE
        printable(self.sheet, (1, 1 if few else 0))
        self.sheet.set_footer(footer_of(self.pack))
        self.sheet.set_column(0, 0, 24)
        self.sheet.set_column(1, len(table.columns) - 1 if table else 9, 15)
        self._headed()
        facts = (*self.pack.facts, *(self.pack.signatures or ()))
        for row, (label, text) in enumerate(facts, start=3):
            self.sheet.write_string(row, 0, label, self.looks.made(color="#475569"))
            self.sheet.merge_range(
                row, 1, row, _LINKS - 2, text, self.looks.made(text_wrap=True, align="left")
            )
            if len(text) > _ACROSS:
                self.sheet.set_row(row, 15 * (1 + len(text) // _ACROSS))
        self._listed()
        if table:
            self._covered(table, 5 + max(len(facts), len(self.pack.tables)))

    def _headed(self) -> None:
        pack, sheet, made = self.pack, self.sheet, self.looks.made
        sheet.set_row(0, 28)
        sheet.write_string(0, 0, pack.title, made(bold=True, font_size=18))
        colour = BAD if not pack.sound else OPEN if pack.open_points else GOOD
        sheet.merge_range(1, 0, 1, 9, pack.verdict, made(bold=True, color=colour, text_wrap=True))
        sheet.set_row(1, 18 if pack.sound else 15 * (1 + len(pack.verdict) // 110))

    def _listed(self) -> None:
        """The sheets, each a link, and how many rows it has."""
        look = {"bold": True, "bottom": 1, "bottom_color": LINE}
        self.sheet.write_string(3, _LINKS, "Sheets", self.looks.made(**look))
        self.sheet.write_string(3, _LINKS + 1, "", self.looks.made(**look))
        self.sheet.write_string(3, _LINKS + 2, "Rows", self.looks.made(**look, align="right"))
        for row, table in enumerate(self.pack.tables, start=4):
            self.sheet.write_url(row, _LINKS, f"internal:'{self.names[table.key]}'!A1", string=table.title)
            self.sheet.write_number(row, _LINKS + 2, len(table.rows), self.looks.made())

    def _covered(self, table: Table, row: int) -> None:
        """The table once more, referring to its sheet, and a chart for each of its rows."""
        self.sheet.write_string(row, 0, table.title, self.looks.made(bold=True, font_size=13))
        for column, one in enumerate(table.columns):
            self.sheet.write_string(row + 1, column, one.header, self.looks.header(one.kind, column))
        for number, cells in enumerate(table.rows):
            currency = table.currency_of(cells)
            for column, cell in enumerate(cells):
                place = f"'{self.names[table.key]}'!{column_letters(column)}{HEADER_ROW + 2 + number}"
                shape = self.looks.cell(table.columns[column].kind, column, currency)
                value = plain(value_of(cell))
                self.sheet.write_formula(row + 2 + number, column, f"={place}", shape, value)
        if self.pack.charted:
            write_charts(self.book, self.sheet, self.pack, self.names, row + 3 + len(table.rows))
