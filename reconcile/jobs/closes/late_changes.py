"""Lists what moved since a close, with the entry that trues it up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from reconcile.close.journal import JournalLine
from reconcile.close.late import LateChange, late_entries, true_up
from reconcile.close.rollforward import Entry, entries_as_json, entries_from
from reconcile.domain.money import shown_amount
from reconcile.domain.period import Period
from reconcile.domain.snapshot import Environment
from reconcile.errors import DecisionNeeded
from reconcile.jobs.close_chain import kept_close, thawed
from reconcile.jobs.closes.close_files import journal_of, newest_layouts, write_files
from reconcile.jobs.closes.close_inputs import everything
from reconcile.jobs.closes.payment_evidence import evidence_of
from reconcile.jobs.session import Session
from reconcile.store.closes import (
    KeptClose,
    KeptLateEntry,
    counting,
    kept_closes,
    kept_late_entries,
    save_late_entry,
)
from reconcile.store.store import Store


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
    """What moved since the close of a period. Raises DecisionNeeded where it is not the last that is closed.

    folder: where the entry is written to in the layouts of `journals`; nowhere without one. What is written
    is remembered, so the next entry holds only what is new.
    """
    environment = session.environment
    with session.reading() as reader, session.store() as store:
        kept = kept_close(store, environment, period)
        _refuse_followed(store, environment, kept)
        frozen, before = thawed(kept), kept_late_entries(store, kept.close_id)
        live = everything(session, reader, frozen, frozen.snapshot.scope.zone)
        evidence = evidence_of(session, store, live, (frozen,))
        exported = [one for entry in before for one in entries_from(entry.entries)]
        found = late_entries(frozen, evidence.facts, exported)
        made = Late(frozen.period, found.changes, true_up(found.booked, frozen, len(before) + 1))
        if folder:
            _write(session, store, kept, made, found.booked, len(before) + 1, folder, journals)
    return made


def _refuse_followed(store: Store, environment: Environment, kept: KeptClose) -> None:
    last = counting(kept_closes(store, environment))[-1]
    if last.close_id != kept.close_id:
        raise DecisionNeeded(
            f"The close of {last.period} took up what moved of {kept.period} until then. "
            f"See what moved since: close --late --period {last.period}."
        )


def _write(
    session: Session,
    store: Store,
    kept: KeptClose,
    made: Late,
    booked: Sequence[Entry],
    number: int,
    folder: Path,
    journals: tuple[str, ...],
) -> None:
    """The files are written first: an entry that is remembered and not there would never be booked."""
    templates = session.settings.templates
    files = {
        f"late-{number}-{name}": content
        for layout in newest_layouts(journals or ("csv",), templates)
        for name, content in journal_of(made.entry, layout, templates).items()
    }
    if not booked:
        return
    write_files(folder, files)
    sums = {name: sha256(content).hexdigest() for name, content in files.items()}
    at = session.clock().isoformat()
    save_late_entry(
        store, KeptLateEntry(kept.close_id, number, at, session.user, entries_as_json(booked), sums)
    )


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
