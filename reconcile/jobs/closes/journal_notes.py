"""Says what the journals of a close cannot hold, and what its dimensions name that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconcile.close.frozen import Frozen
from reconcile.domain.policy.dimensions import unknown_names, without_value
from reconcile.erp.journals import journal_layout, unplaced


def dimension_notes(frozen: Frozen, templates: Path | None) -> Iterator[str]:
    """Sentences about the settings, the lines of the close, and the layouts of its journals."""
    rules, snapshot = frozen.policy.dimensions, frozen.snapshot
    if not rules:
        return
    lines = snapshot.lines.values()
    partners = {*snapshot.partners, *(one.partner_id for one in lines)}
    yield from unknown_names(rules, partners, (one.plan_name or "" for one in lines))
    yield from without_value(
        rules, ((one.partner_id, one.plan_name or "", one.amount.currency) for one in lines)
    )
    for name in frozen.journals:
        layout = journal_layout(name, templates)
        for dimension in unplaced(layout, rules):
            yield f"The journal layout {name} has no column for {dimension}, so its files do not hold it."


def books_functional(frozen: Frozen, templates: Path | None) -> bool:
    """Whether a remeasurement is an entry in the currency of the books, by any layout of the journals."""
    return any(not _layout_says_both(name, templates) for name in frozen.journals)


def _layout_says_both(name: str, templates: Path | None) -> bool:
    return bool(journal_layout(name, templates).functional)


def remeasurement_notes(frozen: Frozen, templates: Path | None) -> Iterator[str]:
    """A sentence for each layout that has no column for the currency of the books."""
    currency = frozen.policy.remeasurement.currency
    for name in frozen.journals if currency else ():
        if not _layout_says_both(name, templates):
            yield (
                f"The journal layout {name} has one amount to a line, so its files hold the remeasurement as "
                f"an entry in {currency}, and not as a zero in the other currency."
            )
