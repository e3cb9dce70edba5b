"""Says what the dimensions of the settings name that is not there, and what has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconcile.close.frozen import Frozen
from reconcile.domain.policy.dimensions import unknown_names, without_value
from reconcile.erp.journals import load_journal_layout, unplaced
from reconcile.resources import template


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
        layout = load_journal_layout(template(f"erp/journal-{name}.toml", templates))
        for dimension in unplaced(layout, rules):
            yield f"The journal layout {name} has no column for {dimension}, so its files do not hold it."
