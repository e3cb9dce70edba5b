"""A real workbook, written and read back untouched, asks for nothing, whatever its records hold."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from builders import POLICY, make_export, make_line, make_payout, make_plan, make_snapshot

from reconcile.check.review import review
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Plan
from reconcile.workbook.copy.cell_editor import Keystroke, type_into
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.baseline import baseline_of
from reconcile.workbook.read.reader import read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

TEXTS = (
    "000123",
    "123456789012345678",
    "3-1",
    "MAR-26",
    "1E5",
    "1,234.50",
    "TRUE",
    " PO\u00a077 ",
    "   ",
    "=1+1",
    "e\u0301\r\nx",
    "<r>markup</r>",
    "x" * 40_000,
    "<clear>",
)
ODD = make_snapshot(
    *(
        make_payout(f"pay_{number:02}", po_number=text, statement_note=text)
        for number, text in enumerate(TEXTS)
    ),
    make_payout("pay_90", stage="ON_HOLD", unread=frozenset({"statement_note"})),
    make_payout("pay_91", "-0.00 ZZZ", stage="PAID", batch_id=None, period_start=None, period_end=None),
    *(
        make_line(f"cln_{number:02}", payout_id="pay_00", description=text)
        for number, text in enumerate(TEXTS)
    ),
    make_line("cln_90", "123456789012345678.91 USD", "pay_90", source_amount=Decimal("0.1")),
    make_line("cln_91", "1.23456 JPY", None, status="EXPECTED", description=None),
    make_line("cln_92", "0 ZZZ", None, internal_note="seen", unread=frozenset()),
)


def plan_of(path: Path, baseline: Snapshot | None) -> Plan:
    """The plan for a file; without a baseline, against what the file itself says of it."""
    edited = read_workbook(path, POLICY, None)
    known = baseline or baseline_of(edited)
    findings = review(edited, known, POLICY, readonly_edits(edited, known))
    return make_plan(known, edited, ODD, findings=findings)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "march.xlsx"
    write_workbook(path, ODD, make_export(ODD), POLICY, None)
    return path


def test_an_untouched_workbook_makes_an_empty_plan(exported: Path) -> None:
    plan = plan_of(exported, ODD)

    assert (plan.findings, plan.operations, plan.changes) == ((), (), ())
    assert (plan.conflicts, plan.drifts, plan.damaged, plan.missing) == ((), (), (), ())


def test_so_it_does_when_only_the_workbook_remembers_its_baseline(exported: Path) -> None:
    plan = plan_of(exported, None)

    assert (plan.findings, plan.operations, plan.changes, plan.conflicts) == ((), (), (), ())


def test_an_amount_is_an_edit_and_the_same_amount_in_another_spelling_is_none(
    exported: Path, tmp_path: Path
) -> None:
    edited = tmp_path / "edited.xlsx"
    typed: dict[str, str | float] = {
        "cln_03": 512.5,
        "cln_04": 500,
        "cln_05": "500",
        "cln_06": "500.00",
        "cln_07": " 500 ",
    }
    type_into(exported, edited, [Keystroke("Lines", key, "Amount", value) for key, value in typed.items()])

    plan = plan_of(edited, ODD)

    assert [(one.target.id, one.body) for one in plan.operations] == [("cln_03", {"amount": "512.50"})]
    assert (plan.findings, plan.damaged, len(plan.changes)) == ((), (), 1)
