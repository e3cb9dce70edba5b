"""Rules that look at several fields of a row. Each is a function of a row; all run, all report.

The sources: introw-api.md 2.12 to 2.15 (declines, detaches, creation) and 5.2 (what may be edited).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reconcile.check.context import Around, Context, Rule
from reconcile.check.emptied_payouts import emptied_finding
from reconcile.check.line_rules import LINE_RULES
from reconcile.check.new_rows.new_line_rules import NEW_LINE_RULES
from reconcile.check.new_rows.new_payout_rules import NEW_PAYOUT_RULES
from reconcile.check.payout_rules import PAYOUT_RULES
from reconcile.check.reason_rules import reason_alone, reason_length, reason_missing
from reconcile.check.row_context import RowContext, RowContexts
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.rules import graded

_REASONS: Final[tuple[Rule, ...]] = (reason_length, reason_missing)


def rule_findings(contexts: RowContexts, policy: Policy, others: Iterable[Finding] = ()) -> Iterator[Finding]:
    """What the rules find. They ask of edits: a row as exported has none.

    others: what other checks found; an action that is in error leaves its line where it is.
    """
    baseline, around = contexts.baseline, Around(contexts.edited, contexts.baseline)
    found: list[Finding] = []
    for rows, rules in ((contexts.payouts, PAYOUT_RULES), (contexts.lines, LINE_RULES)):
        for context in _edited(rows):
            found += _run((*rules, *_REASONS), Context(context, baseline, policy, around))
        for context in rows:
            found += reason_alone(context)
    for rows, rules in ((contexts.new_lines, NEW_LINE_RULES), (contexts.new_payouts, NEW_PAYOUT_RULES)):
        for context in rows:
            found += _run((*rules, *_REASONS), Context(context, baseline, policy, around))
    in_error = _lines_in_error((*others, *found), policy)
    for context in _edited(contexts.payouts):
        found += emptied_finding(Context(context, baseline, policy, around), in_error)
    yield from found


def _edited(rows: Iterable[RowContext]) -> Iterator[RowContext]:
    return (one for one in rows if one.exported is not None and not one.is_as_exported)


def _lines_in_error(findings: Iterable[Finding], policy: Policy) -> frozenset[str]:
    """The lines that an error holds, as severe as the policy has each rule."""
    of_lines = (graded(one, policy.rules) for one in findings if one.kind is RecordKind.LINE)
    return frozenset(one.record_id for one in of_lines if one and one.severity is Severity.ERROR)


def _run(rules: tuple[Rule, ...], context: Context) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(context)
