"""Puts findings of one cause together: a column that a program spoiled is one thing to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from reconcile.domain.finding import DATES_1904, Finding
from reconcile.domain.phrases import counted

_FEW: Final = 3
"""So many findings of one cause are shown one by one."""
_NAMED: Final = 5
"""So many further cells are named."""

_ONE_MOVE: Final = frozenset(("slip-filled", "slip-block"))
"""One move of the hand over many cells: told once, however few they are."""

# Their messages tell what was in each cell; what happened to the column is one thing all the same.
_OF_COLUMNS: Final = frozenset(
    (
        *("token", "baseline", "id-unknown", "id-blank", "id-unreadable", "values-moved", "read-only-edit"),
        *("cell-error", "formula-value", "formula-without-value", "text-is-number", "text-is-date"),
        *("text-digits", "text-unseen", "text-is-formula"),
        *("slip-filled", "slip-block"),
    )
)


def by_cause(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, in order, those of one cause as one that counts the cells and names some of them."""
    found: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        found.setdefault(_cause(one), []).append(one)
    return tuple(one for same in found.values() for one in _together(same))


def _cause(finding: Finding) -> tuple[str, ...]:
    place = (finding.severity.value, finding.rule, finding.file)
    if DATES_1904 in finding.message:
        return (*place, DATES_1904)
    column = finding.cell.rstrip("0123456789")
    if finding.rule == "damaged":
        how = finding.message.rpartition(" at export: ")[2]
        return (*place, finding.sheet, column, how)
    return (*place, finding.sheet, column, "" if finding.rule in _OF_COLUMNS else finding.message)


def _together(same: list[Finding]) -> list[Finding]:
    if len(same) <= (1 if same[0].rule in _ONE_MOVE else _FEW):
        return same
    first, others = same[0], same[1:]
    # A finding on all of a workbook, without a cell, is none of many cells.
    if not first.cell:
        return same
    cells = [one.cell if one.sheet == first.sheet else f"{one.sheet}!{one.cell}" for one in others]
    named = ", ".join(cells[:_NAMED]) + (", ..." if len(cells) > _NAMED else ".")
    cells_more = counted(len(others), "more cell")
    return [replace(first, message=f"{first.message} The same in {cells_more}: {named}")]
