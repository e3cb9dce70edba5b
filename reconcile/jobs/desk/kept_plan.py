"""Brings workbooks in: checks them, makes their plan, and keeps the plan as text with what the report adds.

The plan is the one of `diff`: the same files against the same live state have the same fingerprint here and
there. A decision on the page is written into the review workbook, where `diff` reads it like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from reconcile.domain.decision import Choice
from reconcile.errors import ApiError, ConfigurationError, ReconcileError
from reconcile.jobs.check import Checked, check
from reconcile.jobs.diff import Compared, DiffRequest, diff
from reconcile.jobs.reviews.review_markup import all_conflicts
from reconcile.jobs.reviews.review_workbooks import write_decided
from reconcile.jobs.session import Session
from reconcile.plan.codec import from_json, to_json
from reconcile.plan.decide import claims
from reconcile.plan.model import Conflict, Plan
from reconcile.report.build import report_on
from reconcile.report.model import Approval, Report

_PLANS: Final = 4


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What came of workbooks. checked: their findings. plan: as JSON, or empty; then problem says why.

    stops, approval, live_at: what the report says beside the plan.
    """

    checked: tuple[Checked, ...]
    plan: str = ""
    problem: str = ""
    stops: tuple[str, ...] = ()
    approval: Approval = field(default_factory=Approval)
    live_at: datetime | None = None

    @property
    def compared(self) -> Compared:
        """The plan and the report on it. Raises ConfigurationError where there is no plan."""
        report = replace(report_of(self.plan), stops=self.stops, approval=self.approval, live_at=self.live_at)
        return Compared(plan_of(self.plan), report)


@dataclass(frozen=True, slots=True)
class Side:
    """Whose value may stand in a conflict. file: the workbook that wants it; empty for the live value."""

    key: str
    file: str
    values: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict as a person decides it. chosen: the key of the side decided for; empty while open."""

    number: int
    conflict: Conflict
    sides: tuple[Side, ...]
    chosen: str


@lru_cache(maxsize=_PLANS)
def plan_of(text: str) -> Plan:
    """A plan that is kept as text. The same text is the same plan, so the last few are remembered by it.

    Raises ConfigurationError where it is none.
    """
    return from_json(text, "the plan")


@lru_cache(maxsize=_PLANS)
def report_of(text: str) -> Report:
    """What a plan that is kept as text says to people."""
    return report_on(plan_of(text))


@cache
def _adapter() -> TypeAdapter[BroughtIn]:
    return TypeAdapter(BroughtIn)


def as_bytes(brought: BroughtIn) -> bytes:
    """What came of workbooks, to be kept."""
    return _adapter().dump_json(brought)


def from_bytes(kept: bytes) -> BroughtIn:
    """What `as_bytes` made."""
    return _adapter().validate_json(kept)


def bring_in(session: Session, files: Sequence[Path]) -> BroughtIn:
    """Checks workbooks and plans them. What stops the plan is told beside the findings. Raises ApiError."""
    checked = check(session, files)
    try:
        found = diff(session, DiffRequest(tuple(files), save=files[0].with_name("plan.json")))
    except ApiError:
        raise
    except ReconcileError as error:
        return BroughtIn(checked, problem=str(error))
    report = found.report
    return BroughtIn(checked, to_json(found.plan), "", report.stops, report.approval, report.live_at)


def conflicts_of(brought: BroughtIn) -> tuple[OpenConflict, ...]:
    """The conflicts with what may be decided: first the open ones, then those that were decided."""
    plan = plan_of(brought.plan)
    decided = {id(one.conflict): one for one in plan.decided}
    found = []
    for number, conflict in enumerate(all_conflicts(plan)):
        sides = _sides(conflict)
        done = decided.get(id(conflict))
        live = next(one.key for one in sides if not one.file)
        mine = next((one.key for one in sides if one.file and done and f"{one.file}, " in done.by), live)
        chosen = "" if done is None else (live if done.choice is Choice.LIVE else mine)
        found.append(OpenConflict(number, conflict, sides, chosen))
    return tuple(found)


def decide(
    session: Session, brought: BroughtIn, files: Mapping[str, Path], choices: Mapping[int, str], folder: Path
) -> tuple[Path, ...]:
    """Writes the workbooks again with these decisions in them, into a folder, under their names.

    files: by name in the plan. choices: the key of a side by the number of the conflict; what it does not
    name stays open. Raises ConfigurationError for a side that is not there.
    """
    plan = plan_of(brought.plan)
    chosen: dict[str, dict[int, str]] = {name: {} for name in files}
    for one in conflicts_of(brought):
        said = choices.get(one.number, "")
        side = next((side for side in one.sides if side.key == said), None)
        if said and side is None:
            raise ConfigurationError(f"There is no such choice for {one.conflict.target.id}.")
        for claim in claims(one.conflict):
            chosen[claim.target.file][one.number] = _words(side, claim.target.file, one)
    written = []
    for name, file in files.items():
        target = folder / file.name
        write_decided(session, file, target, plan, name, chosen[name])
        written.append(target)
    return tuple(written)


def _sides(conflict: Conflict) -> tuple[Side, ...]:
    mine = [
        Side(f"mine-{number}", claim.target.file, claim.values)
        for number, claim in enumerate(claims(conflict))
        if conflict.keepable
    ]
    return (*mine, Side("live", "", conflict.live))


def _words(side: Side | None, file: str, one: OpenConflict) -> str:
    """What stands in a workbook's column Decision: live is said in the first one only."""
    if side is None:
        return ""
    if not side.file:
        return Choice.LIVE.words if file == one.conflict.target.file else ""
    return Choice.MINE.words if file == side.file else ""
