"""Finds columns that were sorted without their rows: the ids stayed, and the values moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.check.row_context import Spot, Spots
from reconcile.domain.fields import FIELDS, Field, FieldKind, RecordKind
from reconcile.domain.finding import Finding

_FEW: Final = 3
"""So many cells, with as many different values: two rows may well be swapped by a person who means it."""
_MOST: Final = 0.8
"""The share of changed cells that hold each other's old values; somebody may have edited the others."""


def moved_findings(spots: Spots) -> Iterator[Finding]:
    """An error at every changed cell of a column in which the exported values stand in other rows."""
    for kind, every in ((RecordKind.PAYOUT, spots.payouts), (RecordKind.LINE, spots.lines)):
        rows = [spot for spot in every if spot.exported is not None and not spot.is_as_exported]
        for field in FIELDS[kind]:
            changed = [spot for spot in rows if spot.touched(field.name) is not None]
            if _were_moved(field, changed):
                yield from _findings(field, changed)


def _were_moved(field: Field, changed: list[Spot]) -> bool:
    now = Counter(spot.touched(field.name) or "" for spot in changed)
    then = Counter(_exported(spot, field) for spot in changed)
    shared = now & then
    if len(shared) < _FEW:
        return False
    # Records pass from choice to choice in crowds, so there only a perfect exchange counts.
    return now == then if field.kind is FieldKind.CHOICE else shared.total() >= _MOST * len(changed)


def _findings(field: Field, changed: Iterable[Spot]) -> Iterator[Finding]:
    for spot in changed:
        message = (
            f"{field.label} was {_exported(spot, field) or 'blank'} at export, and the value here was in "
            "another row: the column seems to be sorted or pasted without the rest of the rows."
        )
        yield spot.finding("values-moved", field.name, message, _FIX)


def _exported(spot: Spot, field: Field) -> str:
    """The exported value in the form of `Spot.touched`."""
    value = (spot.exported or {}).get(field.name)
    return value if isinstance(value, str) else ""


_FIX: Final = (
    "Undo the sort, and sort the whole table. If the values are meant, make the rule values-moved a warning."
)
