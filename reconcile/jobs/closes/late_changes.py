"""Lists what moved since a close, with the entry that trues it up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reconcile.close.journal import JournalLine
from reconcile.close.late import LateChange, late_entries, true_up
from reconcile.domain.money import shown_amount
from reconcile.domain.period import Period
from reconcile.jobs.closes.chain import kept_close, thawed
from reconcile.jobs.closes.close_files import journal_of, newest_layouts, write_files
from reconcile.jobs.closes.close_inputs import everything
from reconcile.jobs.closes.payment_evidence import evidence_of
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
            told = ": ".join(text for text in (one.entry.movement.value, one.entry.why) if text)
            yield f"{one.entry.line_id or one.entry.payout_id}  {one.entry.partner}  {amounts}  {told}"
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
        evidence = evidence_of(session, store, live, (frozen,))
    found = late_entries(frozen, evidence.facts)
    entry = true_up(found.booked, frozen)
    if folder:
        files = {
            f"late-{name}": content
            for layout in newest_layouts(journals or ("csv",), session.settings.templates)
            for name, content in journal_of(entry, layout, session.settings.templates).items()
        }
        write_files(folder, files)
    return Late(frozen.period, found.changes, entry)


def _as_dict(one: LateChange) -> dict[str, str]:
    entry = one.entry
    return {
        "line_id": entry.line_id,
        "payout_id": entry.payout_id or "",
        "movement": entry.movement.value,
        "partner": entry.partner,
        "currency": entry.currency,
        "before": str(one.before),
        "after": str(one.after),
        "moved": str(one.after - one.before or Decimal(0)),
        "why": entry.why,
    }
