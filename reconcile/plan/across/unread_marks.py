"""Marks `Batch` that cannot be read, and the new payouts that wait for them. Pure.

Without the line a payout would be made that the person did not mean, and with none at all an empty one, which
the API cannot delete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.fields import BATCH, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.across.policy_checks import finding_at
from reconcile.plan.sources import Source
from reconcile.plan.wanted.requested import Requested


def unread_marks(
    sources: Iterable[Source], requested: Requested, found: Iterable[Finding]
) -> Iterator[Finding]:
    """One finding for every new payout that waits for a mark. found: what the workbooks' findings say."""
    found = [one for one in found if one.severity is Severity.ERROR and one.kind is RecordKind.LINE]
    known = {(one.target.workbook, one.target.id) for one in requested.changes if one.field == "action"}
    for source in sources if found and requested.new_payouts else ():
        errors = {one.cell for one in found if one.file == source.edited.file}
        places = list(_unread(source.edited, source.baseline, errors, known))
        for new in requested.new_payouts:
            own = [place for partner, place in places if partner == new.target.partner_id]
            if own and new.target.file == source.edited.file:
                where = ", ".join(own)
                message = f"Whether lines of this partner go onto it cannot be read: {where}."
                yield finding_at(new.target, "batch-unread", message, "Mend these cells first.")


def _unread(
    edited: EditedWorkbook, baseline: Snapshot, errors: set[str], known: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """The partner and the place of each mark on a line of the pool that is not among the changes."""
    sheet, workbook = edited.lines, edited.export.workbook_id
    rows = {cell.lstrip(ascii_uppercase) for cell in errors}
    for row in sheet.rows if rows else ():
        cell, line = sheet.cell("action", row.number), baseline.lines.get(row.id or "")
        is_marked = row.values.get("action") == BATCH and (workbook, row.id) not in known
        is_in_error = cell in errors or (is_marked and str(row.number) in rows)
        if is_in_error and (line is None or line.payout_id is None):
            yield line.partner_id if line else _partner(row), f"{sheet.name}!{cell}"


def _partner(row: EditedRow) -> str:
    value = row.fixed.get("partner_id")
    return value if isinstance(value, str) else ""
