"""The identity of a workbook without its sheet `_meta`, from what the state store kept of its export."""

from __future__ import annotations

from pathlib import Path

from reconcile.domain.edited import Export
from reconcile.domain.fields import RecordKind
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import SHEETS, Meta, load_layout, unread_of


def meta_of_export(export: Export, baseline: Snapshot, templates: Path | None = None) -> Meta:
    """What `_meta` said, as far as the export and the layout tell; headers are then those of the layout."""
    layout = load_layout(templates)
    payouts, lines = baseline.payouts.values(), baseline.lines.values()
    unread = {
        RecordKind.PAYOUT: unread_of(payouts),
        RecordKind.LINE: unread_of(lines),
        RecordKind.NEW_LINE: frozenset[str](),
    }
    counts = {SHEETS[RecordKind.PAYOUT]: len(payouts), SHEETS[RecordKind.LINE]: len(lines)}
    return Meta(export, dict(layout.sheets), {key: {} for key in SHEETS.values()}, unread, counts)
