"""A sheet of text and figures that is filled from top to bottom, as `Start here` is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconcile.workbook.contract import showable
from reconcile.workbook.export.styles import TEXT_FORMAT, Styles
from reconcile.workbook.export.xlsxwriter_port import Worksheet

# A narrow margin, then stage, label, currency, three amounts, three counts.
_WIDTHS: Final = (2, 24, 26, 11, 18, 18, 18, 11, 11, 13)
_LAST: Final = len(_WIDTHS) - 1
_LINE_HEIGHT: Final = 16
# Characters that fit on one line across the sheet in the body font, with a little room to spare.
_LINE_LENGTH: Final = 140


@dataclass(slots=True)
class Page:
    """The sheet as it is filled from top to bottom; `row` is the next free row, from 0."""

    sheet: Worksheet
    styles: Styles
    row: int = 0

    def __post_init__(self) -> None:
        """Lay out the columns; the lines of the grid would compete with those of the tables."""
        for index, width in enumerate(_WIDTHS):
            self.sheet.set_column(index, index, width)
        self.sheet.hide_gridlines(2)

    def text(self, key: str) -> str:
        """A text of the template's `[start]`."""
        return self.styles.layout.start[key]

    def advance(self, height: int = _LINE_HEIGHT + 2) -> None:
        """Set the height of the present row, in points, and go to the next."""
        self.sheet.set_row(self.row, height)
        self.row += 1

    def title(self) -> None:
        """The band at the top, with what this workbook is in two lines."""
        look = {
            "bg_color": "accent",
            "font_color": "accent_text",
            "align": "left",
            "indent": 1,
            "text_wrap": True,
        }
        self._across(self.text("title"), 0, 34, font_size=18, bold=True, valign="vcenter", **look)
        self._across(self.text("subtitle"), 0, self._height(self.text("subtitle")) + 12, valign="top", **look)

    def section(self, key: str, *, on_new_page: bool = False) -> None:
        """A heading with a rule under it and room above; on paper, at the top of a page where asked for."""
        if on_new_page:
            self.sheet.set_h_pagebreaks([self.row])
        self.advance(12)
        look = {"bold": True, "font_size": 13, "font_color": "accent", "bottom": 2, "bottom_color": "accent"}
        self._across(self.text(key), 1, 22, valign="vcenter", **look)
        self.advance(5)

    def heading(self, key: str) -> None:
        """The heading of a table of totals."""
        self.advance(8)
        self.sheet.write_string(self.row, 1, self.text(key), self.styles.made(bold=True))
        self.advance()

    def paragraph(self, text: str, **look: Any) -> None:  # noqa: ANN401 - XlsxWriter's properties
        """A text across the sheet, as many lines high as it needs."""
        self._across(text, 1, self._height(text), text_wrap=True, valign="top", **look)

    def fact(self, key: str, text: str) -> None:
        """A label and its value."""
        self.sheet.write_string(self.row, 1, self.text(key), self.styles.made(font_color="muted"))
        if text and showable(text):
            self.sheet.write_string(self.row, 2, text, self.styles.made(num_format=TEXT_FORMAT))
        self.advance()

    def cells(self, first: int, values: Sequence[str], **look: Any) -> None:  # noqa: ANN401 - as above
        """Texts side by side from a column on."""
        for index, value in enumerate(values, start=first):
            self.sheet.write_string(self.row, index, value, self.styles.made(**look))

    def _height(self, text: str) -> int:
        return _LINE_HEIGHT * math.ceil(len(text) / _LINE_LENGTH) + 2

    def _across(self, text: str, first: int, height: int, **look: Any) -> None:  # noqa: ANN401 - as above
        self.sheet.merge_range(self.row, first, self.row, _LAST, "", self.styles.made(**look))
        self.sheet.write_string(self.row, first, text, self.styles.made(**look))
        self.advance(height)
