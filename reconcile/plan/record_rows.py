"""Records as the targets of something, with the cell or row of the workbook that speaks of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconcile.domain.edited import EditedRow, EditedSheet
from reconcile.domain.fields import RecordKind
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Target


def payout_target(payout: Payout, *place: str) -> Target:
    """A payout as a target. place: the cell or row, the file and the workbook, if any."""
    return Target(RecordKind.PAYOUT, payout.id, payout.id, payout.partner_id, payout.partner_name, *place)


def line_target(line: CommissionLine, snapshot: Snapshot, *place: str) -> Target:
    """A line as a target. place: the cell or row, the file and the workbook, if any."""
    name = snapshot.partner_name(line.partner_id)
    return Target(RecordKind.LINE, line.id, line.payout_id, line.partner_id, name, *place)


def target_at(target: Target, cell: str) -> Target:
    """The target at one cell of its row."""
    return replace(target, place=f"{target.place.rpartition('!')[0]}!{cell}") if cell else target


@dataclass(frozen=True, slots=True)
class SheetIndex:
    """One sheet of a workbook that came back, and what was exported to it."""

    sheet: EditedSheet
    file: str
    workbook: str
    baseline: Snapshot


@dataclass(slots=True)
class RecordRow:
    """A record of the baseline, and the row of the workbook that speaks of it; None where none does.

    A target is built only for what is reported, and at its place at once: a `replace` takes twice the time.
    """

    record: Payout | CommissionLine
    row: EditedRow | None
    page: SheetIndex

    @property
    def target(self) -> Target:
        """The record in its row."""
        return self._placed(str(self.row.number) if self.row and self.row.number else "")

    def at(self, name: str) -> Target:
        """The record in the cell of a field."""
        return self._placed(self.page.sheet.cell(name, self.row.number) if self.row else "")

    def _placed(self, cell: str) -> Target:
        one, page = self.record, self.page
        place = f"{page.file}, {page.sheet.name}!{cell}" if cell else page.file
        if isinstance(one, Payout):
            return payout_target(one, place, page.file, page.workbook)
        return line_target(one, page.baseline, place, page.file, page.workbook)
