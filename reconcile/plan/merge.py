"""Brings the comparisons of several workbooks together: one edit each, or a conflict between workbooks.

Each workbook was compared with its own export. What they want of one field group of one record is either
the same (one change), or apart (a conflict that shows both cells), or an older one was live already when a
newer workbook was exported (nothing to do).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconcile.domain.fields import DECLINE, FIELDS, RecordKind, Values, line_values, payout_values
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.compare import ALREADY, Comparison, change_of, live_action
from reconcile.plan.decide import Decisions
from reconcile.plan.model import Change, Claim, Conflict, Drift, Target, Texts
from reconcile.plan.record_rows import target_at
from reconcile.plan.sources import Source

Record = tuple[RecordKind, str]

_GROUPS = {(kind, field.name): field.group for kind, fields in FIELDS.items() for field in fields}


@dataclass(frozen=True)
class Part:
    """One workbook and what the comparison found in it."""

    source: Source
    found: Comparison


@dataclass(frozen=True)
class RequestedChange:
    """What one workbook wants of one field group: changes, or a conflict with live."""

    part: Part
    changes: tuple[Change, ...]
    conflict: Conflict | None = None

    @property
    def target(self) -> Target:
        """The cell that says so."""
        return self.conflict.target if self.conflict else self.changes[0].target

    @property
    def edits(self) -> Texts:
        """The fields that the person changed, as they should be."""
        if self.conflict is None:
            return {change.field: change.after for change in self.changes}
        before, yours = self.conflict.baseline, self.conflict.yours
        return {name: value for name, value in yours.items() if name not in before or value != before[name]}

    @property
    def wanted(self) -> Texts:
        """What should be: of a field group that live is apart from, all of it."""
        return self.conflict.yours if self.conflict else self.edits

    def kept(self) -> Iterator[Change]:
        """The changes that it takes where a person decided for this workbook."""
        if self.conflict is None:
            yield from self.changes
            return
        edited, live = self.part.source.edited, self.conflict.live or {}
        sheet = edited.payouts if self.target.kind is RecordKind.PAYOUT else edited.lines
        row = sheet.by_id[self.target.id]
        for name, value in self.conflict.yours.items():
            if value != live.get(name):
                spot = target_at(self.target, sheet.cell(name, row.number))
                yield change_of(spot, name, live.get(name), self.conflict.yours)

    @property
    def before(self) -> Texts:
        """The same fields as exported."""
        if self.conflict is None:
            return {change.field: change.before for change in self.changes}
        return {name: self.conflict.baseline.get(name) for name in self.edits}


def merged(parts: tuple[Part, ...], names: Names, decisions: Decisions) -> Comparison:
    """One comparison out of those of each workbook, with the decisions of `decisions` carried out."""
    if len(parts) == 1 and not parts[0].found.conflicts:
        # What one workbook wants cannot contradict another one. It saves a tenth of a plan.
        return parts[0].found
    found = Comparison(
        drifts=list(_drifts(parts)),
        damaged=[one for part in parts for one in part.found.damaged],
        missing=[one for part in parts for one in part.found.missing],
    )
    for groups in _asks(parts).values():
        there = {group: _open(asks, parts, names, found) for group, asks in groups.items()}
        doomed = _declined_and_edited(there)
        if doomed:
            every = [ask for asks in there.values() for ask in asks]
            _decide(doomed, every, found, decisions)
            continue
        for group, asks in there.items():
            if asks:
                _settle(group, asks, found, decisions)
    return found


def _decide(conflict: Conflict, asks: list[RequestedChange], found: Comparison, decisions: Decisions) -> None:
    """A conflict stays one unless a person decided it: then live stands, or what one workbook wants does."""
    decision = decisions.rule(conflict)
    if decision is None:
        found.conflicts.append(conflict)
    elif decision.claim:
        kept = [ask for ask in asks if ask.part.source.edited.file == decision.claim.target.file]
        found.changes += [change for ask in kept for change in ask.kept()]


def _asks(parts: tuple[Part, ...]) -> dict[Record, dict[str, list[RequestedChange]]]:
    """What is wanted, by record and field group."""
    found: dict[Record, dict[str, list[RequestedChange]]] = {}
    for part in parts:
        changes: dict[tuple[Record, str], list[Change]] = {}
        for change in part.found.changes:
            record = (change.target.kind, change.target.id)
            changes.setdefault((record, _GROUPS[change.target.kind, change.field]), []).append(change)
        for (record, group), some in changes.items():
            found.setdefault(record, {}).setdefault(group, []).append(RequestedChange(part, tuple(some)))
        for conflict in part.found.conflicts:
            record = (conflict.target.kind, conflict.target.id)
            found.setdefault(record, {}).setdefault(conflict.group, []).append(
                RequestedChange(part, (), conflict)
            )
    return found


def _open(
    asks: list[RequestedChange], parts: tuple[Part, ...], names: Names, found: Comparison
) -> list[RequestedChange]:
    """The asks that are not history; those that are, are noted."""
    left = []
    for ask in asks:
        if _carried(ask, parts, names):
            found.drifts.append(Drift(ask.target, ALREADY, ask.before, ask.edits))
        else:
            left.append(ask)
    return left


def _settle(group: str, asks: list[RequestedChange], found: Comparison, decisions: Decisions) -> None:
    """One change for the same edit; a conflict for edits that differ, or that live is apart from."""
    if any(ask.edits != asks[0].edits for ask in asks[1:]):
        _decide(_between(group, asks), asks, found, decisions)
        return
    # Who edited a newer export knew what an older one did not, and wants the same: that settles it.
    first, *others = sorted(asks, key=lambda ask: ask.conflict is not None)
    if first.conflict:
        _decide(replace(first.conflict, others=_claims(others)), asks, found, decisions)
    for change in first.changes:
        also = tuple(_cell(other, change.field) for other in others)
        found.changes.append(replace(change, also=also) if also else change)


def _claims(asks: Iterable[RequestedChange]) -> tuple[Claim, ...]:
    return tuple(Claim(ask.target, ask.wanted) for ask in asks)


def _cell(ask: RequestedChange, field: str) -> Target:
    return next((change.target for change in ask.changes if change.field == field), ask.target)


def _between(group: str, asks: list[RequestedChange]) -> Conflict:
    first, moved = asks[0], next((ask.conflict for ask in asks if ask.conflict), None)
    reason = f"{_files(asks)} want different things here."
    if moved:
        reason += f" {moved.reason}"
    # Who is in no conflict with live saw the live value.
    seen = {name: value for ask in asks if not ask.conflict for name, value in ask.before.items()}
    live = seen if moved is None else None if moved.live is None else {**seen, **moved.live}
    keepable = all(ask.conflict is None or ask.conflict.keepable for ask in asks)
    claims = _claims(asks[1:])
    return Conflict(first.target, group, first.before, first.wanted, live, reason, claims, keepable=keepable)


def _files(asks: Iterable[RequestedChange]) -> str:
    return " and ".join(dict.fromkeys(ask.part.source.edited.file for ask in asks))


def _declined_and_edited(groups: Mapping[str, list[RequestedChange]]) -> Conflict | None:
    """A line that one workbook declines and another one edits: nobody can know who is right."""
    declines = [ask for ask in groups.get("action", []) if ask.edits.get("action") == DECLINE]
    others = [ask for group, asks in groups.items() if group != "action" for ask in asks]
    apart = [ask for ask in others if all(ask.part is not one.part for one in declines)]
    if not declines or not apart:
        return None
    first, *more = declines
    reason = f"{_files([first, *apart])} want different things: one declines the line, the other edits it."
    claims = _claims([*more, *apart])
    live = {name: value for ask in (*declines, *apart) for name, value in ask.before.items()}
    keepable = all(ask.conflict is None for ask in (*declines, *apart))
    return Conflict(first.target, "line", first.before, first.wanted, live, reason, claims, keepable=keepable)


def _carried(ask: RequestedChange, parts: tuple[Part, ...], names: Names) -> bool:
    """Whether the edit was live when a newer workbook of the plan was exported: it is history by now."""
    if len(parts) == 1:
        return False
    mine = ask.part.source
    newer = (
        part.source
        for part in parts
        if part.source.edited.export.exported_at > mine.edited.export.exported_at
    )
    key, kind = ask.target.id, ask.target.kind
    for other in newer:
        then = _then(kind, key, mine.baseline, other.baseline, names)
        if then and all(name in then and then[name] == value for name, value in ask.edits.items()):
            return True
    return False


def _then(kind: RecordKind, record_id: str, older: Snapshot, newer: Snapshot, names: Names) -> Values | None:
    """A record at the newer export, in the words of the older one; None where it was not there."""
    if kind is RecordKind.PAYOUT:
        payout = newer.payouts.get(record_id)
        return payout_values(payout) if payout else None
    before, line = older.lines.get(record_id), newer.lines.get(record_id)
    if before is None or line is None:
        return None
    return {**line_values(line), "action": live_action(before, line, names)}


def _drifts(parts: tuple[Part, ...]) -> Iterator[Drift]:
    """What moved since the newest export that holds the record; what is live already, of every workbook."""
    if len(parts) == 1:
        yield from parts[0].found.drifts
        return
    newest: dict[tuple[RecordKind, str], Part] = {}
    for part in sorted(parts, key=lambda one: one.source.edited.export.exported_at, reverse=True):
        for kind, ids in _records(part.source.baseline).items():
            for record_id in ids:
                newest.setdefault((kind, record_id), part)
    for part in parts:
        for drift in part.found.drifts:
            if drift.what == ALREADY or newest[drift.target.kind, drift.target.id] is part:
                yield drift


def _records(snapshot: Snapshot) -> Mapping[RecordKind, Mapping[str, object]]:
    return {RecordKind.PAYOUT: snapshot.payouts, RecordKind.LINE: snapshot.lines}
