"""Says which cells a spreadsheet program spoilt: they count as unchanged, and nothing of them is sent."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.check.row_context import Spots
from reconcile.domain.fields import FIELDS
from reconcile.domain.finding import Finding

RULE = "damaged"


def spoilt_findings(spots: Spots) -> Iterator[Finding]:
    """A warning at every cell whose value is what a program makes of the exported one."""
    for rows in (spots.payouts, spots.lines):
        for spot in (one for one in rows if not one.is_as_exported):
            for field in FIELDS[spot.sheet.kind]:
                how = spot.spoilt(field.name)
                if how:
                    was = (spot.baseline or {}).get(field.name)
                    message = f"It was {was!r} at export: {how}. It counts as unchanged."
                    fix = "Nothing to do. To change it, type the new value as a text."
                    yield spot.finding(RULE, field.name, message, fix)
