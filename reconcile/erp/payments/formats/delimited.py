"""From text to the rows of a table: the separator is found, and a file cut off in the middle is refused."""

from __future__ import annotations

import csv
import io
from typing import Final

from reconcile.erp.payments.budget import Budget
from reconcile.erp.payments.model import Grid, GridCell, GridRow
from reconcile.errors import PaymentFileError

_SEPARATORS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def grid_of(name: str, text: str, separator: str = "", budget: Budget | None = None) -> tuple[Grid, str]:
    """The rows of a delimited text and the separator's name. `separator`: one that is known beforehand.

    Raises PaymentFileError where no separator makes a table, two make equally good ones, or a quote is
    never closed.
    """
    text = _without_hint(text)
    used = separator or _separator(name, text)
    grid = tuple(_rows(name, text, used, budget or Budget(name)))
    return grid, _SEPARATORS.get(used, repr(used))


def _without_hint(text: str) -> str:
    # Excel writes and heeds a first line `sep=;`. The line stays, blank, so that numbers stay right.
    first, _, rest = text.partition("\n")
    return f"\n{rest}" if first.strip().lower().startswith("sep=") else text


def _separator(name: str, text: str) -> str:
    scores = {mark: _score(text, mark) for mark in _SEPARATORS}
    best = max(scores.values())
    if best == 0:
        raise PaymentFileError(
            f"{name} is no table: no line has two columns, whatever the separator. "
            "Save it as CSV with commas or semicolons."
        )
    winners = [mark for mark, score in scores.items() if score == best]
    if len(winners) > 1:
        words = " and ".join(_SEPARATORS[mark] for mark in winners)
        raise PaymentFileError(
            f"{name} can be split by {words} alike; pass a layout file with a `separator` (--layout)."
        )
    return winners[0]


def _score(text: str, mark: str) -> int:
    """How many cells stand in lines of the most frequent width, over the first lines."""
    lines = text.splitlines()[:200]
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1]
    except csv.Error as error:
        if "field limit" not in str(error):
            return 0
        widths = [line.count(mark) + 1 for line in lines if mark in line]
    common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    return common * widths.count(common)


def _rows(name: str, text: str, separator: str, budget: Budget) -> list[GridRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[GridRow] = []
    before = 0
    try:
        for cells in reader:
            budget.check_columns(len(cells), f"line {before + 1}")
            budget.check_row(len(rows) + 1, cells, f"line {before + 1}")
            rows.append(GridRow(before + 1, tuple(GridCell(cell) for cell in cells)))
            before = reader.line_num
    except csv.Error as error:
        if "field limit" in str(error):
            budget.refuse_field(csv.field_size_limit() + 1, f"line {before + 1}")
        raise PaymentFileError(
            f"{name}, line {before + 1}: the file ends inside a quoted text or a quote stands in the wrong "
            f"place ({error}). It is probably cut off; export it again."
        ) from error
    return rows
