"""A pack of tables as one self-contained page, by a template that a user may replace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO

from jinja2 import TemplateRuntimeError
from markupsafe import Markup
from markupsafe import escape as escaped
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from reconcile.domain.money import shown_amount
from reconcile.domain.pack_table import (
    MONEY,
    Cell,
    ColumnKind,
    Pack,
    Table,
    in_texts,
    steps_of,
    totals_of,
    value_of,
)
from reconcile.report.template_engine import compiled, faults_of, filled_in, made_visible
from reconcile.resources import template

_HEIGHT = 120
_ZERO = "\u2013"
"""Stands for an amount of nothing, so that the figures that matter stand out."""
_CELL = "\0"
"""Stands in a template's pattern of a row where a cell goes."""
_PLAIN = re.compile(r"[\w., -]*", re.ASCII).fullmatch
"""A text with nothing to escape and nothing unseen."""
_LARGEST = 4_000_000_000
"""Characters of a page; that of a million lines has a quarter of them."""
_PIECES = 4
"""So many pieces of a page are written at once; one may be some hundred rows."""


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
    names = {"shown": _shown, "charts": _charts(pack), "cell": cell, "filled": filled, "totals": _totals}
    with faults_of(source):
        text = source.read_text(encoding="utf-8")
        page = compiled(text, source, escaping=True, names=names, finalize=finalize)
        pieces = filled_in(page, _LARGEST, pack=pack)
        while some := "".join(islice(pieces, _PIECES)):
            stream.write(some.encode("utf-8"))


def _visible(text: str) -> Markup:
    return escaped(made_visible(text))


def _filled(pattern: str, table: Table, safe: Callable[[str], Markup]) -> Iterator[Markup]:
    """Every row of a table by a pattern that has a `cell` for each column.

    The template makes the pattern once. Asking it for every cell takes 6.5 instead of 1.2 seconds at 100,000
    lines, and a page in one piece 426 MB.
    """
    form = str(pattern).replace("%", "%%").replace(_CELL, "%s")
    if pattern.count(_CELL) != len(table.columns):
        raise TemplateRuntimeError(f"a row of {table.key} has {len(table.columns)} cells")
    # Ids and most texts hold nothing to escape, and neither do amounts and days.
    for rows in in_texts(table, lambda text: text if _PLAIN(text) else safe(text), _text):
        yield Markup("".join(map(form.__mod__, rows)))  # noqa: S704  each cell is escaped


def _totals(table: Table) -> Iterator[list[str]]:
    """The sums below a table, per currency, as texts."""
    for currency, sums in totals_of(table).items():
        texts = [_text(sums[one.key], one.kind, currency) if one.key in sums else "" for one in table.columns]
        texts[table.place(table.currency)] = currency
        free = next((place for place, text in enumerate(texts) if not text), None)
        if free is not None:
            texts[free] = "Total"
        yield texts


def render_table(table: Table, console: Console) -> None:
    """The table on a terminal: as a grid where it is of texts, and a line per row where it is of money."""
    console.print(table.title, style="bold")
    if any(column.kind in MONEY for column in table.columns):
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
        value = value_of(row[place])
        if column.kind in MONEY and isinstance(value, Decimal) and (value or place == len(row) - 1):
            currency = table.currency_of(row) if table.currency else str(value_of(row[0]))
            parts.append(f"{column.header.lower()} {shown_amount(value, currency)}")
    return f"{value_of(row[0])}  " + " · ".join(parts)


def shown_rows(table: Table) -> Iterator[tuple[str, ...]]:
    """The rows as texts."""
    return chain.from_iterable(in_texts(table, str, _text))


def _shown(table: Table, row: Sequence[Cell], number: int) -> str:
    """A cell as text: money with the decimals of its row's currency."""
    return _text(row[number], table.columns[number].kind, table.currency_of(row))


def _text(cell: Cell, kind: ColumnKind, currency: str) -> str:
    value = value_of(cell)
    if value is None:
        return ""
    if kind in MONEY and isinstance(value, Decimal):
        if value and kind == "rest":
            return Markup('<strong class="rest">{}</strong>').format(shown_amount(value, currency))
        return shown_amount(value, currency) if value else _ZERO
    if kind == "share" and isinstance(value, Decimal):
        return f"{value:.1%}"
    return str(value)


def _charts(pack: Pack) -> Mapping[str, tuple[Bar, ...]]:
    """A chart per row of the charted table."""
    if not pack.charted:
        return {}
    table = pack.table(pack.charted)
    draw = _steps if pack.look > 2 else _bars
    return {str(row[0]): bars for row in table.rows if (bars := draw(table, row))}


def _bars(table: Table, row: tuple[Cell, ...]) -> tuple[Bar, ...]:
    """A bar for every column of money, each from zero; a residual is not drawn."""
    places = [place for place, column in enumerate(table.columns) if column.kind == "money"]
    return _drawn(table, row, [(one, Decimal(0), Decimal(str(value_of(row[one]) or 0))) for one in places])


def _steps(table: Table, row: tuple[Cell, ...]) -> tuple[Bar, ...]:
    """From the first column to the last, each step going on where the one before ended."""
    return _drawn(table, row, steps_of(table, row))


def _drawn(
    table: Table, row: tuple[Cell, ...], spans: Sequence[tuple[int, Decimal, Decimal]]
) -> tuple[Bar, ...]:
    ends = [end for _, start, stop in spans for end in (start, stop)] or [Decimal(0)]
    high, low = max(*ends, Decimal(0)), min(*ends, Decimal(0))
    scale = _HEIGHT / ((high - low) or Decimal(1))
    found = []
    for place, start, stop in spans:
        top = int((high - max(start, stop)) * scale)
        height = max(1, int(abs(stop - start) * scale)) if stop != start else 0
        found.append(Bar(table.columns[place].header, _shown(table, row, place), top, height, stop < start))
    return tuple(found)
