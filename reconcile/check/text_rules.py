"""The rules for texts that a person typed or pasted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.check.context import Context
from reconcile.domain.fields import FIELDS, FieldKind
from reconcile.domain.finding import Finding
from reconcile.domain.unseen import ends_marked, hidden_in, marked, number, unseen_in

_REFERENCES: Final = frozenset(("po_number",))
"""The fields that are compared letter by letter elsewhere: there a space of another kind matters, too."""


def text_unseen(row: Context) -> Iterator[Finding]:
    """A typed text with characters that nobody sees. Those that were there at the export are no news."""
    for field in FIELDS[row.context.sheet.kind]:
        text = row.context.touched(field.name) if field.kind is FieldKind.TEXT else None
        if not text:
            continue
        found = unseen_in(text) if field.name in _REFERENCES else hidden_in(text)
        new = [one for one in dict.fromkeys(found) if one not in (row.was(field.name) or "")]
        if new:
            shown = marked(ends_marked(text) if field.name in _REFERENCES else text)
            message = f"{field.label} holds what nobody sees ({', '.join(map(number, new))}): {shown}"
            fix = f"Type it again by hand unless it must be there. It is sent as {field.label} all the same."
            yield from row.found("text-unseen", field.name, message, fix)
