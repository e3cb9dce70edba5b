"""The workbooks that a plan is made of, each with its own export, and what is known of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import BATCH, PLACE_FIELDS
from reconcile.domain.finding import Finding
from reconcile.domain.snapshot import Snapshot, together
from reconcile.plan.compare import ALREADY, MOVED_TO, Comparison
from reconcile.plan.made_before.likeness import Posted
from reconcile.plan.model import Conflict, Drift


@dataclass(frozen=True, slots=True)
class Applied:
    """A value that an earlier run of the same workbook wrote. at: UTC, ISO 8601."""

    value: str | None
    run_id: str
    at: str


@dataclass(frozen=True)
class OwnWork:
    """What earlier runs of one workbook did.

    created: the ids of lines and payouts they made, by key; the key itself where one was sent and never
    seen. posted: what was sent, by key. gone: the lines they declined; the server may show them no more.
    sent: what they wrote into fields that the API does not give back, by record id and field. applied: what
    they wrote last, by record id and field.
    """

    created: Mapping[str, str] = field(default_factory=dict)
    posted: Mapping[str, Posted] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    sent: Mapping[tuple[str, str], str] = field(default_factory=dict)
    applied: Mapping[tuple[str, str], Applied] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A workbook that came back: what was exported to it, what was found in it, what it caused already.

    kept: whether the state store has the export.
    """

    baseline: Snapshot
    edited: EditedWorkbook
    findings: tuple[Finding, ...] = ()
    own: OwnWork = field(default_factory=OwnWork)
    kept: bool = True

    @property
    def workbook_id(self) -> str:
        """The id of its export. Several copies of one export share it."""
        return self.edited.export.workbook_id


def baselines(sources: Iterable[Source]) -> dict[str, Snapshot]:
    """What was exported, by workbook id."""
    found: dict[str, list[Snapshot]] = {}
    for source in sources:
        found.setdefault(source.workbook_id, []).append(source.baseline)
    return {workbook_id: together(snapshots) for workbook_id, snapshots in found.items()}


def without_own_work(found: Comparison, own: OwnWork) -> Comparison:
    """Takes out what earlier runs of the same workbook did: nobody is in conflict with himself."""
    settled = Comparison(drifts=list(found.drifts), damaged=found.damaged, missing=found.missing)
    for conflict in found.conflicts:
        if _is_own_decline(conflict, own) or _is_own_batch(conflict, own):
            settled.drifts.append(Drift(conflict.target, ALREADY, conflict.baseline, conflict.yours))
        else:
            settled.conflicts.append(_told_of_runs(conflict, own))
    for change in found.changes:
        if not change.before_known and own.sent.get((change.target.id, change.field)) == (change.after or ""):
            settled.drifts.append(Drift(change.target, ALREADY, {}, {change.field: change.after}))
        else:
            settled.changes.append(change)
    return settled


def _is_own_batch(conflict: Conflict, own: OwnWork) -> bool:
    """Whether the line left the pool for a payout that an earlier run made, as its row asks."""
    place = (conflict.live or {}).get("action") or ""
    return conflict.yours.get("action") == BATCH and place.removeprefix(MOVED_TO) in own.created.values()


def _told_of_runs(conflict: Conflict, own: OwnWork) -> Conflict:
    """The conflict of an edit that an earlier run applied: its reason says that live moved on since."""
    moved = _moved_by_own_run(conflict, own)
    edits = [name for name, value in conflict.yours.items() if value != conflict.baseline.get(name)]
    applied = [own.applied.get((conflict.target.id, name)) for name in edits]
    last = next((one for one in applied if one), None)
    if last is None or any(
        one is None or one.value != conflict.yours[name] for name, one in zip(edits, applied, strict=True)
    ):
        return replace(conflict, reason=moved) if moved else conflict
    return replace(
        conflict,
        reason=f"Run {last.run_id} applied this edit already, on {last.at[:10]}, and live moved on since. To "
        f"keep mine would set it back. See: reconcile history {conflict.target.id}",
    )


def _moved_by_own_run(conflict: Conflict, own: OwnWork) -> str:
    """Says that live is what an earlier run of this workbook wrote; "" where something else moved it."""
    live = conflict.live or {}
    moved = [name for name, value in live.items() if value != conflict.baseline.get(name)]
    runs = [own.applied.get((conflict.target.id, name)) for name in moved]
    last = next((one for one in runs if one), None)
    if not last or any(not one or one.value != live[name] for name, one in zip(moved, runs, strict=True)):
        return ""
    return (
        f"Run {last.run_id} set it to what is live, on {last.at[:10]}, from this workbook; you changed it "
        f"again in a copy from before. See: reconcile history {conflict.target.id}"
    )


def _is_own_decline(conflict: Conflict, own: OwnWork) -> bool:
    """Whether the line is gone because an earlier run declined it, after whatever else the row asks for."""
    if conflict.target.id not in own.gone:
        return False
    return conflict.live is None or all(
        name in PLACE_FIELDS or own.sent.get((conflict.target.id, name)) == (value or "")
        for name, value in conflict.yours.items()
    )
