"""Describes what became of the rows of a workbook: which are gone, and whether people sorted them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.domain.edited import EditedSheet, EditedWorkbook
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import lines_in_order, payouts_in_order
from reconcile.workbook.doctor.examine import Trace, rising


def arrangement(edited: EditedWorkbook, baseline: Snapshot) -> Iterator[Trace]:
    """What happened to the rows of the sheets that were exported; none of it does harm."""
    yield from _rows(edited.payouts, [payout.id for payout in payouts_in_order(baseline)])
    yield from _rows(edited.lines, [line.id for line in lines_in_order(baseline)])


def _rows(sheet: EditedSheet, exported: Sequence[str]) -> Iterator[Trace]:
    gone = len(exported) - len(sheet.ids & set(exported))
    if gone:
        told = f"{sheet.name}: {gone:,} of {len(exported):,}; a missing row changes nothing"
        yield Trace("Rows missing", told)
    order = {record: number for number, record in enumerate(exported)}
    now = [order[row.id] for row in sheet.rows if row.id in order]
    if now != sorted(now):
        moved = len(now) - len(rising(list(dict.fromkeys(now))))
        word = "row stands" if moved == 1 else "rows stand"
        told = f"{sheet.name}: {moved:,} {word} elsewhere than at export; rows are known by their ids"
        yield Trace("Rows sorted", told)
