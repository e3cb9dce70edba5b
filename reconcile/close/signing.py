"""The signing version of a pack: what a controller reads and signs, on at most five pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reconcile.close.close import Close
from reconcile.close.frozen import Frozen
from reconcile.close.pack import objections
from reconcile.close.sign_off.signatures import sign_off_block
from reconcile.domain.pack_table import Pack, Table, totals_of, value_of

_MOST: Final[Mapping[str, int]] = {
    "rollforward": 30,
    "reported": 30,
    "bridge": 30,
    "control": 30,
    "gl": 20,
    "gl_items": 15,
    "gains": 15,
    "contract_cost": 15,
    "checks": 30,
    "journal": 24,
    "further": 20,
    "aging": 30,
    "flux": 15,
}
"""The tables that are signed, in their order, and so many rows of each; the rest is in the workbook."""


def signing_pack(close: Close, pack: Pack) -> Pack:
    """The pack of a close with what is signed, and a place for each signature."""
    frozen = close.frozen
    there = {table.key: table for table in pack.tables}
    there["checks"] = objections(there["checks"])
    there["flux"] = _material(there["flux"])
    tables = tuple(_cut(there[key], most) for key, most in _MOST.items() if key in there)
    return replace(
        pack,
        title=f"{pack.title}: for signature",
        tables=tables,
        signatures=_by_hand(frozen) if frozen.sign_off is None else sign_off_block(frozen.sign_off),
    )


def _by_hand(frozen: Frozen) -> tuple[tuple[str, str], ...]:
    prepared = f"{frozen.by}, {frozen.at:%Y-%m-%d}"
    return (("Prepared by", prepared), ("Reviewed by, date", ""), ("Approved by, date", ""))


def _material(table: Table) -> Table:
    """The flux that is material; of what is not, nothing is explained."""
    place = table.place("material")
    rows = tuple(row for row in table.rows if value_of(row[place]) == "yes")
    return replace(table, rows=rows, title="Material flux", is_summed=False)


def _cut(table: Table, most: int) -> Table:
    """The first rows of a table, and how many there are beyond them. Sums would be of all."""
    left = len(table.rows) - most
    currencies = len(totals_of(table))
    if left <= 0 and len(table.rows) + currencies <= most:
        return table
    note = f"{table.note} {left:,} more rows stand in the workbook.".strip() if left > 0 else table.note
    return replace(table, rows=table.rows[:most], note=note, is_summed=False)
