"""The charts of a pack's cover: for each row how its first amount became its last, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from reconcile.domain.pack_table import Cell, Pack, Table, steps_of, value_of
from reconcile.domain.spreadsheet import column_letters
from reconcile.workbook.export import Workbook, Worksheet
from reconcile.workbook.pack.pack_styles import HEADER_ROW, INK, LINE

Spans = tuple[tuple[int, Decimal, Decimal], ...]
_HELP: Final = 30
"""The first of the hidden columns of the cover in which the steps of the charts stand."""
_SERIES: Final = (
    ("Base", None),
    ("Balance", "#335C81"),
    ("Up", "#166534"),
    ("Up, below zero", "#166534"),
    ("Down", "#B91C1C"),
    ("Down, below zero", "#B91C1C"),
)
"""What a column is stacked of, and its colour; the base cannot be seen."""


def write_charts(book: Workbook, sheet: Worksheet, pack: Pack, names: Mapping[str, str], below: int) -> None:
    """Writes a chart for each row of the charted table, two beside each other from a row on."""
    table = pack.table(pack.charted)
    at = 1
    steps = ((number, cells, steps_of(table, cells)) for number, cells in enumerate(table.rows))
    for place, (number, cells, spans) in enumerate(one for one in steps if one[2]):
        _steps(sheet, at, table, names[table.key], number, spans)
        chart = _chart(book, sheet.get_name(), at, table, cells, spans)
        sheet.insert_chart(below + 11 * (place // 2), 5 * (place % 2), chart)
        at += len(spans) + 1
    sheet.set_column(_HELP, _HELP + 3 + len(_SERIES), 10, None, {"hidden": True})


def _steps(sheet: Worksheet, at: int, table: Table, name: str, number: int, spans: Spans) -> None:
    """The steps of one chart as formulas over the sheet of the table: label, start, end, and the parts."""
    start, end = column_letters(_HELP + 1), column_letters(_HELP + 2)
    for step, (place, first, last) in enumerate(spans):
        row = at + step
        cell = f"'{name}'!{column_letters(place)}{HEADER_ROW + 2 + number}"
        is_balance = step in (0, len(spans) - 1)
        sheet.write_string(row, _HELP, table.columns[place].header)
        sheet.write_formula(row, _HELP + 1, "=0" if is_balance else f"={end}{row}", None, float(first))
        sheet.write_formula(
            row, _HELP + 2, f"={cell}" if is_balance else f"={start}{row + 1}+{cell}", None, float(last)
        )
        for series, (formula, value) in enumerate(_parts(row + 1, first, last, is_balance=is_balance)):
            sheet.write_formula(row, _HELP + 3 + series, formula, None, float(value))


def _parts(row: int, first: Decimal, last: Decimal, *, is_balance: bool) -> tuple[tuple[str, Decimal], ...]:
    """The parts of a column: formula and value. A step may cross zero, and so stand on both sides of it."""
    a, b = f"{column_letters(_HELP + 1)}{row}", f"{column_letters(_HELP + 2)}{row}"
    zero, low, high = Decimal(0), min(first, last), max(first, last)
    if is_balance:
        return (("=0", zero), (f"={b}", last), *((("=0", zero),) * 4))
    over = f"MAX({a},{b},0)-MAX(MIN({a},{b}),0)"
    under = f"MIN({a},{b},0)-MIN(MAX({a},{b}),0)"
    above, beneath = max(high, zero) - max(low, zero), min(low, zero) - min(high, zero)
    base = f"=MAX(MIN({a},{b}),0)+MIN(MAX({a},{b}),0)"
    is_up = last >= first
    return (
        (base, max(low, zero) + min(high, zero)),
        ("=0", zero),
        (f"=IF({b}>={a},{over},0)", above if is_up else zero),
        (f"=IF({b}>={a},{under},0)", beneath if is_up else zero),
        (f"=IF({b}<{a},{over},0)", zero if is_up else above),
        (f"=IF({b}<{a},{under},0)", zero if is_up else beneath),
    )


def _chart(
    book: Workbook,
    sheet: str,
    at: int,
    table: Table,
    cells: tuple[Cell, ...],
    spans: Spans,
) -> Any:  # noqa: ANN401  the library has no types
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for series, (name, colour) in enumerate(_SERIES):
        column = _HELP + 3 + series
        chart.add_series(
            {
                "name": name,
                "categories": [sheet, at, _HELP, at + len(spans) - 1, _HELP],
                "values": [sheet, at, column, at + len(spans) - 1, column],
                "fill": {"color": colour} if colour else {"none": True},
                "border": {"none": True},
                "gap": 40,
            }
        )
    chart.show_hidden_data()
    chart.set_title({"name": f"{table.title}, {value_of(cells[0])}", "name_font": {"size": 11, "color": INK}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": LINE}}, "num_format": "#,##0"})
    chart.set_x_axis({"label_position": "low", "num_font": {"size": 8}})
    chart.set_size({"width": 570, "height": 210})
    return chart
