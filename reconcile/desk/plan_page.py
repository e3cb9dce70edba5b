"""What every page that shows a plan gives to its template: changes with their values, totals, lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from reconcile.report.model import Approval, Report
from reconcile.report.sections import sections
from reconcile.report.words import facts, headline, spots

_ELSEWHERE: Final = ("conflicts", "decided")
"""The sections that the page of a workbook shows in its own way."""


def plan_values(report: Report, approval: Approval | None = None) -> dict[str, Any]:
    """The values of `plan_parts.html`. approval: how it stands now, where that is known."""
    report = replace(report, approval=approval) if approval else report
    return {
        "report": report,
        "facts": facts(report),
        "cell": spots(report),
        "headline": headline(report),
        "sections": [one for one in sections(report) if one.name not in _ELSEWHERE],
    }
