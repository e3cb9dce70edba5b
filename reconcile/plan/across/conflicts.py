"""Conflicts that no single record shows: edits that their payout's stage, or others, make senseless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconcile.domain.fields import DECLINE, DETACH, RecordKind
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.forecast import paid_lines
from reconcile.plan.model import Change, Conflict, Target
from reconcile.plan.wanted.requested import Requested

_MONEY_GROUPS = {"amount": "amount", "currency": "amount", "source_amount": "amount", "action": "action"}


Exported = Mapping[str, Snapshot]
"""What was exported, by workbook id."""


def paying_conflicts(exported: Exported, live: Snapshot, requested: Requested) -> Iterator[Conflict]:
    """Money edits on a payout that moved, meanwhile, to a stage in which it is being paid or is over."""
    for (line_id, group), changes in _money_edits(requested.changes).items():
        baseline = exported[changes[0].target.workbook]
        then, now = baseline.lines[line_id].payout_id, live.lines[line_id].payout_id
        reason = _paying(baseline, live, now, then)
        if reason:
            yield _conflict(changes, group, reason, _place(live, now))
    for new in requested.new_lines:
        baseline = exported[new.target.workbook]
        reason = _paying(baseline, live, new.target.payout_id, new.target.payout_id)
        if reason:
            place = _place(live, new.target.payout_id)
            yield Conflict(new.target, "new", {}, new.values, place, reason, keepable=bool(place))


def _money_edits(changes: Iterable[Change]) -> Mapping[tuple[str, str], list[Change]]:
    """The edits of lines' money by line and field group: one conflict each."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.target.kind is RecordKind.LINE and change.field in _MONEY_GROUPS:
            found.setdefault((change.target.id, _MONEY_GROUPS[change.field]), []).append(change)
    return found


def _paying(baseline: Snapshot, live: Snapshot, payout_id: str | None, payout_then: str | None) -> str | None:
    """Why a line's money may no longer change; None where it may.

    A stage that the payout had at the export was seen by the person, and is only warned of.
    """
    if payout_id is None:
        return None
    payout = live.payouts.get(payout_id)
    if payout is None:
        return f"Its payout {payout_id} cannot be seen upstream any more."
    stage, then = stage_of(payout.stage), baseline.payouts.get(payout_id)
    if not (stage.paying or stage.final):
        return None
    if payout_id != payout_then:
        return f"It was moved to payout {payout_id} upstream, which is {payout.stage}: its money is settled."
    if then and then.stage == payout.stage:
        return None
    return f"Its payout moved to {payout.stage} upstream, so its money can no longer change."


def emptied_conflicts(live: Snapshot, requested: Requested, names: Names) -> Iterator[Conflict]:
    """Stage edits on payouts that the workbook's own declines empty: the server declines such a payout."""
    emptied = emptied_payouts(live, requested, names)
    for change in requested.changes:
        wanted = change.field == "stage" and change.target.id in emptied
        if wanted and change.after != "DECLINED":
            reason = (
                f"You decline its last line, which declines the payout, and set its stage to {change.after}."
            )
            yield replace(_conflict([change], "stage", reason), keepable=False)


def emptied_payouts(live: Snapshot, requested: Requested, names: Names) -> dict[str, list[Target]]:
    """The payouts that lose their last line by a decline, with the lines declined."""
    actions = moves_off(requested)
    if not any(change.after == DECLINE for change in actions.values()):
        return {}
    filled = {line.target.payout_id for line in requested.new_lines}
    left: dict[str, int] = {}
    declined: dict[str, list[Target]] = {}
    for line_id, line in paid_lines(live, names).items():
        if line.payout_id is None:
            continue
        change = actions.get(line_id)
        left[line.payout_id] = left.get(line.payout_id, 0) + (change is None)
        if change and change.after == DECLINE:
            declined.setdefault(line.payout_id, []).append(change.target)
    return {key: lines for key, lines in declined.items() if not left[key] and key not in filled}


def lines_left(live: Snapshot, requested: Requested, names: Names) -> dict[str | None, int]:
    """How many lines each payout has when all of this is done, for the payouts that a decline touches."""
    actions = moves_off(requested)
    touched = {one.target.id for one in actions.values() if one.after == DECLINE}
    if not touched:
        return {}
    payouts = {live.lines[line_id].payout_id for line_id in touched if line_id in live.lines}
    found = dict.fromkeys(payouts, 0)
    for line_id, line in paid_lines(live, names).items():
        if line.payout_id in found and line_id not in actions:
            found[line.payout_id] += 1
    for new in requested.new_lines:
        if new.target.payout_id in found:
            found[new.target.payout_id] += 1
    return found


def moves_off(requested: Requested) -> dict[str, Change]:
    """The lines that a decline or a detach takes off their payout."""
    return {c.target.id: c for c in requested.changes if c.field == "action" and c.after in (DECLINE, DETACH)}


def _place(live: Snapshot, payout_id: str | None) -> dict[str, str | None]:
    """The payout that a person decides upon with an edit of its lines; nothing where it cannot be seen."""
    payout = live.payouts.get(payout_id or "")
    return {"payout_id": payout.id, "payout_stage": payout.stage} if payout else {}


def _conflict(
    changes: list[Change], group: str, reason: str, place: Mapping[str, str | None] | None = None
) -> Conflict:
    before = {change.field: change.before for change in changes}
    after = {change.field: change.after for change in changes}
    keepable = place is None or bool(place)
    return Conflict(
        changes[0].target, group, before, after, {**before, **(place or {})}, reason, keepable=keepable
    )
