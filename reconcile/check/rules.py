"""Rules that look at several fields of a row. Each is a function of a row; all run, all report.

The sources: introw-api.md 2.12 to 2.15 (declines, detaches, creation) and 5.2 (what may be edited).
"""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.check.context import Around, Context, Rule
from reconcile.check.line_rules import LINE_RULES
from reconcile.check.new_line_rules import NEW_LINE_RULES
from reconcile.check.payout_rules import PAYOUT_RULES
from reconcile.check.row_context import RowContexts
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy


def rule_findings(contexts: RowContexts, policy: Policy) -> Iterator[Finding]:
    """What the rules find, sheet by sheet and row by row. They ask of edits: a row as exported has none."""
    baseline, around = contexts.baseline, Around(contexts.edited, contexts.baseline)
    for rows, rules in ((contexts.payouts, PAYOUT_RULES), (contexts.lines, LINE_RULES)):
        for context in rows:
            if context.exported is not None and not context.is_as_exported:
                yield from _run(rules, Context(context, baseline, policy, around))
    for context in contexts.new_lines:
        yield from _run(NEW_LINE_RULES, Context(context, baseline, policy, around))


def _run(rules: tuple[Rule, ...], context: Context) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(context)
