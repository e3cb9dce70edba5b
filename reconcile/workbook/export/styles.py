"""Cell formats of one workbook, each made once: a workbook of 300,000 lines has about twenty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from reconcile.workbook.contract import Layout
from reconcile.workbook.export.xlsxwriter_port import Format, Workbook

DATE_FORMAT: Final = "yyyy-mm-dd"
COUNT_FORMAT: Final = "#,##0"
TEXT_FORMAT: Final = 49
"""The built-in format Text (`@`, ECMA-376 part 1, 18.8.30): what is typed there stays as typed."""

NEW_AMOUNT_FORMAT: Final = "#,##0.00##"
WRONG_AMOUNT_FORMAT: Final = "#,##0.00########"
"""Shows the decimals that are too many, which the format of the currency would round away."""

_SHOWN_DECIMALS: Final = 15


def amount_format(decimals: int) -> str:
    """The number format of an amount with that many decimals: `#,##0.00` for two."""
    places = min(decimals, _SHOWN_DECIMALS)
    return "#,##0" + ("." + "0" * places if places else "")


def dashed(number_format: str) -> str:
    """The same format with a dash for zero, so that the figures that matter stand out."""
    return f"{number_format};-{number_format};\u2013"


@dataclass(frozen=True, slots=True)
class Styles:
    """The formats of one workbook, in the colours and fonts of its layout."""

    workbook: Workbook
    layout: Layout
    _made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def made(self, **properties: Any) -> Format:  # noqa: ANN401 - XlsxWriter's properties are of any type
        """The format with these XlsxWriter properties; colours are named by their key in the template."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.workbook.add_format(self._complete(properties))
        return self._made[key]

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

    def mark(self, **properties: Any) -> Format:  # noqa: ANN401 - as in made
        """A conditional format, which holds only what it changes."""
        return self.workbook.add_format(self._coloured(properties))

    def _complete(self, properties: dict[str, Any]) -> dict[str, Any]:
        font = {"font_name": self.layout.font, "font_size": self.layout.font_size, "font_color": "ink"}
        return self._coloured(font | properties)

    def _coloured(self, properties: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self.layout.colours.get(value, value) if name.endswith("color") else value
            for name, value in properties.items()
        }
