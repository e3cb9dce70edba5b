"""Says which cells a spreadsheet program damaged: they count as unchanged, and nothing of them is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconcile.check.row_context import RowContexts
from reconcile.domain.fields import FIELDS
from reconcile.domain.finding import Finding

RULE = "damaged"


def damage_findings(contexts: RowContexts, unknown: Collection[tuple[str, int]] = ()) -> Iterator[Finding]:
    """A warning at every cell whose value is what a program makes of the exported one.

    unknown: sheets and numbers of the rows of which it is not known whose they are. These get no word: it
    would say that nothing is to be done.
    """
    for rows in (contexts.payouts, contexts.lines):
        changed = (one for one in rows if not one.is_as_exported)
        for context in (one for one in changed if (one.sheet.name, one.row.number) not in unknown):
            for field in FIELDS[context.sheet.kind]:
                how = context.damaged(field.name)
                if how:
                    was = (context.baseline or {}).get(field.name)
                    message = f"It was {was!r} at export: {how}. It counts as unchanged."
                    fix = "Nothing to do. To change it, type the new value as a text."
                    yield context.finding(RULE, field.name, message, fix)
