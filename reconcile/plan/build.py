"""Makes the plan: the one pure function from workbooks and live to the ordered operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.domain.decision import Choice, Preference
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Names, Policy
from reconcile.domain.records import CommissionLine
from reconcile.domain.rules import graded
from reconcile.domain.snapshot import Snapshot, together
from reconcile.domain.split_by import Handout
from reconcile.plan.codec import fingerprint
from reconcile.plan.compare import ALREADY, Comparison, Sides, compare, new_upstream
from reconcile.plan.conflicts import emptied_conflicts, lines_left, paying_conflicts
from reconcile.plan.decide import Decisions
from reconcile.plan.forecast import forecast, line_sums, partner_totals, stage_totals, tie_out
from reconcile.plan.gates import GateInput, gates, scale_of
from reconcile.plan.holds import Seen, holds
from reconcile.plan.merge import Part, merged
from reconcile.plan.model import (
    PLAN_VERSION,
    Change,
    Conflict,
    Cost,
    Drift,
    Operation,
    Plan,
    Return,
    Workbook,
)
from reconcile.plan.new_lines import NewLine, lines_that_say, new_lines, outgrown, says, typed_twice, unseen
from reconcile.plan.operations import create_operation, line_operations, payout_operation
from reconcile.plan.order import ordered
from reconcile.plan.released import emptied_by_others, moved_releases, moved_warning
from reconcile.plan.requested import Wishes, key_of
from reconcile.plan.sources import Source, baselines, without_own_work


@dataclass(frozen=True)
class Circumstances:
    """What a plan needs to know beside the workbooks and live.

    reads: the requests that one re-read takes. rate: requests per minute. credits_left: of this month; None
    where the server does not say. preference: what the command line decides about conflicts. handouts: the
    sets that the workbooks belong to. returned: when workbooks of these came back before, by workbook id.
    backwards: it undoes a run; see `order.ordered`.
    """

    made_at: datetime
    made_by: str
    reads: int = 0
    rate: int = 120
    credits_left: int | None = None
    preference: Preference | None = None
    handouts: tuple[Handout, ...] = ()
    returned: Mapping[str, str] = field(default_factory=dict)
    backwards: bool = False


def build_plan(sources: tuple[Source, ...], live: Snapshot, policy: Policy, given: Circumstances) -> Plan:
    """The plan for one or more workbooks. The same arguments give the same plan, byte for byte."""
    names, exported = policy.names, baselines(sources)
    baseline = together([source.baseline for source in sources])
    decisions = Decisions(sources, given.preference)
    found = _compared(sources, live, names, decisions)
    created = {key: line_id for source in sources for key, line_id in source.own.created.items()}
    made = set(created.values())
    found.drifts += (one for one in new_upstream(baseline, live, names) if one.target.id not in made)
    wishes, twice = _wishes(sources, exported, live, created, found, decisions)
    raised, warnings = _across_records(exported, live, wishes, found.drifts, policy)
    wishes = _decided(raised, wishes, decisions, found)
    ours = (graded(one, policy.rules) for one in (*twice, *warnings, *decisions.close()))
    findings = (*(one for source in sources for one in source.findings), *(one for one in ours if one))
    held = holds(Seen(tuple(exported.values()), live, names), wishes, found.conflicts, findings)
    granted = wishes.without(key_of(one.target) for one in held)
    operations = ordered(_operations(granted, live, policy), live, backwards=given.backwards)
    after = forecast(live, operations, names)
    sums = line_sums(baseline, live, after, names)
    scale = scale_of(baseline, live, operations, granted.changes, names)
    plan = Plan(
        version=PLAN_VERSION,
        made_at=given.made_at,
        made_by=given.made_by,
        environment=live.environment,
        workbooks=tuple(Workbook(one.edited.file, one.edited.export, one.kept) for one in sources),
        live_fingerprint=live.fingerprint,
        operations=operations,
        changes=wishes.changes,
        conflicts=tuple(found.conflicts),
        decided=tuple(decisions.settled),
        drifts=tuple(found.drifts),
        damaged=tuple(found.damaged),
        missing=tuple(found.missing),
        held=held,
        findings=findings,
        effects=after.effects,
        stages=stage_totals(baseline, live, after),
        partners=partner_totals(sums, live),
        tie_out=tie_out(sums, operations),
        gates=gates(GateInput(scale, operations, granted.changes, policy.limits)),
        cost=_cost(operations, given),
        returns=tuple(_returns(sources, given)),
        scale=scale,
    )
    return replace(plan, fingerprint=fingerprint(plan))


def _compared(sources: tuple[Source, ...], live: Snapshot, names: Names, decisions: Decisions) -> Comparison:
    """Each workbook against its own export, and then against the others."""
    parts = []
    for source in sources:
        found = compare(Sides(source.baseline, source.edited, live, names))
        parts.append(Part(source, without_own_work(found, source.own)))
    return merged(tuple(parts), names, decisions)


def _across_records(
    exported: Mapping[str, Snapshot],
    live: Snapshot,
    wishes: Wishes,
    drifts: Iterable[Drift],
    policy: Policy,
) -> tuple[list[Conflict], list[Finding]]:
    """The conflicts that no single record shows, and what the policy only warns of."""
    drifts, names = tuple(drifts), policy.names
    moved = list(moved_releases(exported, live, wishes, drifts, names))
    warned = policy.moved_releases == "warn"
    conflicts = [
        *paying_conflicts(exported, live, wishes),
        *emptied_conflicts(live, wishes, names),
        *emptied_by_others(exported, live, wishes, drifts, names),
        *(() if warned else moved),
    ]
    return conflicts, [moved_warning(one) for one in moved] if warned else []


def _decided(
    conflicts: Iterable[Conflict], wishes: Wishes, decisions: Decisions, found: Comparison
) -> Wishes:
    """The wishes after the decisions on conflicts among them; the conflicts that stay are noted."""
    for conflict in conflicts:
        decision = decisions.rule(conflict)
        if decision is None:
            found.conflicts.append(conflict)
        elif decision.choice is Choice.LIVE:
            wishes = wishes.less(conflict)
    return wishes


def _wishes(
    sources: tuple[Source, ...],
    exported: Mapping[str, Snapshot],
    live: Snapshot,
    created: Mapping[str, str],
    found: Comparison,
    decisions: Decisions,
) -> tuple[Wishes, tuple[Finding, ...]]:
    """What is asked for and not done yet, and warnings for new lines that two workbooks ask for."""
    made = {key: live.lines.get(line_id) for key, line_id in created.items()}
    copies: dict[str, list[EditedWorkbook]] = {}
    for source in sources:
        copies.setdefault(source.workbook_id, []).append(source.edited)
    asked = [line for key, books in copies.items() for line in new_lines(books, exported[key], made)]
    for line in asked:
        if line.key in made:
            _note_made(line, created[line.key], made[line.key], found, decisions)
    left = tuple(line for line in asked if line.key not in made)
    return Wishes(tuple(found.changes), left), tuple(typed_twice(asked)) if left else ()


def _note_made(
    new: NewLine, line_id: str, line: CommissionLine | None, found: Comparison, decisions: Decisions
) -> None:
    """A row that an earlier run made a line of asks for nothing, and must not ask for something else."""
    if line_id != new.key and (line is None or says(new.values, line)):
        found.drifts.append(Drift(new.target, ALREADY, {}, {"line": line_id}))
        return
    conflict = unseen(new) if line_id == new.key or line is None else outgrown(new, line)
    if decisions.rule(conflict) is None:
        found.conflicts.append(conflict)


def _operations(wishes: Wishes, live: Snapshot, policy: Policy) -> Iterator[Operation]:
    by_record: dict[tuple[RecordKind, str], list[Change]] = {}
    for change in wishes.changes:
        by_record.setdefault(key_of(change.target), []).append(change)
    left = lines_left(live, wishes, policy.names)
    for (kind, _), changes in by_record.items():
        if kind is RecordKind.PAYOUT:
            yield payout_operation(changes, live, policy.names)
        else:
            yield from line_operations(changes, live, policy.names, left)
    same = lines_that_say(wishes.new_lines, live, policy.names)
    for line in wishes.new_lines:
        yield create_operation(line, live, policy.names, same[line.key])


def _returns(sources: tuple[Source, ...], given: Circumstances) -> Iterator[Return]:
    """Who returned a workbook of the same set, and who has not."""
    here: dict[str, list[str]] = {}
    for source in sources:
        here.setdefault(source.workbook_id, []).append(source.edited.file)
    for handout in given.handouts:
        files = ", ".join(here.get(handout.workbook_id, []))
        yield Return(handout, files, "" if files else given.returned.get(handout.workbook_id, ""))


def _cost(operations: tuple[Operation, ...], given: Circumstances) -> Cost:
    """The records are read again before the run and after it."""
    writes, reads = len(operations), 2 * given.reads if operations else 0
    return Cost(writes, reads, -(-(writes + reads) * 60 // given.rate), given.credits_left)
