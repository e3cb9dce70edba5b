"""Decides which records are held back: those with errors or conflicts, and those that must wait for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import ascii_uppercase

from reconcile.domain.fields import FIELD_LABELS, NEW_KINDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.across.batching import batch_holds
from reconcile.plan.across.conflicts import emptied_payouts
from reconcile.plan.model import Conflict, Held, Target
from reconcile.plan.wanted.requested import RecordKey, Requested, key_of

Reasons = dict[RecordKey, str]


@dataclass(frozen=True)
class Seen:
    """What the people saw in their exports, and what is live."""

    exported: Collection[Snapshot]
    live: Snapshot
    names: Names


def holds(
    seen: Seen, requested: Requested, conflicts: Iterable[Conflict], findings: Iterable[Finding]
) -> tuple[Held, ...]:
    """Every record with edits that wait, and why. Only records that somebody wants to change are named."""
    conflicts = tuple(conflicts)
    reasons: Reasons = {}
    for key, reason in _errors(requested, findings):
        reasons.setdefault(key, reason)
    for key, reason in _conflicts(requested, conflicts):
        reasons.setdefault(key, reason)
    for key, reason in list(batch_holds(requested, conflicts, reasons)):
        reasons.setdefault(key, reason)
    if not reasons:
        return ()
    _hold_emptying_declines(seen, requested, reasons)
    _hold_moves_of_held_lines(seen, requested, conflicts, reasons)
    targets = _targets(requested)
    return tuple(Held(targets[key], reason) for key, reason in sorted(reasons.items()) if key in targets)


def _errors(requested: Requested, findings: Iterable[Finding]) -> Iterator[tuple[RecordKey, str]]:
    """The records with errors, and these in words."""
    keys = {(one.target.kind, one.target.file, one.row): one.key for one in requested.new}
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.kind:
            yield _record(finding, finding.kind, keys), f"error: {finding.message}"


def _conflicts(requested: Requested, conflicts: Iterable[Conflict]) -> Iterator[tuple[RecordKey, str]]:
    """The records with conflicts: the reason of the edit that is in one, or what the other edits wait for."""
    edited: dict[RecordKey, list[str]] = {}
    for change in requested.changes:
        edited.setdefault(key_of(change.target), []).append(change.field)
    apart = []
    for conflict in conflicts:
        key = key_of(conflict.target)
        others = [name for name in edited.get(key, ()) if name not in conflict.yours]
        if others and len(others) == len(edited[key]):
            moved = [name for name, value in conflict.yours.items() if value != conflict.baseline.get(name)]
            named = " and ".join(_labels(moved))
            apart.append((key, f"waits: a conflict on {named} of this {key[0]} is not decided."))
            continue
        waits = f" {' and '.join(_labels(others))}: waits for that decision." if others else ""
        yield key, f"conflict: {conflict.reason}{waits}"
    # An edit that is in a conflict itself says more than one that waits beside it.
    yield from apart


def _labels(names: Iterable[str]) -> list[str]:
    return [FIELD_LABELS.get(name, name) for name in names]


def _record(finding: Finding, kind: RecordKind, keys: Mapping[tuple[RecordKind, str, int], str]) -> RecordKey:
    """The record that a finding is about; a row for a new one is found by its number."""
    if kind not in NEW_KINDS:
        return kind, finding.record_id
    return kind, keys.get((kind, finding.file, int(finding.cell.lstrip(ascii_uppercase) or 0)), "")


def _hold_emptying_declines(seen: Seen, requested: Requested, reasons: Reasons) -> None:
    """A decline that empties its payout declines the payout, so it waits where that may not be meant."""
    meant = emptied_payouts(seen.live, requested, seen.names)
    granted = requested.without(reasons)
    for payout_id, targets in emptied_payouts(seen.live, granted, seen.names).items():
        # Of a decline that empties a payout and a stage edit on it, we cannot know which is meant.
        if (RecordKind.PAYOUT, payout_id) in reasons:
            reason = f"conflict: it would decline payout {payout_id}."
        elif payout_id not in meant:
            reason = f"waits: it would decline payout {payout_id}, whose new line is held."
        else:
            continue
        for target in targets:
            reasons.setdefault(key_of(target), reason)


def _hold_moves_of_held_lines(
    seen: Seen, requested: Requested, conflicts: Iterable[Conflict], reasons: Reasons
) -> None:
    """A payout does not move on while edits of its lines wait: it would be paid with the old amounts."""
    waiting = _payouts_of_held_lines(seen, requested, conflicts, reasons)
    for change in requested.changes:
        released = change.field == "stage" and stage_of(change.after or "").released
        if released and change.target.id in waiting:
            reason = f"waits: {waiting[change.target.id]} on it is held."
            reasons.setdefault(key_of(change.target), reason)


def _payouts_of_held_lines(
    seen: Seen, requested: Requested, conflicts: Iterable[Conflict], reasons: Reasons
) -> dict[str | None, str]:
    """The payouts with held lines, and the words for one of these.

    An error may well stand where an edit could not be read, so it counts without an edit. A line that moved
    counts for the payout on which the person saw it, too: it was edited to be paid there.
    """
    targets = [line.target for line in requested.new_lines] + [conflict.target for conflict in conflicts]
    new = {target.id: target.payout_id for target in targets if target.kind is RecordKind.NEW_LINE}
    found: dict[str | None, str] = {}
    for kind, record_id in reasons:
        if kind is RecordKind.NEW_LINE:
            found.setdefault(new.get(record_id), "a new line")
        if kind is RecordKind.LINE:
            for records in (*seen.exported, seen.live):
                if line := records.lines.get(record_id):
                    found.setdefault(line.payout_id, f"line {record_id}")
    return found


def _targets(requested: Requested) -> Mapping[RecordKey, Target]:
    every = [change.target for change in requested.changes] + [one.target for one in requested.new]
    return {key_of(target): target for target in reversed(every)}
