"""A plan that a page shows and may apply: as text, as a report, and what differs from an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reconcile.jobs.desk.kept_plan import plan_of, report_of
from reconcile.plan.model import Plan
from reconcile.report.model import Change, Report
from reconcile.report.words import after_of, record_of


@dataclass(frozen=True)
class PlanToRun:
    """A plan as JSON, and what it says. To read one that is damaged raises ConfigurationError."""

    text: str

    @cached_property
    def plan(self) -> Plan:
        """The plan."""
        return plan_of(self.text)

    @cached_property
    def report(self) -> Report:
        """The plan for people."""
        return report_of(self.text)

    @property
    def fingerprint(self) -> str:
        """Its fingerprint: the same for the same changes on the same live values."""
        return self.plan.fingerprint

    @property
    def made_at(self) -> datetime:
        """When it was made, to the second, as runs are noted."""
        return self.plan.made_at.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A change that is not in two plans alike. then, now: as each plan has it; None where it has none."""

    partner: str
    record: str
    label: str
    then: Change | None
    now: Change | None


def changed_since(then: PlanToRun, now: PlanToRun) -> tuple[ChangedSince, ...]:
    """What a plan would change otherwise than an earlier one."""
    before, after = _by_place(then.report), _by_place(now.report)
    found = []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        one = new or old
        assert one
        if not old or not new or after_of(old) != after_of(new):
            found.append(ChangedSince(one.target.partner_name, record_of(one.target), one.label, old, new))
    return tuple(found)


def _by_place(report: Report) -> Mapping[tuple[str, ...], Change]:
    """The changes by what they are about; a record that is not made yet by its place in the workbook."""
    return {
        (one.target.id or one.target.place, one.target.partner_id, one.kind.value, one.field): one
        for one in report.changes
    }
