"""Writes the very hidden sheet `_meta`; `contract/meta.py` says what its rows mean."""

from __future__ import annotations

import json
from collections.abc import Iterable

from reconcile.domain.edited import Export
from reconcile.domain.money import plain, totals
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import MAGIC, SHEETS, Place, Unshown, showable
from reconcile.workbook.export.styles import TEXT_FORMAT, Styles
from reconcile.workbook.export.xlsxwriter_port import Worksheet


def write_meta(
    sheet: Worksheet,
    export: Export,
    snapshot: Snapshot,
    places: Iterable[Place],
    unread: Unshown,
    styles: Styles,
) -> None:
    """Write the sheet and hide it for good: only a macro or another program shows it again."""
    look = styles.made(num_format=TEXT_FORMAT)
    # Table libraries drop a column without a header.
    rows = [(MAGIC, "key", "value"), *_export_rows(export), *_place_rows(places), *_count_rows(snapshot)]
    rows += [("sheet", key, styles.layout.sheets[key]) for key in ("start", "lists")]
    rows += [("unread", SHEETS[kind], ",".join(sorted(fields))) for kind, fields in unread.items()]
    for number, texts in enumerate(rows):
        for index, text in enumerate(texts):
            if text and showable(text):
                sheet.write_string(number, index, text, look)
    sheet.very_hidden()


def _export_rows(export: Export) -> list[tuple[str, str, str]]:
    scope = {
        "stages": export.scope.stages,
        "partners": export.scope.partners,
        "periods": [str(period) for period in export.scope.periods],
        "batches": export.scope.batches,
        "only": export.scope.only,
        "within": export.scope.within,
        "zone": export.scope.zone,
    }
    values = {
        "workbook_id": export.workbook_id,
        "schema_version": str(export.schema_version),
        "tool_version": export.tool_version,
        "origin": export.environment.origin,
        "profile": export.environment.profile,
        "scope": json.dumps(scope, ensure_ascii=False),
        "exported_at": export.exported_at.isoformat(),
        "exported_by": export.exported_by,
        "fingerprint": export.fingerprint,
    }
    return [("export", key, value) for key, value in values.items()]


def _place_rows(places: Iterable[Place]) -> Iterable[tuple[str, str, str]]:
    for place in places:
        key = SHEETS[place.kind]
        yield "sheet", key, place.name
        for column, label in place.labels.items():
            yield f"header:{key}", column, label


def _count_rows(snapshot: Snapshot) -> Iterable[tuple[str, str, str]]:
    yield "count", "payouts", str(len(snapshot.payouts))
    yield "count", "lines", str(len(snapshot.lines))
    for currency, amount in totals(payout.amount for payout in snapshot.payouts.values()).items():
        yield "total", f"payouts {currency}", plain(amount)
    for currency, amount in totals(line.amount for line in snapshot.lines.values()).items():
        yield "total", f"lines {currency}", plain(amount)
