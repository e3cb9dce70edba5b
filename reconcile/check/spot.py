"""Places in a workbook, and findings made there."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.edited import EditedRow, EditedSheet, EditedWorkbook
from reconcile.domain.fields import RecordKind, Unread
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Spot:
    """One row of one sheet of one workbook."""

    edited: EditedWorkbook
    sheet: EditedSheet
    row: EditedRow

    def finding(
        self,
        severity: Severity,
        rule: str,
        column: str,
        message: str,
        fix: str,
        allowed: tuple[str, ...] = (),
    ) -> Finding:
        """A finding at a cell of this row."""
        return Finding(
            severity=severity,
            rule=rule,
            message=message,
            fix=fix,
            file=self.edited.file,
            sheet=self.sheet.name,
            cell=self.sheet.cell(column, self.row.number),
            value=self.shown(column),
            allowed=allowed,
            kind=self.sheet.kind,
            record_id=self.record_id,
        )

    @property
    def record_id(self) -> str:
        """The record that an error here holds; a row of `New lines` has none yet and goes by its number."""
        return f"row {self.row.number}" if self.sheet.kind is RecordKind.NEW_LINE else self.row.id or ""

    def shown(self, column: str) -> str:
        """The value of a cell of this row, as text."""
        if column == "id":
            return self.row.id or ""
        value = self.row.values.get(column, self.row.fixed.get(column))
        return "" if value is None or isinstance(value, Unread) else value


def graded(policy: Policy, rule: str, severity: Severity) -> Severity | None:
    """How severe a rule is under the policy; None when it is off."""
    return policy.rules.get(rule, severity)
