"""The life of one payout or line: who wrote what into it, when, from which cell, and what else names it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from reconcile.apply.journal_view import as_csv
from reconcile.apply.written import Written, written
from reconcile.domain.fields import FIELD_LABELS
from reconcile.domain.phrases import moment
from reconcile.domain.unseen import visible
from reconcile.errors import ConfigurationError
from reconcile.jobs.runs.record_events import Event
from reconcile.report.words import shown_value
from reconcile.store.audit import Record

_COLUMNS: Final = (
    "at",
    "by",
    "run",
    "partner",
    "record",
    "field",
    "before",
    "after",
    "currency",
    "outcome",
    "message",
    "place",
    "reason",
)


@dataclass(frozen=True)
class Life:
    """What runs wrote into a record, and into the lines of a payout, and what else happened, oldest first."""

    record_id: str
    events: tuple[Written | Event, ...]

    def as_json(self) -> str:
        """The events for a machine."""
        return json.dumps([_row(one, self.record_id) for one in self.events], indent=2, ensure_ascii=False)

    def as_csv(self) -> str:
        """The events for a spreadsheet program."""
        return as_csv([_row(one, self.record_id) for one in self.events], _COLUMNS)

    def as_text(self) -> Iterator[str]:
        """The events for people, a line each, after a line about the record."""
        names = (_partner(one) for one in self.events)
        yield visible(" · ".join((*islice(filter(None, names), 1), self.record_id)))
        for one in self.events:
            head = f"{moment(one.at)}  {one.by if isinstance(one, Event) else one.who}"
            if isinstance(one, Event):
                where = f"  {one.place}" if one.place else ""
                yield visible(f"{head}  {one.what}{where}".replace("\n", " "))
                continue
            # A payout's life tells of its lines, too.
            record = "" if one.record_id == self.record_id else f"{one.record_id} "
            failed = "" if one.outcome.outcome.done else f"  {one.outcome.outcome}: {one.outcome.message}"
            where = f"  {one.target.place}" if one.target.place else ""
            where += f"  reason: {one.reason}" if one.reason else ""
            text = f"{head}  {record}{_edit(one)}{where}  {one.run_id}{failed}"
            yield visible(text.replace("\n", " "))


def life_of(record: Record, record_id: str, events: Iterable[Event] = ()) -> Life | None:
    """The life of a record in the runs of the record and beside them; None where nothing names it.

    A run whose plan cannot be read any more is left out.
    """
    found: list[Written | Event] = list(events)
    for run in reversed(record.runs):
        with suppress(ConfigurationError):
            values = written(run, record.entries.get(run.run_id, ()))
            found.extend(one for one in values if record_id in (one.record_id, one.target.payout_id))
    return Life(record_id, tuple(sorted(found, key=lambda one: one.at))) if found else None


def _partner(one: Written | Event) -> str:
    return one.partner_name if isinstance(one, Event) else one.target.partner_name


def _edit(one: Written) -> str:
    if one.field == "line":
        return f"new line: {shown_value(one.after, one.currency)}"
    before = shown_value(one.before, one.currency) if one.before_known else "(not shown by the API)"
    return f"{FIELD_LABELS[one.field]}: {before} → {shown_value(one.after, one.currency)}"


def _row(one: Written | Event, record_id: str) -> dict[str, Any]:
    if isinstance(one, Event):
        known = {"at": one.at, "by": one.by, "partner": one.partner_name, "place": one.place}
        told = {"record": record_id, "field": one.kind, "before": None, "after": one.what}
        return dict.fromkeys(_COLUMNS, "") | known | told
    return {
        "at": one.at,
        "by": one.who,
        "run": one.run_id,
        "partner": one.target.partner_name,
        "record": one.record_id,
        "field": one.field,
        "before": one.before,
        "after": one.after,
        "currency": one.currency,
        "outcome": one.outcome.outcome.value,
        "message": one.outcome.message,
        "place": one.target.place,
        "reason": one.reason,
    }
