"""Narrows a plan to some records, for a careful first time: all other edits are left as they are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from reconcile.domain.fields import NEW_KINDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.phrases import counted
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.across.batching import batches
from reconcile.plan.model import Conflict, Operation, Target
from reconcile.plan.wanted.requested import Requested

LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The records that a plan is about.

    ids: None for every record; else those of payouts (with their lines), of lines, of partners (with all that
    is theirs), and keys of new lines; the empty set takes no record. words: how the person said it
    (`--only pay_1`).
    """

    ids: frozenset[str] | None = None
    words: str = ""

    def takes(self, target: Target) -> bool:
        """Whether the plan is about this record."""
        return self.ids is None or bool(self.ids & {target.id, target.payout_id, target.partner_id})


@dataclass(frozen=True)
class Narrowed:
    """What stays of a plan, and the targets of the edits that were left out.

    narrowing: what it was narrowed to, with all of every batch.
    """

    requested: Requested
    conflicts: list[Conflict]
    narrowing: Narrowing
    left: list[Target] = field(default_factory=list)


def narrow(requested: Requested, conflicts: Iterable[Conflict], narrowing: Narrowing) -> Narrowed:
    """Takes the edits and conflicts of other records out. A new payout and its lines stay or go together."""
    conflicts = list(conflicts)
    narrowing = _with_batches(narrowing, requested, conflicts)
    taken = Requested(
        tuple(one for one in requested.changes if narrowing.takes(one.target)),
        tuple(one for one in requested.new_lines if narrowing.takes(one.target)),
        tuple(one for one in requested.new_payouts if narrowing.takes(one.target)),
    )
    every = [one.target for one in requested.changes]
    every += [one.target for one in requested.new]
    every += [one.target for one in conflicts]
    left = [one for one in every if not narrowing.takes(one)]
    return Narrowed(taken, [one for one in conflicts if narrowing.takes(one.target)], narrowing, left)


def _with_batches(narrowing: Narrowing, requested: Requested, conflicts: Iterable[Conflict]) -> Narrowing:
    """It, and all of every batch of which it takes a record."""
    if narrowing.ids is None:
        return narrowing
    taken = [some for some in batches(requested, conflicts) if any(map(narrowing.takes, some))]
    return replace(narrowing, ids=narrowing.ids.union(one.id for some in taken for one in some))


def left_out(left: Iterable[Target], narrowing: Narrowing) -> Iterator[Finding]:
    """Says how much was left out, for the report."""
    left = list(left)
    if left:
        records = {(one.kind, one.id) for one in left}
        verb = "is" if len(left) == 1 else "are"
        yield Finding(
            Severity.INFO,
            LEFT_OUT,
            f"{counted(len(left), 'edit')} of {counted(len(records), 'record')} {verb} left out: the plan "
            f"was narrowed by {narrowing.words}.",
            "Run the command without it for the rest.",
        )


def about_these(
    findings: Iterable[Finding], left: Iterable[Target], narrowing: Narrowing, *snapshots: Snapshot
) -> tuple[Finding, ...]:
    """The findings without those on records that the plan is not about."""
    rows = {one.place for one in left if one.kind in NEW_KINDS}
    return tuple(one for one in findings if _stays(one, rows, narrowing, snapshots))


def _stays(
    finding: Finding, rows: Iterable[str], narrowing: Narrowing, snapshots: Iterable[Snapshot]
) -> bool:
    if finding.kind in NEW_KINDS:
        number = finding.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return f"{finding.file}, {finding.sheet}!{number}" not in rows
    if narrowing.ids is None or finding.kind is None:
        return True
    for snapshot in snapshots:
        if finding.kind is RecordKind.PAYOUT and (payout := snapshot.payouts.get(finding.record_id)):
            return bool(narrowing.ids & {payout.id, payout.partner_id})
        if finding.kind is RecordKind.LINE and (line := snapshot.lines.get(finding.record_id)):
            return bool(narrowing.ids & {line.id, line.payout_id, line.partner_id})
    return True


def first_payouts(operations: Iterable[Operation], count: int, only: Narrowing) -> Narrowing:
    """The first payouts that a plan changes, in its order; a line of the pool counts as one.

    only: what the plan was narrowed to before. Where that names lines and not their payouts, no other line
    joins them.
    """
    found: dict[str, list[Target]] = {}
    for one in operations:
        found.setdefault(one.target.payout_id or one.target.id, []).append(one.target)
    ids: set[str] = set()
    for key, targets in islice(found.items(), count):
        is_whole = only.ids is None or bool(only.ids & {key, *(one.partner_id for one in targets)})
        ids |= {key} if is_whole else {one.id for one in targets}
    return Narrowing(frozenset(ids), " ".join(filter(None, (only.words, f"--first {count}"))))
