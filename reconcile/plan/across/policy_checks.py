"""Rules that need live and every workbook: what payouts are like when all edits are done. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.phrases import counted
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.domain.rules import RULES
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.across.conflicts import emptied_payouts, moves_off
from reconcile.plan.forecast import paid_lines
from reconcile.plan.model import Change, Target
from reconcile.plan.wanted.requested import RecordKey, Requested

EMPTIED: Final = "payout-emptied"
_PO_REQUIRED: Final = "po-required"


def in_error(findings: Iterable[Finding]) -> frozenset[RecordKey]:
    """The payouts and lines that an error holds."""
    found = ((one.kind, one.record_id) for one in findings if one.severity is Severity.ERROR and one.kind)
    return frozenset((kind, record_id) for kind, record_id in found if kind)


def policy_findings(
    live: Snapshot,
    requested: Requested,
    policy: Policy,
    found: Collection[Finding],
    emptied: Collection[str] = (),
) -> Iterator[Finding]:
    """What is wrong with payouts as all workbooks and live together make them. found: what is known already.

    requested: without those that an error holds. emptied: payouts that lost all lines already as requested.
    """
    edits: dict[str, dict[str, Change]] = {}
    for change in requested.changes:
        if change.target.kind is RecordKind.PAYOUT and change.target.id in live.payouts:
            edits.setdefault(change.target.id, {})[change.field] = change
    if not edits:
        return
    known = {(one.rule, one.record_id) for one in found}
    for payout_id, changes in edits.items():
        if (_PO_REQUIRED, payout_id) not in known:
            yield from _without_po(live, changes, policy)
    yield from _emptied(live, requested, edits, policy.names)
    for payout_id in edits.keys() & emptied:
        yield from _empty(edits[payout_id], requested, found)


def _without_po(live: Snapshot, changes: Mapping[str, Change], policy: Policy) -> Iterator[Finding]:
    first = changes.get("po_number") or changes.get("stage")
    if first is None:
        return
    payout = live.payouts[first.target.id]
    stage = changes["stage"].after if "stage" in changes else payout.stage
    po_number = changes["po_number"].after if "po_number" in changes else payout.po_number
    if stage in policy.po_required_stages and not po_number:
        message = f"Payout {payout.id} would be {stage} without a PO number."
        yield finding_at(first.target, _PO_REQUIRED, message, "Enter the PO number.")


def _emptied(
    live: Snapshot, requested: Requested, edits: Mapping[str, Mapping[str, Change]], names: Names
) -> Iterator[Finding]:
    """Edits of payouts that keep no line. A stage beside the decline of the last line is a conflict."""
    moves, filled = moves_off(requested), {one.target.payout_id for one in requested.new_lines}
    if not moves:
        return
    in_conflict = emptied_payouts(live, requested, names)
    lines: dict[str, list[str]] = {}
    for line in paid_lines(live, names).values():
        if line.payout_id and line.payout_id in edits:
            lines.setdefault(line.payout_id, []).append(line.id)
    for payout_id, ids in lines.items():
        stage = edits[payout_id].get("stage")
        if not moves.keys() >= set(ids) or payout_id in filled or (stage and stage.after == "DECLINED"):
            continue
        if stage is None or payout_id not in in_conflict:
            first = next(iter(edits[payout_id].values())).target
            what = "its last line is" if len(ids) == 1 else f"all of its {counted(len(ids), 'line')} are"
            message = f"Payout {payout_id} is edited, and {what} declined or detached."
            yield finding_at(first, EMPTIED, message, "Undo the edit of the payout, or leave it a line.")


def _empty(
    changes: Mapping[str, Change], requested: Requested, found: Collection[Finding]
) -> Iterator[Finding]:
    """An edit of a payout that has no line left, since an earlier run or somebody else did what was asked."""
    first = next(iter(changes.values())).target
    is_filled = any(one.target.payout_id == first.id for one in requested.new_lines)
    is_known = any((one.rule, one.record_id) == (EMPTIED, first.id) for one in found)
    if is_filled or is_known or ("stage" in changes and changes["stage"].after == "DECLINED"):
        return
    message = f"Payout {first.id} is edited, and its lines were declined or detached, as asked: it has none."
    yield finding_at(first, EMPTIED, message, "Undo the edit of the payout, or give it a line.")


def finding_at(target: Target, rule: str, message: str, fix: str) -> Finding:
    """A finding at the cell that a target names."""
    sheet, _, cell = target.place.rpartition("!")
    return Finding(
        RULES[rule].severity,
        rule,
        message,
        fix,
        file=target.file,
        sheet=sheet.removeprefix(f"{target.file}, "),
        cell=cell,
        kind=target.kind,
        record_id=target.id,
    )
