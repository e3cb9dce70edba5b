"""A pack of tables as one self-contained page, by a template that a user may replace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import IO

from jinja2 import TemplateRuntimeError
from markupsafe import Markup
from markupsafe import escape as escaped
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from reconcile.domain.money import shown_amount
from reconcile.domain.pack_table import Cell, ColumnKind, Pack, Table, value_of
from reconcile.domain.unseen import visible
from reconcile.report.template_engine import compiled, faults_of, made_visible
from reconcile.resources import template

_HEIGHT = 120
_CELL = "\0"
"""Stands in a template's pattern of a row where a cell goes."""
_TEXTS = 4096
"""So many texts are remembered with what is written for them."""
_ROWS, _PIECES = 100, 20
"""So many rows of a table are one piece of a page, and so many pieces are written at once."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in units of the drawing: y from the top. label: under it; shown: its value."""

    label: str
    shown: str
    y: int
    height: int
    is_negative: bool


def write_page(
    stream: IO[bytes], pack: Pack, templates: Path | None = None, name: str = "close.html"
) -> None:
    """Writes the page by the template of that name. Everything in it is escaped, the unseen made visible.

    A pack of the first look keeps its page byte for byte, so there the unseen stays as it is.

    Raises ConfigurationError for a template that cannot be used.
    """
    source = template(name, templates)
    finalize = made_visible if pack.look > 1 else None
    filled = partial(_filled, safe=_visible if finalize else escaped)
    cell = Markup(_CELL)  # noqa: S704  our own mark
    names = {"shown": _shown, "charts": _charts(pack), "cell": cell, "filled": filled}
    with faults_of(source):
        text = source.read_text(encoding="utf-8")
        page = compiled(text, source, escaping=True, names=names, finalize=finalize)
        pieces = page.stream(pack=pack)
        pieces.enable_buffering(_PIECES)
        pieces.dump(stream, encoding="utf-8")


def _visible(text: str) -> Markup:
    return escaped(visible(text))


def _filled(pattern: str, table: Table, safe: Callable[[str], Markup]) -> Iterator[Markup]:
    """Every row of a table by a pattern that has a `cell` for each column.

    The template makes the pattern once. Asking it for every cell takes 6.5 instead of 1.2 seconds at 100,000
    lines, and a page in one piece 426 MB.
    """
    form = str(pattern).replace("%", "%%").replace(_CELL, "%s")
    if pattern.count(_CELL) != len(table.columns):
        raise TemplateRuntimeError(f"a row of {table.key} has {len(table.columns)} cells")
    # Neighbours share most of their texts: half a second less at 100,000 lines.
    written = lru_cache(_TEXTS)(safe)
    rows = (form % tuple(map(written, texts)) for texts in _shown_rows(table))
    while piece := "".join(islice(rows, _ROWS)):
        yield Markup(piece)  # noqa: S704  each cell is escaped


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


def _shown_rows(table: Table) -> Iterator[list[str]]:
    """The rows as texts."""
    kinds, place = [column.kind for column in table.columns], _currency_place(table)
    for row in table.rows:
        currency = "" if place is None else str(value_of(row[place]))
        yield [
            cell if isinstance(cell, str) else _text(cell, kind, currency)
            for cell, kind in zip(row, kinds, strict=True)
        ]


def _shown(table: Table, row: Sequence[Cell], number: int) -> str:
    """A cell as text: money with the decimals of its row's currency."""
    place = _currency_place(table)
    return _text(row[number], table.columns[number].kind, "" if place is None else str(value_of(row[place])))


def _currency_place(table: Table) -> int | None:
    keys = [column.key for column in table.columns]
    return keys.index(table.currency) if table.currency else None


def _text(cell: Cell, kind: ColumnKind, currency: str) -> str:
    value = value_of(cell)
    if value is None:
        return ""
    if kind == "money" and isinstance(value, Decimal):
        return shown_amount(value, currency)
    if kind == "share" and isinstance(value, Decimal):
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
