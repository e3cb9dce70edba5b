"""Rules that look at several fields of a row. Each is a function of a row; all run, all report.

The sources: introw-api.md 2.12 to 2.15 (declines, detaches, creation) and 5.2 (what may be edited).
"""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.check.context import Around, Context, Rule
from reconcile.check.line_rules import LINE_RULES
from reconcile.check.new_line_rules import NEW_LINE_RULES
from reconcile.check.payout_rules import PAYOUT_RULES
from reconcile.check.spot import spots
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Finding
from reconcile.domain.policy import Policy
from reconcile.domain.snapshot import Snapshot


def rule_findings(edited: EditedWorkbook, baseline: Snapshot, policy: Policy) -> Iterator[Finding]:
    """What the rules find, sheet by sheet and row by row."""
    around = Around(edited, baseline)
    for sheet, rules in ((edited.payouts, PAYOUT_RULES), (edited.lines, LINE_RULES)):
        for spot in spots(edited, sheet, baseline):
            if spot.exported is not None:
                yield from _run(rules, Context(spot, baseline, policy, around))
    for spot in spots(edited, edited.new_lines, baseline):
        yield from _run(NEW_LINE_RULES, Context(spot, baseline, policy, around))


def _run(rules: tuple[Rule, ...], context: Context) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(context)
