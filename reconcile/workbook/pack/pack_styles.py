"""How the sheets of a pack look: their formats, each made once, and the widths of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from unicodedata import east_asian_width

from reconcile.domain.money import exponent
from reconcile.domain.pack_table import MONEY, ColumnKind, Pack, Table, value_of
from reconcile.workbook.export import (
    DATE_FORMAT,
    Format,
    Formats,
    Workbook,
    Worksheet,
    amount_format,
    dashed,
)

HEADER_ROW: Final = 2
"""The row of the headers on a table's sheet, from 0: a title and a note stand above."""
INK, SHADE, LINE, WRITING = "#1F2937", "#EEF2F6", "#CBD5E1", "#FFFBEB"
GOOD, OPEN, BAD = "#166534", "#92400E", "#B91C1C"

_WIDTHS: Mapping[ColumnKind, int] = {
    "text": 8,
    "id": 8,
    "money": 14,
    "rest": 14,
    "number": 8,
    "date": 12,
    "share": 10,
    "note": 50,
}
"""The least widths; texts get what the longest of them needs, up to `WIDEST`, and are wrapped beyond it."""
WIDEST = 60
_NUMBERS: Mapping[ColumnKind, str] = {"share": "0.0%", "number": "General"}


class PackLooks(Formats):
    """The formats of one pack."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book, {"font_name": "Calibri", "font_size": 11, "color": INK, "valign": "top"}, {})

    def cell(self, kind: ColumnKind, column: int, currency: str) -> Format:
        """The format of a cell. currency: that of its row, for the decimals of money."""
        if kind in MONEY:
            plain = amount_format((exponent(currency) or 0) if currency else 2)
            if kind == "money":
                return self.made(num_format=dashed(plain))
            return self.made(num_format=f"[Red]{plain};[Red]-{plain};\u2013")
        if kind == "note":
            return self.made(num_format="@", text_wrap=True, align="left", indent=1, bg_color=WRITING)
        if kind in ("text", "id"):
            return self.made(num_format="@", text_wrap=True, align="left", indent=1 if column else 0)
        if kind == "date":
            return self.made(num_format=DATE_FORMAT, align="left", indent=1 if column else 0)
        return self.made(num_format=_NUMBERS[kind])

    def header(self, kind: ColumnKind, column: int) -> Format:
        """The format of a header."""
        look = {"bold": True, "bg_color": SHADE, "bottom": 1, "bottom_color": LINE, "text_wrap": True}
        if kind in ("money", "rest", "number", "share"):
            return self.made(**look, align="right")
        return self.made(**look, align="left", indent=1 if column else 0)


def footer_of(pack: Pack) -> str:
    """What stands at the foot of each printed sheet: what the pack is of, the sheet, and the page."""
    # Ampersands are codes there, and a footer holds 255 characters.
    text = pack.footer.replace("&", "&&")[:180]
    return f"&L{text}&C&A&RPage &P of &N" if text else "&L&A&RPage &P of &N"


def printable(sheet: Worksheet, pages: tuple[int, int]) -> None:
    """Sets a sheet up for paper. pages: across and down; 0 where it may be as many as it takes."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.fit_to_pages(*pages)


def widths_of(table: Table) -> list[int]:
    """The widths of the columns in characters."""
    longest = [0] * len(table.columns)
    texts = [place for place, one in enumerate(table.columns) if one.kind in ("text", "id")]
    for rows, _ in table.blocks():
        columns = tuple(zip(*rows, strict=True))
        for place in texts:
            shown = {one if isinstance(one, str) else str(value_of(one)) for one in columns[place]}
            longest[place] = max(longest[place], *map(_wide, shown))
    return [
        max(_WIDTHS[one.kind], len(one.header) + 4, min(most + 3, WIDEST))  # 4: the arrow of the filter
        for one, most in zip(table.columns, longest, strict=True)
    ]


def _wide(text: str) -> int:
    """How many columns a text takes in a font of even width: Chinese and Japanese characters take two."""
    if text.isascii():
        return len(text)  # as most texts are
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
