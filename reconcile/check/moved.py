"""Finds columns that were sorted without their rows, and values that changed places with one another."""

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
    """An error at every changed cell of a column in which the exported values stand in other rows.

    Few cells that hold each other's exported values are a warning: somebody may mean it.
    """
    for kind, every in ((RecordKind.PAYOUT, contexts.payouts), (RecordKind.LINE, contexts.lines)):
        rows = [context for context in every if context.exported is not None and not context.is_as_exported]
        for field in FIELDS[kind]:
            changed = [context for context in rows if context.touched(field.name) is not None]
            if _were_moved(field, changed):
                yield from _findings(field, changed)
            else:
                yield from _swapped_findings(field, _swapped(field, changed))


def _were_moved(field: Field, changed: list[RowContext]) -> bool:
    now = Counter(context.touched(field.name) or "" for context in changed)
    then = Counter(_exported(context, field) for context in changed)
    shared = now & then
    if len(shared) < _FEW:
        return False
    # Records pass from choice to choice in crowds, so there only a perfect exchange counts.
    return now == then if field.kind is FieldKind.CHOICE else shared.total() >= _MOST * len(changed)


def _swapped(field: Field, changed: list[RowContext]) -> list[RowContext]:
    """The cells that hold each other's exported values; among the few choices only a perfect exchange."""
    if field.kind is FieldKind.CHOICE:
        now = Counter(context.touched(field.name) or "" for context in changed)
        return changed if now == Counter(_exported(context, field) for context in changed) else []
    moves = [(_exported(one, field), one.touched(field.name) or "") for one in changed]
    gone = _outside(moves)
    return [one for one, move in zip(changed, moves, strict=True) if gone.isdisjoint(move)]


def _outside(moves: list[tuple[str, str]]) -> set[str]:
    """The values that did not both leave a cell and come into another: they are in no exchange."""
    froms, tos = Counter(before for before, _ in moves), Counter(after for _, after in moves)
    into: dict[str, list[str]] = {}
    out_of: dict[str, list[str]] = {}
    for before, after in moves:
        into.setdefault(after, []).append(before)
        out_of.setdefault(before, []).append(after)
    gone: set[str] = set()
    waiting = list(froms.keys() ^ tos.keys())
    while waiting:
        value = waiting.pop()
        if value in gone:
            continue
        gone.add(value)
        for beside, counts in ((into.get(value, ()), froms), (out_of.get(value, ()), tos)):
            for other in beside:
                counts[other] -= 1
                if not counts[other]:
                    waiting.append(other)
    return gone


def _swapped_findings(field: Field, swapped: list[RowContext]) -> Iterator[Finding]:
    from_cell = {_exported(one, field): one.sheet.cell(field.name, one.row.number) for one in swapped}
    for context in swapped:
        value = context.touched(field.name) or ""
        message = (
            f"{field.label} was {_exported(context, field) or 'blank'} at export, and what is here now "
            f"was in {from_cell[value]}: these values changed places."
        )
        fix = "Undo it if a sort or a paste did it. It is sent all the same."
        yield context.finding("values-swapped", field.name, message, fix)


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
