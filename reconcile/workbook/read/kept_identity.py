"""The identity of a workbook without its sheet `_meta`, from what the state store kept of its export."""

from __future__ import annotations

from pathlib import Path

from reconcile.domain.edited import Export
from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import SHEETS, Meta, load_layout, unread_of


def meta_of_export(export: Export, baseline: Snapshot, templates: Path | None = None) -> Meta:
    """What `_meta` said, as far as the export and the layout tell; headers are then those of the layout."""
    layout = load_layout(templates)
    payouts, lines = baseline.payouts.values(), baseline.lines.values()
    unread = {
        RecordKind.PAYOUT: unread_of(payouts),
        RecordKind.LINE: unread_of(lines),
        **dict.fromkeys(NEW_KINDS, frozenset[str]()),
    }
    # Whether it had a sheet for new payouts is not told here; one that is there is known by its token.
    sheets = {key: name for key, name in layout.sheets.items() if key != SHEETS[RecordKind.NEW_PAYOUT]}
    counts = {SHEETS[RecordKind.PAYOUT]: len(payouts), SHEETS[RecordKind.LINE]: len(lines)}
    return Meta(export, sheets, {key: {} for key in SHEETS.values()}, unread, counts)
