"""Which row is which record: ids and row tokens. A row that does not fit is reported, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reconcile.check.spot import Spot
from reconcile.domain.edited import EditedSheet, EditedWorkbook, row_token
from reconcile.domain.fields import RecordKind, Values, line_values, payout_values
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Snapshot

_NAMES = {RecordKind.PAYOUT: "Payout ID", RecordKind.LINE: "Line ID"}


def identity_findings(edited: EditedWorkbook, baseline: Snapshot) -> Iterator[Finding]:
    """Blank, unknown and repeated ids, and rows whose token does not fit, on the two record sheets."""
    known = {
        RecordKind.PAYOUT: {key: payout_values(payout) for key, payout in baseline.payouts.items()},
        RecordKind.LINE: {key: line_values(line) for key, line in baseline.lines.items()},
    }
    for sheet in (edited.payouts, edited.lines):
        yield from _sheet(edited, sheet, known[sheet.kind])


def _sheet(edited: EditedWorkbook, sheet: EditedSheet, known: Mapping[str, Values]) -> Iterator[Finding]:
    seen = Counter(row.id for row in sheet.rows)
    tokens = any(row.token for row in sheet.rows)
    for row in sheet.rows:
        spot = Spot(edited, sheet, row)
        if row.id is None:
            yield _blank(spot)
        elif row.id not in known:
            yield _unknown(spot)
        elif seen[row.id] > 1:
            yield _repeated(spot)
        elif tokens:
            yield from _unfitting(spot, known[row.id])


def _blank(spot: Spot) -> Finding:
    name = _NAMES[spot.sheet.kind]
    line = spot.sheet.kind is RecordKind.LINE
    where = "Enter new lines on the sheet New lines" if line else "Remove the row"
    return spot.finding(
        Severity.ERROR,
        "id-blank",
        "id",
        f"This row has no {name}, so it belongs to no record.",
        f"{where}, or put the {name} back.",
    )


def _unknown(spot: Spot) -> Finding:
    name = _NAMES[spot.sheet.kind]
    return spot.finding(
        Severity.ERROR,
        "id-unknown",
        "id",
        f"{name} {spot.row.id} was not in this export: a row pasted from elsewhere, or an edited id.",
        f"Remove the row, or put the exported {name} back.",
    )


def _repeated(spot: Spot) -> Finding:
    name = _NAMES[spot.sheet.kind]
    rows = [str(row.number) for row in spot.sheet.rows if row.id == spot.row.id]
    return spot.finding(
        Severity.ERROR,
        "id-repeated",
        "id",
        f"{name} {spot.row.id} stands in rows {', '.join(rows)}; only one row may speak for a record.",
        "Remove the copies.",
    )


def _unfitting(spot: Spot, exported: Values) -> Iterator[Finding]:
    row, name = spot.row, _NAMES[spot.sheet.kind]
    workbook = spot.edited.export.workbook_id
    if row.token != row_token(workbook, spot.sheet.kind, row.id or "", exported):
        owner = (row.token or "").partition("~")[0]
        said = f"belongs to {owner}" if owner and owner != row.id else "is missing or was changed"
        yield spot.finding(
            Severity.ERROR,
            "token",
            "id",
            f"The row's hidden token {said}, so its values may not be those of {name} {row.id}.",
            "Undo the sort or paste that split the row, or take the row from a fresh export.",
        )
    elif row.baseline is not None and dict(row.baseline) != dict(exported):
        yield spot.finding(
            Severity.ERROR,
            "baseline",
            "id",
            f"The row's hidden baseline is not what was exported for {name} {row.id}.",
            "Take the row from a fresh export.",
        )
