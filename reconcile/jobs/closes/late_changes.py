"""Lists what moved since a close, with the entry that trues it up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reconcile.close.journal import JournalLine
from reconcile.close.late import LateChange, late_changes, true_up
from reconcile.close.matched_payments import matched_payments
from reconcile.domain.money import shown_amount
from reconcile.domain.period import Period
from reconcile.jobs.closes.chain import kept_close, thawed
from reconcile.jobs.closes.close_files import journal_of, newest_layouts, write_files
from reconcile.jobs.closes.close_inputs import everything
from reconcile.jobs.session import Session


@dataclass(frozen=True, slots=True)
class Late:
    """What moved of a closed period, and the journal entry for it."""

    period: Period
    changes: tuple[LateChange, ...]
    entry: tuple[JournalLine, ...]

    def as_json(self) -> str:
        """The changes for a machine."""
        return json.dumps([_as_dict(one) for one in self.changes], indent=1, ensure_ascii=False)

    def as_text(self) -> Iterator[str]:
        """The changes and the entry for people, a line each."""
        for one in self.changes:
            code = one.entry.currency
            amounts = f"{shown_amount(one.before, code)} → {shown_amount(one.after, code)} {code}"
            yield f"{one.entry.line_id}  {one.entry.partner}  {amounts}  {one.entry.why}"
        if not self.changes:
            yield f"Nothing of {self.period} moved since its close."
        for line in self.entry:
            side = "debit" if line.amount > 0 else "credit"
            size = f"{shown_amount(abs(line.amount), line.currency)} {line.currency}"
            yield f"{line.date}  {line.journal}  {line.account}  {side} {size}"


def late(session: Session, period: Period, folder: Path | None, journals: tuple[str, ...]) -> Late:
    """What moved since the close of a period. Raises DecisionNeeded where it is not closed.

    folder: where the entry is written to in the layouts of `journals`; nowhere without one.
    """
    environment = session.environment
    with session.reading() as reader, session.store() as store:
        frozen = thawed(kept_close(store, environment, period))
        live = everything(session, reader, frozen)
        payments = matched_payments(store.settlements(environment), live)
    changes = late_changes(frozen, live, payments)
    entry = true_up(changes, frozen)
    if folder:
        files = {
            f"late-{name}": content
            for layout in newest_layouts(journals or ("csv",), session.settings.templates)
            for name, content in journal_of(entry, layout, session.settings.templates).items()
        }
        write_files(folder, files)
    return Late(frozen.period, tuple(changes), tuple(entry))


def _as_dict(one: LateChange) -> dict[str, str]:
    entry = one.entry
    return {
        "line_id": entry.line_id,
        "partner": entry.partner,
        "currency": entry.currency,
        "before": str(one.before),
        "after": str(one.after),
        "moved": str(one.after - one.before or Decimal(0)),
        "why": entry.why,
    }
