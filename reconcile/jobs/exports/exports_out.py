"""Lists the exported workbooks: who made each, since when it is out, and what became of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.domain.phrases import counted, moment
from reconcile.jobs.exports.export_standing import ExportStanding, Standing, standings
from reconcile.jobs.exports.withdraw import shown_name
from reconcile.jobs.session import Session
from reconcile.store.sent.sent_exports import sent_exports


@dataclass(frozen=True, slots=True)
class Exports:
    """The exports that are listed, oldest first, as of a moment. hidden: how many are not, by standing."""

    environment: str
    at: datetime
    listed: tuple[ExportStanding, ...]
    hidden: Mapping[str, int]

    def as_json(self) -> str:
        """For a machine."""
        told = {
            "environment": self.environment,
            "exports": [_facts(one, self.at) for one in self.listed],
            "not_listed": dict(self.hidden),
        }
        return json.dumps(told, indent=2, ensure_ascii=False)

    def as_text(self) -> Iterator[str]:
        """For people, a line each."""
        told: set[str] = set()
        for one in self.listed:
            set_id = one.sent.split.set_id if one.sent.split else ""
            if set_id and set_id not in told:
                told.add(set_id)
                yield self._split(set_id)
            yield from (f"  {line}" if set_id else line for line in _lines(one, self.at))
        if not self.listed:
            yield "No exported workbook is out."
        if self.hidden:
            counts = ", ".join(f"{number:,} {name}" for name, number in self.hidden.items())
            yield f"Not listed: {counts}. All of them: reconcile exports --all"

    def _split(self, set_id: str) -> str:
        mine = [one for one in self.listed if one.sent.split and one.sent.split.set_id == set_id]
        counts = Counter(one.standing for one in mine)
        told = ", ".join(f"{counts[one]:,} {one}" for one in Standing if counts[one])
        return f"{set_id}: {counted(len(mine), 'workbook')} of one split are listed, {told}"


def exports(session: Session, *, whole: bool = False) -> Exports:
    """The workbooks that are awaited; with whole all of them. No network."""
    with session.store(create=False) as store:
        every = standings(sent_exports(store, session.environment))
    listed = tuple(one for one in every if whole or one.is_awaited)
    hidden = Counter(str(one.standing) for one in every if one not in listed)
    return Exports(str(session.environment), session.clock(), listed, dict(sorted(hidden.items())))


def _lines(one: ExportStanding, now: datetime) -> Iterator[str]:
    sent = one.sent
    export, split = sent.export, sent.split
    yield f"{shown_name(sent)}: {one.standing}{_what_became(one)}"
    age = counted((now - export.exported_at).days, "day")
    yield f"  exported {moment(export.exported_at)} by {export.exported_by}, {age} ago: {export.scope}"
    if split:
        yield f"  for {split.recipient or split.part}"
    if sent.returned_at and one.standing is not Standing.RETURNED:
        yield f"  came back {moment(sent.returned_at)}"
    for run in sent.runs:
        yield f"  {run.run_id}: {run.state}, begun {moment(run.started_at)}"
    if sent.note:
        yield f"  note to the recipients: {' '.join(sent.note.split())}"


def _what_became(one: ExportStanding) -> str:
    if one.sent.withdrawal:
        return str(one.sent.withdrawal).removeprefix(one.standing)
    if one.replaced_by:
        return f" by {one.replaced_by}"
    return f" {moment(one.sent.returned_at)}, not applied" if one.standing is Standing.RETURNED else ""


def _facts(one: ExportStanding, now: datetime) -> dict[str, object]:
    sent, export = one.sent, one.sent.export
    void = sent.withdrawal
    return {
        "workbook_id": export.workbook_id,
        "file": sent.file,
        "state": str(one.standing),
        "scope": str(export.scope),
        "exported_at": export.exported_at.isoformat(),
        "exported_by": export.exported_by,
        "age_days": (now - export.exported_at).days,
        "set_id": sent.split.set_id if sent.split else None,
        "recipient": (sent.split.recipient or sent.split.part) if sent.split else None,
        "returned_at": sent.returned_at or None,
        "runs": [{"run_id": run.run_id, "state": run.state} for run in sent.runs],
        "replaced_by": one.replaced_by or None,
        "withdrawn": {"by": void.by, "at": void.at, "reason": void.reason} if void else None,
        "note": sent.note or None,
    }
