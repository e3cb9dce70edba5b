"""Cell formats of one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconcile.workbook.contract import Column, ColumnKind, Layout
from reconcile.workbook.export.xlsxwriter_port import Format, Workbook

DATE_FORMAT: Final = "yyyy-mm-dd"
COUNT_FORMAT: Final = "#,##0"
TEXT_FORMAT: Final = 49
"""The built-in format Text (`@`, ECMA-376 part 1, 18.8.30): what is typed there stays as typed."""

LINE_HEIGHT: Final = 15
"""The height of a row with one line of text."""
HEADER_HEIGHT: Final = 24

RIGHT: Final = (ColumnKind.AMOUNT, ColumnKind.COUNT)
"""The kinds of columns whose cells stand at the right."""

_NEW_AMOUNT_FORMAT: Final = "#,##0.00##"
WRONG_AMOUNT_FORMAT: Final = "#,##0.00########"
"""Shows the decimals that are too many, which the format of the currency would round away."""

_SHOWN_DECIMALS: Final = 15
_NUMBER_FORMATS: Final = {
    ColumnKind.AMOUNT: _NEW_AMOUNT_FORMAT,
    ColumnKind.DATE: DATE_FORMAT,
    ColumnKind.COUNT: COUNT_FORMAT,
}


def amount_format(decimals: int) -> str:
    """The number format of an amount with that many decimals: `#,##0.00` for two."""
    places = min(decimals, _SHOWN_DECIMALS)
    return "#,##0" + ("." + "0" * places if places else "")


def dashed(number_format: str) -> str:
    """The same format with a dash for zero, so that the figures that matter stand out."""
    return f"{number_format};-{number_format};\u2013"


class Formats:
    """The cell formats of one workbook, each made once. common: what all have; colours: by name."""

    def __init__(self, workbook: Workbook, common: Mapping[str, Any], colours: Mapping[str, str]) -> None:
        self.workbook, self.common, self.colours = workbook, common, colours
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def made(self, **properties: Any) -> Format:  # noqa: ANN401 - XlsxWriter's properties are of any type
        """The format with these XlsxWriter properties beside the common ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.mark(**{**self.common, **properties})
        return self._made[key]

    def mark(self, **properties: Any) -> Format:  # noqa: ANN401 - as in made
        """A conditional format, which holds only what it changes."""
        named = {
            name: self.colours.get(value, value) if name.endswith("color") else value
            for name, value in properties.items()
        }
        return self.workbook.add_format(named)


class Styles(Formats):
    """The formats of an export, in the colours and fonts of its layout."""

    def __init__(self, workbook: Workbook, layout: Layout) -> None:
        font = {"font_name": layout.font, "font_size": layout.font_size, "font_color": "ink"}
        super().__init__(workbook, font, layout.colours)
        self.layout = layout
        self._of_columns: dict[tuple[ColumnKind, bool, int, bool], Format] = {}

    def cell(
        self, number_format: str | int, *, editable: bool, right: bool = False, wrapped: bool = False
    ) -> Format:
        """A cell of a data sheet: white where it may be edited, shaded and muted where not."""
        return self.made(
            num_format=number_format,
            bg_color="editable" if editable else "read_only",
            font_color="ink" if editable else "muted",
            border=1,
            border_color="rule",
            align="right" if right else "left",
            indent=1,
            valign="top",
            **({"text_wrap": True} if wrapped else {}),
        )

    def data_cell(self, column: Column[Any], places: int = -1, *, wrapped: bool = False) -> Format:
        """A cell of a column. places: the decimals of its amounts; -1 where they are not known."""
        key = (column.kind, column.editable, places, wrapped)
        if key not in self._of_columns:
            number = _NUMBER_FORMATS.get(column.kind, TEXT_FORMAT)
            if column.kind is ColumnKind.AMOUNT and places >= 0:
                number = amount_format(places)
            right = column.kind in RIGHT
            self._of_columns[key] = self.cell(number, editable=column.editable, right=right, wrapped=wrapped)
        return self._of_columns[key]

    def header(self, *, editable: bool, right: bool = False) -> Format:
        """A header cell: in the accent colour over the columns that may be edited."""
        return self.made(
            bold=True,
            bg_color="accent" if editable else "header",
            font_color="accent_text" if editable else "ink",
            border=1,
            border_color="rule",
            align="right" if right else "left",
            indent=2 if right else 1,  # room for the filter button
            valign="vcenter",
            num_format=TEXT_FORMAT,
        )
