"""Makes the plan: the one pure function from the three states to the ordered operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import PLACE_FIELDS, RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.policy import Policy
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.codec import fingerprint
from reconcile.plan.compare import ALREADY, NEW, Comparison, Sides, compare
from reconcile.plan.conflicts import emptied_conflicts, paying_conflicts
from reconcile.plan.forecast import forecast, partner_totals, stage_totals, tie_out
from reconcile.plan.gates import Judged, gates
from reconcile.plan.holds import holds
from reconcile.plan.model import PLAN_VERSION, Change, Conflict, Cost, Drift, Operation, Plan
from reconcile.plan.newlines import NewLine, new_lines, outgrown, says, unseen
from reconcile.plan.operations import create_operation, line_operations, payout_operation
from reconcile.plan.order import ordered
from reconcile.plan.wishes import Wishes, key_of


@dataclass(frozen=True)
class Circumstances:
    """What a plan needs to know beside the three states.

    created: the ids of lines that earlier runs made, by idempotency key; the key itself where a line was
    accepted and never seen. gone: the lines that earlier runs declined; the server may show them no more.
    sent: what earlier runs wrote into fields that the API does not give back, by record id and field. reads:
    the requests that one re-read takes. rate: requests per minute.
    """

    made_at: datetime
    made_by: str
    created: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    sent: Mapping[tuple[str, str], str] = field(default_factory=dict)
    reads: int = 0
    rate: int = 120


def build_plan(
    baseline: Snapshot,
    edited: EditedWorkbook,
    live: Snapshot,
    findings: tuple[Finding, ...],
    policy: Policy,
    given: Circumstances,
) -> Plan:
    """The plan. The same arguments give the same plan, byte for byte."""
    sides = Sides(baseline, edited, live, policy.names)
    found = compare(sides)
    found = _without_own_work(found, given)
    conflicts, drifts = found.conflicts, found.drifts
    made = {key: live.lines.get(line_id) for key, line_id in given.created.items()}
    asked = tuple(new_lines(edited, baseline, made))
    for line in asked:
        if line.key in made:
            _note_made(line, given.created[line.key], made[line.key], found)
    wishes = Wishes(tuple(found.changes), tuple(line for line in asked if line.key not in made))
    conflicts += [*paying_conflicts(sides, wishes), *emptied_conflicts(sides, wishes)]
    held = holds(sides, wishes, conflicts, findings)
    granted = wishes.without(key_of(one.target) for one in held)
    operations = ordered(_operations(granted, live, policy), live)
    after = forecast(live, operations, policy.names)
    judged = Judged(baseline, live, after, operations, granted.changes, policy.limits, policy.names)
    plan = Plan(
        version=PLAN_VERSION,
        made_at=given.made_at,
        made_by=given.made_by,
        environment=live.environment,
        workbook=edited.file,
        export=edited.export,
        live_fingerprint=live.fingerprint,
        operations=operations,
        changes=tuple(found.changes),
        conflicts=tuple(conflicts),
        drifts=tuple(drifts),
        damaged=tuple(found.damaged),
        missing=tuple(found.missing),
        held=held,
        findings=findings,
        effects=after.effects,
        stages=stage_totals(baseline, live, after),
        partners=partner_totals(baseline, live, after, policy.names),
        tie_out=tie_out(baseline, live, operations, after, policy.names),
        gates=gates(judged),
        cost=_cost(operations, given),
    )
    return replace(plan, fingerprint=fingerprint(plan))


def _without_own_work(found: Comparison, given: Circumstances) -> Comparison:
    """Takes out what earlier runs of the same workbook did: nobody is in conflict with himself."""
    settled = Comparison(damaged=found.damaged, missing=found.missing)
    for conflict in found.conflicts:
        if _is_own_decline(conflict, given):
            settled.drifts.append(Drift(conflict.target, ALREADY, conflict.baseline, conflict.yours))
        else:
            settled.conflicts.append(conflict)
    for change in found.changes:
        sent = given.sent.get((change.target.id, change.field))
        if not change.before_known and sent == (change.after or ""):
            settled.drifts.append(Drift(change.target, ALREADY, {}, {change.field: change.after}))
        else:
            settled.changes.append(change)
    made = set(given.created.values())
    settled.drifts += [one for one in found.drifts if one.what != NEW or one.target.id not in made]
    return settled


def _is_own_decline(conflict: Conflict, given: Circumstances) -> bool:
    """Whether the line is gone because an earlier run declined it, after whatever else the row asks for."""
    if conflict.target.id not in given.gone:
        return False
    return conflict.live is None or all(
        name in PLACE_FIELDS or given.sent.get((conflict.target.id, name)) == (value or "")
        for name, value in conflict.yours.items()
    )


def _note_made(new: NewLine, line_id: str, line: CommissionLine | None, found: Comparison) -> None:
    """A row that an earlier run made a line of asks for nothing, and must not ask for something else."""
    if line_id == new.key:
        found.conflicts.append(unseen(new))
    elif line is None or says(new.values, line):
        found.drifts.append(Drift(new.target, ALREADY, {}, {"line": line_id}))
    else:
        found.conflicts.append(outgrown(new, line))


def _operations(wishes: Wishes, live: Snapshot, policy: Policy) -> Iterator[Operation]:
    by_record: dict[tuple[RecordKind, str], list[Change]] = {}
    for change in wishes.changes:
        by_record.setdefault(key_of(change.target), []).append(change)
    for (kind, _), changes in by_record.items():
        if kind is RecordKind.PAYOUT:
            yield payout_operation(changes, live, policy.names)
        else:
            yield from line_operations(changes, live, policy.names)
    for line in wishes.new_lines:
        yield create_operation(line, live)


def _cost(operations: tuple[Operation, ...], given: Circumstances) -> Cost:
    """The records are read again before the run and after it."""
    writes, reads = len(operations), 2 * given.reads if operations else 0
    return Cost(writes, reads, -(-(writes + reads) * 60 // given.rate))
