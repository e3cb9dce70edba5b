"""Says which cells a spreadsheet program damaged: they count as unchanged, and nothing of them is sent."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.check.row_context import RowContexts
from reconcile.domain.fields import FIELDS
from reconcile.domain.finding import Finding

RULE = "damaged"


def damage_findings(contexts: RowContexts) -> Iterator[Finding]:
    """A warning at every cell whose value is what a program makes of the exported one."""
    for rows in (contexts.payouts, contexts.lines):
        for context in (one for one in rows if not one.is_as_exported):
            for field in FIELDS[context.sheet.kind]:
                how = context.damaged(field.name)
                if how:
                    was = (context.baseline or {}).get(field.name)
                    message = f"It was {was!r} at export: {how}. It counts as unchanged."
                    fix = "Nothing to do. To change it, type the new value as a text."
                    yield context.finding(RULE, field.name, message, fix)
