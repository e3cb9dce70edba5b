"""Makes the plan: the one pure function from workbooks and live to the ordered operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from reconcile.check.owner import money_of, owned
from reconcile.domain.decision import Choice, Preference
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money
from reconcile.domain.policy.names_and_limits import Conduct, Names, Policy
from reconcile.domain.rules import graded
from reconcile.domain.snapshot import Snapshot, together
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.plan.across.batching import batch_findings, with_lines
from reconcile.plan.across.conflicts import emptied_conflicts, lines_left, paying_conflicts
from reconcile.plan.across.narrowing import Narrowing, about_these, left_out, narrow
from reconcile.plan.across.policy_checks import in_error, policy_findings
from reconcile.plan.across.reasons import with_reasons
from reconcile.plan.across.released import (
    emptied_before,
    emptied_by_others,
    moved_by_others,
    moved_releases,
    moved_warning,
)
from reconcile.plan.across.unread_marks import unread_marks
from reconcile.plan.codec import fingerprint
from reconcile.plan.compare import ALREADY, Comparison, Sides, compare, new_upstream
from reconcile.plan.cost.run_cost import ListLengths, run_cost
from reconcile.plan.decide import Decisions
from reconcile.plan.forecast import forecast, line_sums, partner_totals, stage_totals, tie_out
from reconcile.plan.gates import GateInput, gates, scale_of
from reconcile.plan.holds import Seen, holds
from reconcile.plan.made_before.likeness import MadeRecord, row_values
from reconcile.plan.made_before.same_lines import (
    Around,
    New,
    is_unchanged,
    noun_of,
    outgrown,
    settle_same,
    unseen,
)
from reconcile.plan.merge import Part, merged
from reconcile.plan.model import (
    PLAN_VERSION,
    Change,
    Conflict,
    Decided,
    Drift,
    Held,
    Operation,
    Plan,
    Return,
    Workbook,
)
from reconcile.plan.operations import (
    create_operation,
    create_payout_operation,
    line_operations,
    payout_operation,
)
from reconcile.plan.order import ordered
from reconcile.plan.sources import Source, baselines, without_own_work
from reconcile.plan.wanted.new_lines import NewLine, new_lines, typed_twice
from reconcile.plan.wanted.new_payouts import NewPayout, new_payouts
from reconcile.plan.wanted.requested import Requested, key_of

ALL = Narrowing()
_UNKNOWN, _CONDUCT = ListLengths(), Conduct()

Waiting = TypeVar("Waiting", Conflict, Held)


@dataclass(frozen=True)
class Circumstances:
    """What a plan needs to know beside the workbooks and live.

    lengths: of the listings, so that reads can be counted. rate: requests per minute. conduct: how fresh live
    must be when an operation has its turn. credits_left: of this month; None where the server does not say.
    preference: what the command line decides about conflicts. narrowing: the records that it is about.
    split_workbooks: the sets that the workbooks belong to. returned: when workbooks of these came back
    before, by workbook id.
    absence_wait: seconds that a new line whose answer is lost is looked for (see `config.Profile`).
    backwards: it undoes a run; see `order.ordered`.
    """

    made_at: datetime
    made_by: str
    lengths: ListLengths = _UNKNOWN
    rate: int = 120
    conduct: Conduct = _CONDUCT
    credits_left: int | None = None
    preference: Preference | None = None
    narrowing: Narrowing = ALL
    split_workbooks: tuple[SplitWorkbook, ...] = ()
    returned: Mapping[str, str] = field(default_factory=dict)
    absence_wait: float = 0
    backwards: bool = False


@dataclass(frozen=True)
class _Wanted:
    """What people want once conflicts were decided, what was found beside it, and what the rules say."""

    requested: Requested
    found: Comparison
    findings: tuple[Finding, ...]
    decided: tuple[Decided, ...]


def build_plan(sources: tuple[Source, ...], live: Snapshot, policy: Policy, given: Circumstances) -> Plan:
    """The plan for one or more workbooks. The same arguments give the same plan, byte for byte."""
    names, exported = policy.names, baselines(sources)
    baseline = together([source.baseline for source in sources])
    wanted = _wanted(sources, baseline, live, policy, given)
    requested, found, findings = wanted.requested, wanted.found, wanted.findings
    held = holds(Seen(tuple(exported.values()), live, names), requested, found.conflicts, findings)
    granted = with_lines(requested.without(key_of(one.target) for one in held), live)
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
        changes=requested.changes,
        conflicts=tuple(_with_money(found.conflicts, live, baseline)),
        decided=wanted.decided,
        drifts=tuple(moved_by_others(baselines(sources), live, found.drifts, names)),
        damaged=tuple(found.damaged),
        missing=tuple(found.missing),
        held=tuple(_with_money(held, live, baseline, requested)),
        findings=findings,
        effects=after.effects,
        stages=stage_totals(baseline, live, after),
        partners=partner_totals(sums, live),
        tie_out=tie_out(sums, operations),
        gates=gates(GateInput(scale, operations, granted.changes, policy.limits)),
        cost=run_cost(
            operations, given.rate, given.conduct, given.lengths, given.absence_wait, given.credits_left
        ),
        returns=tuple(_returns(sources, given)),
        scale=scale,
    )
    return replace(plan, fingerprint=fingerprint(plan))


def _wanted(
    sources: tuple[Source, ...], baseline: Snapshot, live: Snapshot, policy: Policy, given: Circumstances
) -> _Wanted:
    """Compares, decides and checks: what is left to be held or carried out."""
    names, exported = policy.names, baselines(sources)
    decisions = Decisions(sources, given.preference)
    found = _compared(sources, live, names, decisions)
    found.drifts += _new_upstream(sources, baseline, live, names)
    requested, twice = _requested(sources, exported, live, names, found, decisions)
    narrowed = narrow(requested, found.conflicts, given.narrowing)
    found.conflicts, narrowing = narrowed.conflicts, narrowed.narrowing
    raised, warnings = _across_records(sources, live, narrowed.requested, found.drifts, policy)
    requested = _decided(raised, narrowed.requested, decisions, found)
    every = (one for source in sources for one in source.findings)
    told = about_these(every, narrowed.left, narrowing, baseline, live)
    emptied = emptied_before(exported, live, found.drifts, names)
    checked = () if given.backwards else _checked(told, found, live, requested, policy, emptied)
    warnings += unread_marks(sources, requested, told)
    left = left_out(narrowed.left, narrowing)
    ours = (graded(one, policy.rules) for one in (*twice, *warnings, *checked, *decisions.close(), *left))
    findings = tuple(owned((*told, *filter(None, ours)), live, baseline))
    decided = tuple(one for one in decisions.settled if narrowing.takes(one.conflict.target))
    return _Wanted(requested, found, findings, decided)


def _compared(sources: tuple[Source, ...], live: Snapshot, names: Names, decisions: Decisions) -> Comparison:
    """Each workbook against its own export, and then against the others."""
    parts = []
    for source in sources:
        found = compare(Sides(source.baseline, source.edited, live, names))
        parts.append(Part(source, without_own_work(found, source.own)))
    return merged(tuple(parts), names, decisions)


def _across_records(
    sources: tuple[Source, ...],
    live: Snapshot,
    requested: Requested,
    drifts: Iterable[Drift],
    policy: Policy,
) -> tuple[list[Conflict], list[Finding]]:
    """The conflicts that no single record shows, and what the policy only warns of."""
    drifts, names, exported = tuple(drifts), policy.names, baselines(sources)
    # A decline that an error holds empties no payout.
    sound = requested.without(in_error(one for source in sources for one in source.findings))
    moved = list(moved_releases(exported, live, requested, drifts, names))
    warned = policy.moved_releases == "warn"
    conflicts = [
        *paying_conflicts(exported, live, requested),
        *emptied_conflicts(live, sound, names),
        *emptied_by_others(exported, live, sound, drifts, names),
        *(() if warned else moved),
    ]
    return conflicts, [moved_warning(one) for one in moved] if warned else []


def _new_upstream(
    sources: tuple[Source, ...], baseline: Snapshot, live: Snapshot, names: Names
) -> Iterator[Drift]:
    """What is new upstream and was not made by an earlier run of these workbooks."""
    made = {line_id for source in sources for line_id in source.own.created.values()}
    return (one for one in new_upstream(baseline, live, names) if one.target.id not in made)


def _checked(
    told: tuple[Finding, ...],
    found: Comparison,
    live: Snapshot,
    requested: Requested,
    policy: Policy,
    emptied: frozenset[str],
) -> Iterator[Finding]:
    """What the rules find of the edits that nothing holds so far. told: the findings of the workbooks."""
    waits = (key_of(one.target) for one in found.conflicts)
    open_edits = requested.without({*in_error(told), *waits})
    yield from policy_findings(live, open_edits, policy, told, emptied)
    yield from batch_findings(live, requested, policy.names)


def _decided(
    conflicts: Iterable[Conflict], requested: Requested, decisions: Decisions, found: Comparison
) -> Requested:
    """What is requested after the decisions on conflicts among them; the conflicts that stay are noted."""
    for conflict in conflicts:
        decision = decisions.rule(conflict)
        if decision is None:
            found.conflicts.append(conflict)
        elif decision.choice is Choice.LIVE:
            requested = requested.less(conflict)
    return requested


def _requested(
    sources: tuple[Source, ...],
    exported: Mapping[str, Snapshot],
    live: Snapshot,
    names: Names,
    found: Comparison,
    decisions: Decisions,
) -> tuple[Requested, tuple[Finding, ...]]:
    """What is asked for and not done yet, and warnings for new lines that two workbooks ask for."""
    copies: dict[str, list[Source]] = {}
    for source in sources:
        copies.setdefault(source.workbook_id, []).append(source)
    asked: list[NewLine] = []
    wanted: list[NewLine] = []
    payouts: list[NewPayout] = []
    for key, some in copies.items():
        own, at = some[0].own, some[0].edited.export.exported_at
        around = Around(exported[key], at, own, live, names)
        made = {one: _made(record_id, live) for one, record_id in own.created.items()}
        books = [one.edited for one in some]
        lines = tuple(new_lines(books, exported[key], made))
        asked += lines
        wanted += [left for line in lines if (left := _left(line, around, found, decisions))]
        rows = new_payouts(books, exported[key], made)
        payouts += [one for row in rows if (one := _left(row, around, found, decisions))]
    requested = Requested(with_reasons(found.changes, sources), tuple(wanted), tuple(payouts))
    return requested, tuple(typed_twice(asked)) if wanted else ()


def _made(record_id: str, live: Snapshot) -> MadeRecord | None:
    return live.lines.get(record_id) or live.elsewhere.get(record_id) or live.every_payout.get(record_id)


def _left(new: New, around: Around, found: Comparison, decisions: Decisions) -> New | None:
    """What is to be made still, or may be; what was made, or may have been, is noted."""
    record_id = around.own.created.get(new.key)
    if record_id is None:
        left, conflict = settle_same(new, around, decisions)
        found.conflicts += [conflict] if conflict else []
        return left
    posted = around.own.posted.get(new.key)
    if record_id == new.key:
        record_id = around.found_of(new.key)
    record = _made(record_id, around.live)
    if record_id and is_unchanged(new, posted, record):
        found.drifts.append(Drift(new.target, ALREADY, {}, {noun_of(new): record_id}))
        return None
    there = row_values(record) if record else posted.values if posted else {}
    conflict = outgrown(new, record_id, there) if record_id else unseen(new, posted)
    decision = decisions.rule(conflict)
    if decision is None:
        found.conflicts.append(conflict)
        return None if record_id else new
    return replace(new, is_sent=True) if decision.choice is Choice.MINE and not record_id else None


def _with_money(
    waiting: Iterable[Waiting], live: Snapshot, baseline: Snapshot, requested: Requested | None = None
) -> Iterator[Waiting]:
    """What waits, each with the amount of its record: live, or else as exported; a new line's own."""
    new = {
        key_of(one.target): Money(one.amount, one.currency)
        for one in (requested.new_lines if requested else ())
        if one.currency
    }
    for one in waiting:
        target = one.target
        money = new.get(key_of(target)) or money_of(target.kind, target.id, live, baseline)
        yield replace(one, money=money)


def _operations(requested: Requested, live: Snapshot, policy: Policy) -> Iterator[Operation]:
    by_record: dict[tuple[RecordKind, str], list[Change]] = {}
    for change in requested.changes:
        by_record.setdefault(key_of(change.target), []).append(change)
    left = lines_left(live, requested, policy.names)
    for (kind, _), changes in by_record.items():
        if kind is RecordKind.PAYOUT:
            yield payout_operation(changes, live, policy.names)
        else:
            yield from line_operations(changes, live, policy.names, left)
    for line in requested.new_lines:
        yield create_operation(line, live, policy.names)
    for payout in requested.new_payouts:
        yield create_payout_operation(payout)


def _returns(sources: tuple[Source, ...], given: Circumstances) -> Iterator[Return]:
    """Who returned a workbook of the same set, and who has not."""
    here: dict[str, list[str]] = {}
    for source in sources:
        here.setdefault(source.workbook_id, []).append(source.edited.file)
    for split in given.split_workbooks:
        files = ", ".join(here.get(split.workbook_id, []))
        yield Return(split, files, "" if files else given.returned.get(split.workbook_id, ""))
