"""Runs every check on a workbook and puts the findings in the order of its sheets."""

from __future__ import annotations

import re

from reconcile.check.column_findings import column_findings
from reconcile.check.damaged import damage_findings
from reconcile.check.identity import identity_findings
from reconcile.check.moved import moved_findings
from reconcile.check.owner import of_new_rows, owned
from reconcile.check.row_context import RowContexts
from reconcile.check.rules import rule_findings
from reconcile.check.slips import slip_findings
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.rules import graded
from reconcile.domain.snapshot import Snapshot


def review(
    edited: EditedWorkbook, baseline: Snapshot, policy: Policy, readonly: tuple[Finding, ...] = ()
) -> tuple[Finding, ...]:
    """All findings of one workbook: those of reading it (with `readonly`), and those of the checks."""
    contexts = RowContexts(edited, baseline)
    whose = tuple(identity_findings(contexts))
    unknown = {(one.sheet, int(re.sub(r"\D", "", one.cell) or 0)) for one in whose}
    found = {
        *edited.findings,
        *readonly,
        *whose,
        *moved_findings(contexts),
        *damage_findings(contexts, unknown),
        *column_findings(contexts, policy),
        *slip_findings(contexts),
    }
    found |= set(rule_findings(contexts, policy, tuple(found)))
    named = of_new_rows(owned(found, baseline), edited, baseline)
    order = [sheet.name for sheet in edited.sheets]
    graded_findings = (one for finding in named if (one := graded(finding, policy.rules)))
    return tuple(sorted(graded_findings, key=lambda finding: _place(finding, order)))


def _place(finding: Finding, order: list[str]) -> tuple[int, int, int, str, str]:
    sheet = order.index(finding.sheet) if finding.sheet in order else -1
    letters, number = re.fullmatch(r"([A-Z]*)([0-9]*)", finding.cell).groups()  # type: ignore[union-attr]
    return sheet, int(number or 0), _column(letters), finding.rule, finding.message


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
