"""The round trip of a workbook on which complaints are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from builders import make_export, make_line, make_payout, make_plan, make_snapshot
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Plan
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.reader import read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

POLICY = Policy()


LONG_ID = "1" * 34


BASE = make_snapshot(
    make_payout("pay_1", "1000.3 USD", po_number="000123", statement_note="as agreed"),
    make_payout("pay_2", "20 USD", po_number=f"{LONG_ID}1"),
    make_payout("pay_3", "30 USD", po_number="123456789012345678"),
    make_line("cln_1", "500 USD", source_amount=Decimal("450.5")),
    make_line("cln_2", "0.3 USD"),
    make_line("cln_3", "20 USD", "pay_2", description="=1+1"),
    make_line("cln_4", "-30 USD", "pay_3"),
    make_line("cln_5", "0.000077 ZZZ", None),
)


Change = Callable[[openpyxl.Workbook], object]


@dataclass(frozen=True)
class Outcome:
    """A workbook that came back: as read, what was found, and what it would do."""

    edited: EditedWorkbook
    findings: tuple[Finding, ...]
    plan: Plan

    @property
    def found(self) -> list[tuple[str, str]]:
        return [(one.rule, f"{one.sheet}!{one.cell}") for one in self.findings]

    @property
    def sent(self) -> dict[str, Any]:
        """The bodies of the requests by record id."""
        return {one.target.id: dict(one.body or {}) for one in self.plan.operations}


@dataclass(frozen=True)
class Round:
    """One export, treated by a person, and read back."""

    folder: Path

    def export(self, base: Snapshot = BASE) -> Path:
        path = self.folder / "march.xlsx"
        write_workbook(path, base, make_export(base), POLICY)
        return path

    def back(self, path: Path, policy: Policy = POLICY, base: Snapshot = BASE) -> Outcome:
        edited = read_workbook(path, policy)
        findings = review(edited, base, policy, readonly_edits(edited, base, policy.locale))
        return Outcome(edited, findings, make_plan(base, edited, findings=findings, policy=policy))

    def treat(self, change: Change, policy: Policy = POLICY, base: Snapshot = BASE) -> Outcome:
        path = self.export(base)
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)
        return self.back(path, policy, base)

    def typed(self, record: str, header: str, value: object, policy: Policy = POLICY) -> Outcome:
        def change(book: openpyxl.Workbook) -> None:
            put(book, record, header, value)

        return self.treat(change, policy)


def place(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def row_of(sheet: Worksheet, record: str) -> int:
    column = place(sheet, "Line ID" if record.startswith("cln") else "Payout ID")
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column).value == record)


def cell_of(book: openpyxl.Workbook, record: str, header: str) -> Any:  # noqa: ANN401 - as openpyxl has it
    sheet = book["Lines" if record.startswith("cln") else "Payouts"]
    return sheet.cell(row_of(sheet, record), place(sheet, header))


def put(book: openpyxl.Workbook, record: str, header: str, value: object) -> None:
    cell_of(book, record, header).value = value
