"""Records as the targets of something, with the cell or row of the workbook that speaks of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook
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
    return replace(target, place=f"{target.place.rpartition('!')[0]}!{cell}")


@dataclass(slots=True)
class Spoken:
    """A record of the baseline, and the row of the workbook that speaks of it; None where none does.

    A target is built only for what is reported, and at its place at once: a `replace` takes twice the time.
    """

    record: Payout | CommissionLine
    row: EditedRow | None
    sheet: EditedSheet
    edited: EditedWorkbook
    baseline: Snapshot

    @property
    def target(self) -> Target:
        """The record in its row."""
        return self._placed(str(self.row.number) if self.row else "")

    def at(self, name: str) -> Target:
        """The record in the cell of a field."""
        return self._placed(self.sheet.cell(name, self.row.number) if self.row else "")

    def _placed(self, spot: str) -> Target:
        one, file, workbook = self.record, self.edited.file, self.edited.export.workbook_id
        place = f"{file}, {self.sheet.name}!{spot}" if spot else file
        if isinstance(one, Payout):
            return payout_target(one, place, file, workbook)
        return line_target(one, self.baseline, place, file, workbook)
