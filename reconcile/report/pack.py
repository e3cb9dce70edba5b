"""A pack of tables as one self-contained page, by a template that a user may replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from reconcile.domain.money import shown_amount
from reconcile.domain.table import Cell, Pack, Table, value_of
from reconcile.errors import ConfigurationError
from reconcile.resources import template

_HEIGHT = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in units of the drawing: y from the top. label: under it; shown: its value."""

    label: str
    shown: str
    y: int
    height: int
    is_negative: bool


def pack_page(pack: Pack, templates: Path | None = None) -> str:
    """The page. Everything in it is escaped. Raises ConfigurationError for a template that cannot be used."""
    source = template("close.html", templates)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["shown"] = _shown
    environment.globals["charts"] = _charts(pack)
    try:
        return environment.from_string(source.read_text(encoding="utf-8")).render(pack=pack)
    except TemplateError as error:
        raise ConfigurationError(f"The template {source} cannot be used: {error}.") from error


def render_table(table: Table, console: Console) -> None:
    """The table on a terminal: as a grid where it is of texts, and a line per row where it is of money."""
    console.print(table.title, style="bold")
    if any(column.kind == "money" for column in table.columns):
        for row in table.rows:
            console.print(_line(table, row), markup=False)
    else:
        grid = RichTable(box=None, pad_edge=False, header_style="bold")
        for column in table.columns:
            grid.add_column(column.header, justify="right" if column.kind == "number" else "left")
        for row in table.rows:
            grid.add_row(*(escape(_shown(table, row, place)) for place in range(len(row))))
        console.print(grid)
    console.print()


def _line(table: Table, row: tuple[Cell, ...]) -> str:
    """`USD  earned 1,200.00 · closing 1,200.00`: what is zero is left out, but for the last, a residual."""
    parts = []
    for place, column in enumerate(table.columns):
        if column.kind == "money" and (value_of(row[place]) or place == len(row) - 1):
            parts.append(f"{column.header.lower()} {_shown(table, row, place)}")
    return f"{value_of(row[0])}  " + " · ".join(parts)


def _shown(table: Table, row: tuple[Cell, ...], place: int) -> str:
    """A cell as text: money with the decimals of its row's currency."""
    column, value = table.columns[place], value_of(row[place])
    if value is None:
        return ""
    if column.kind == "money" and isinstance(value, Decimal):
        keys = [one.key for one in table.columns]
        return shown_amount(value, str(value_of(row[keys.index(table.currency)])) if table.currency else "")
    if column.kind == "share" and isinstance(value, Decimal):
        return f"{value:.1%}"
    return str(value)


def _charts(pack: Pack) -> Mapping[str, tuple[Bar, ...]]:
    """A chart per row of the charted table; the last money column, a residual, is not drawn."""
    if not pack.charted:
        return {}
    table = pack.table(pack.charted)
    places = [place for place, column in enumerate(table.columns) if column.kind == "money"][:-1]
    return {str(row[0]): _bars(table, row, places) for row in table.rows}


def _bars(table: Table, row: tuple[Cell, ...], places: list[int]) -> tuple[Bar, ...]:
    values = [Decimal(str(value_of(row[place]) or 0)) for place in places]
    high, low = max(*values, Decimal(0)), min(*values, Decimal(0))
    scale = _HEIGHT / ((high - low) or Decimal(1))
    found = []
    for place, value in zip(places, values, strict=True):
        top = int((high - max(value, Decimal(0))) * scale)
        height = max(1, int(abs(value) * scale)) if value else 0
        found.append(Bar(table.columns[place].header, _shown(table, row, place), top, height, value < 0))
    return tuple(found)
