"""Decides which records are held back: errors, conflicts, and rules that look at several records at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import ascii_uppercase

from reconcile.domain.fields import DECLINE, DETACH, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.compare import Sides
from reconcile.plan.forecast import paid_lines
from reconcile.plan.model import Change, Conflict, Held, Target
from reconcile.plan.newlines import NewLine

_MONEY = {"amount", "currency", "source_amount", "action"}
RecordKey = tuple[RecordKind, str]


@dataclass(frozen=True)
class Wishes:
    """What the person wants, before anything is held back."""

    changes: tuple[Change, ...]
    new_lines: tuple[NewLine, ...]

    def without(self, held: Iterable[RecordKey]) -> Wishes:
        """The wishes that do not concern the held records."""
        gone = set(held)
        return Wishes(
            tuple(change for change in self.changes if key_of(change.target) not in gone),
            tuple(line for line in self.new_lines if key_of(line.target) not in gone),
        )


def key_of(target: Target) -> RecordKey:
    """The record a target stands for."""
    return target.kind, target.id


def paying_conflicts(sides: Sides, wishes: Wishes) -> Iterator[Conflict]:
    """Money edits on a payout that moved, meanwhile, to a stage in which it is being paid or is over."""
    for change in wishes.changes:
        if change.target.kind is not RecordKind.LINE or change.field not in _MONEY:
            continue
        line = sides.live.lines[change.target.id]
        reason = _paying(sides, line.payout_id)
        if reason:
            group = "action" if change.field == "action" else "amount"
            yield _conflict(change, group, reason)
    for new in wishes.new_lines:
        reason = _paying(sides, new.target.payout_id)
        if reason:
            yield Conflict(new.target, "new", {}, new.values, None, reason)


def _paying(sides: Sides, payout_id: str | None) -> str | None:
    if payout_id is None:
        return None
    live = sides.live.payouts.get(payout_id)
    if live is None:
        return f"Its payout {payout_id} cannot be seen upstream any more."
    then = sides.baseline.payouts.get(payout_id)
    stage = stage_of(live.stage)
    if (stage.paying or stage.final) and (then is None or then.stage != live.stage):
        return f"Its payout moved to {live.stage} upstream, so its money can no longer change."
    return None


def emptied_conflicts(sides: Sides, wishes: Wishes) -> Iterator[Conflict]:
    """Stage edits on payouts that the workbook's own declines empty: the server declines such a payout."""
    emptied = _emptied(sides, wishes)
    for change in wishes.changes:
        wanted = change.field == "stage" and change.target.id in emptied
        if wanted and change.after != "DECLINED":
            reason = (
                f"You decline its last line, which declines the payout, and set its stage to {change.after}."
            )
            yield _conflict(change, "stage", reason)


def _emptied(sides: Sides, wishes: Wishes) -> dict[str, list[Target]]:
    """The payouts that lose their last line by a decline, with the lines declined."""
    actions = {c.target.id: c for c in wishes.changes if c.field == "action" and c.after in (DECLINE, DETACH)}
    filled = {line.target.payout_id for line in wishes.new_lines}
    left: dict[str, int] = {}
    declined: dict[str, list[Target]] = {}
    for line_id, line in paid_lines(sides.live, sides.names).items():
        if line.payout_id is None:
            continue
        change = actions.get(line_id)
        left[line.payout_id] = left.get(line.payout_id, 0) + (change is None)
        if change and change.after == DECLINE:
            declined.setdefault(line.payout_id, []).append(change.target)
    return {key: lines for key, lines in declined.items() if not left[key] and key not in filled}


def holds(
    sides: Sides, wishes: Wishes, conflicts: Iterable[Conflict], findings: Iterable[Finding]
) -> tuple[Held, ...]:
    """Every record whose wishes wait, and why. Only records that somebody wants to change are named."""
    reasons: dict[RecordKey, str] = {}
    keys = {line.row: line.key for line in wishes.new_lines}
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.kind:
            reasons.setdefault(_record(finding, keys), f"error: {finding.message}")
    for conflict in conflicts:
        reasons.setdefault(key_of(conflict.target), f"conflict: {conflict.reason}")
    _hold_emptying_declines(sides, wishes, reasons)
    _hold_moves_of_held_lines(sides.live, wishes, reasons)
    targets = _targets(wishes)
    return tuple(Held(targets[key], reason) for key, reason in sorted(reasons.items()) if key in targets)


def _record(finding: Finding, keys: Mapping[int, str]) -> RecordKey:
    """The record that a finding is about; a row of `New lines` is found by its number."""
    kind = finding.kind or RecordKind.NEW_LINE
    if kind is not RecordKind.NEW_LINE:
        return kind, finding.record_id
    return kind, keys.get(int(finding.cell.lstrip(ascii_uppercase) or 0), "")


def _hold_emptying_declines(sides: Sides, wishes: Wishes, reasons: dict[RecordKey, str]) -> None:
    """Of a decline that empties a payout and a stage edit on it, we cannot know which is meant."""
    stages = {c.target.id for c in wishes.changes if c.field == "stage" and c.after != "DECLINED"}
    for payout_id, lines in _emptied(sides, wishes).items():
        if payout_id in stages:
            for target in lines:
                reasons.setdefault(key_of(target), f"conflict: it would decline payout {payout_id}.")


def _hold_moves_of_held_lines(live: Snapshot, wishes: Wishes, reasons: dict[RecordKey, str]) -> None:
    """A payout does not move on while money edits of its lines wait: it would be paid with the old amount."""
    waiting: dict[str, str] = {}
    for target in _money_targets(wishes):
        payout_id = _payout_now(target, live)
        if key_of(target) in reasons and payout_id:
            waiting.setdefault(payout_id, target.id)
    for change in wishes.changes:
        released = change.field == "stage" and stage_of(change.after or "").released
        if released and change.target.id in waiting:
            reason = f"waits: line {waiting[change.target.id]} on it is held."
            reasons.setdefault(key_of(change.target), reason)


def _payout_now(target: Target, live: Snapshot) -> str | None:
    line = live.lines.get(target.id)
    return line.payout_id if line else target.payout_id


def _money_targets(wishes: Wishes) -> Iterator[Target]:
    yield from (change.target for change in wishes.changes if change.field in _MONEY)
    yield from (line.target for line in wishes.new_lines)


def _targets(wishes: Wishes) -> Mapping[RecordKey, Target]:
    every = [change.target for change in wishes.changes] + [line.target for line in wishes.new_lines]
    return {key_of(target): target for target in reversed(every)}


def _conflict(change: Change, group: str, reason: str) -> Conflict:
    before, after = {change.field: change.before}, {change.field: change.after}
    return Conflict(change.target, group, before, after, before, reason)
