"""Recognises rows that people write for themselves below or between ours: totals, and notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.workbook.contract import COLUMNS, TOKEN_COLUMN, ColumnKind
from reconcile.workbook.ooxml import Cell
from reconcile.workbook.read.cell_view import Problem, is_blank
from reconcile.workbook.read.find_columns import KEY

OWN_ROW: Final = Problem(
    "own-row",
    "This row belongs to no record and looks like a total or a note of your own. It is not read.",
    "Nothing to do. A new line belongs on the sheet New lines, with its partner and currency.",
)

# "Total" as people write it, perhaps with what of: `Grand total:`, `TOTAL USD`, `Summe`.
_TOTAL: Final = re.compile(
    r"((grand|sub)[ -]?)?(totals?|totale|totaal|totalt|sums?|summe|gesamt(summe)?|zwischensumme|somme|suma|"
    r"soma|razem|\u5408\u8a08|\u5c0f\u8a08)( (amount|payouts|lines|[a-z]{3}))? ?[:=]?",
    re.IGNORECASE,
)


def is_own_row(kind: RecordKind, cells: Mapping[str, Cell]) -> bool:
    """Whether a row that is not blank is the person's own. `cells`: by column id.

    Whatever carries an id or a token of ours is a record, and so is a new line with a partner and a currency.
    """
    # Most rows of an export end here; to look at their cells would take a tenth of all reading.
    if kind not in NEW_KINDS and (TOKEN_COLUMN in cells or not is_blank(cells.get(KEY))):
        return False
    columns = [column for column in COLUMNS[kind] if not column.hidden]
    filled = {column.id: cells[column.id] for column in columns if not is_blank(cells.get(column.id))}
    if kind in NEW_KINDS:
        names = ("partner_id", "payout_id", "batch_id", "currency")
        known = [filled[name] for name in names if name in filled]
        return all(_says_total(cell) for cell in known) and _is_total(kind, filled)
    return _is_total(kind, filled) or _is_note(kind, filled)


def _is_total(kind: RecordKind, filled: Mapping[str, Cell]) -> bool:
    numeric = {column.id for column in COLUMNS[kind] if column.kind in (ColumnKind.AMOUNT, ColumnKind.COUNT)}
    numbers = [cell for name, cell in filled.items() if name in numeric]
    if any(_says_total(cell) for cell in filled.values()):
        return True
    return bool(numbers) and all(cell.formula for cell in numbers)


def _says_total(cell: Cell) -> bool:
    return cell.kind == "text" and bool(_TOTAL.fullmatch(" ".join(cell.text.split())))


def _is_note(kind: RecordKind, filled: Mapping[str, Cell]) -> bool:
    """A text alone in a row, in a column in which nobody could want to edit anything."""
    editable = {column.id for column in COLUMNS[kind] if column.editable}
    return (
        len(filled) == 1 and not filled.keys() & editable and all(c.kind == "text" for c in filled.values())
    )
