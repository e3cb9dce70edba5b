"""What every page that shows a plan gives to its template: changes with their values, totals, lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fastapi import Request

from reconcile.desk.family import desk_of
from reconcile.desk.writing.chosen_writing import writing_of
from reconcile.report.model import Approval, Report
from reconcile.report.sections import sections
from reconcile.report.words import facts, headline, spots

_ELSEWHERE: Final = ("conflicts", "decided")
"""The sections that the page of a workbook shows in its own way."""


def plan_values(request: Request, report: Report, approval: Approval | None = None) -> dict[str, Any]:
    """The values of `plan_parts.html`, as this page writes them. approval: how it stands, where known."""
    report = replace(report, approval=approval) if approval else report
    writing = writing_of(request).sentences
    ends_at = desk_of(request).session.clock() + timedelta(seconds=report.headline.seconds)
    report = replace(report, headline=replace(report.headline, done_at=ends_at))
    return {
        "report": report,
        "facts": facts(report, writing),
        "cell": spots(report),
        "headline": headline(report, writing),
        "sections": [one for one in sections(report, writing) if one.name not in _ELSEWHERE],
    }
