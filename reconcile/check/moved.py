"""Finds columns that were sorted without their rows: the ids stayed, and the values moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.check.row_context import RowContext, RowContexts
from reconcile.domain.fields import FIELDS, Field, FieldKind, RecordKind
from reconcile.domain.finding import Finding

_FEW: Final = 3
"""So many cells, with as many different values: two rows may well be swapped by a person who means it."""
_MOST: Final = 0.8
"""The share of changed cells that hold each other's old values; somebody may have edited the others."""


def moved_findings(contexts: RowContexts) -> Iterator[Finding]:
    """An error at every changed cell of a column in which the exported values stand in other rows."""
    for kind, every in ((RecordKind.PAYOUT, contexts.payouts), (RecordKind.LINE, contexts.lines)):
        rows = [context for context in every if context.exported is not None and not context.is_as_exported]
        for field in FIELDS[kind]:
            changed = [context for context in rows if context.touched(field.name) is not None]
            if _were_moved(field, changed):
                yield from _findings(field, changed)


def _were_moved(field: Field, changed: list[RowContext]) -> bool:
    now = Counter(context.touched(field.name) or "" for context in changed)
    then = Counter(_exported(context, field) for context in changed)
    shared = now & then
    if len(shared) < _FEW:
        return False
    # Records pass from choice to choice in crowds, so there only a perfect exchange counts.
    return now == then if field.kind is FieldKind.CHOICE else shared.total() >= _MOST * len(changed)


def _findings(field: Field, changed: Iterable[RowContext]) -> Iterator[Finding]:
    for context in changed:
        message = (
            f"{field.label} was {_exported(context, field) or 'blank'} at export, and the value here was in "
            "another row: the column seems to be sorted or pasted without the rest of the rows."
        )
        yield context.finding("values-moved", field.name, message, _FIX)


def _exported(context: RowContext, field: Field) -> str:
    """The exported value in the form of `RowContext.touched`."""
    value = (context.exported or {}).get(field.name)
    return value if isinstance(value, str) else ""


_FIX: Final = (
    "Undo the sort, and sort the whole table. If the values are meant, make the rule values-moved a warning."
)
