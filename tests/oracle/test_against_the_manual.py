"""Random edits of a workbook: the plan is what somebody expects who has read the manual and nothing else."""

from __future__ import annotations

import ast
from datetime import datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Final

import openpyxl
import pytest
from builders import make_export, make_line, make_payout, make_plan, make_snapshot
from oracle import oracle

from reconcile.check.review import review
from reconcile.domain.finding import Severity
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.plan.model import Plan
from reconcile.workbook.export import write_workbook
from reconcile.workbook.read import read_workbook, readonly_edits

SNAPSHOT = make_snapshot(
    make_payout("pay_1", "1000 USD", po_number="000123"),
    make_payout("pay_2", "700 USD", stage="DRAFT", statement_note=" Thank you. "),
    make_payout("pay_3", "500 EUR", po_number=" PO-77 "),
    *(make_line(f"cln_{n}", f"{n}00.50 USD", f"pay_{1 + n % 2}") for n in range(1, 7)),
    make_line("cln_7", "812.10 EUR", "pay_3", source_amount=Decimal(9000)),
    make_line("cln_8", "64 EUR", "pay_3", description=None),
)
SEEDS: Final = 12
IDS: Final = {"Payouts": "Payout ID", "Lines": "Line ID"}

AMOUNTS = (
    *(
        0,
        17,
        0.125,
        612.37,
        -8.5,
        "1,234.50",
        "(500.25)",
        "511.75-",
        "$521",
        "531 USD",
        "541 EUR",
        "1,234",
        "x",
    ),
    None,
)
TEXTS = (
    *("PO-99", "3-1", "000777", " padded ", "=1+1", "000123", "PO-77", "Thank you.", 123, 4711),
    datetime(2026, 1, 3),  # noqa: DTZ001 - cells have no zone
    None,
)
TYPED: dict[str, tuple[oracle.Typed, ...]] = {
    "Stage": (*oracle.CHOICES["Stage"], "NONSENSE", None),
    "PO number": TEXTS,
    "Statement note": TEXTS,
    "Action": ("Decline", "Detach", "Delete", None),
    "Decline reason": (*oracle.CHOICES["Decline reason"], "BECAUSE", None),
    "Amount": AMOUNTS,
    "Source amount": AMOUNTS,
    "Currency": (*oracle.CHOICES["Currency"], "DOLLARS", None),
    "Description": TEXTS,
    "Partner": ("Somebody else",),
}


@cache
def exported() -> bytes:
    path = Path("march.xlsx").absolute()
    write_workbook(path, SNAPSHOT, make_export(SNAPSHOT), Policy())
    return path.read_bytes()


@cache
def records() -> dict[str, tuple[str, dict[str, Any]]]:
    """What the exported workbook shows of each record, read without the tool."""
    book = openpyxl.load_workbook(BytesIO(exported()))
    found = {}
    for name, key in IDS.items():
        headers = [str(cell.value) for cell in book[name][1]]
        for cells in book[name].iter_rows(min_row=2, values_only=True):
            row = dict(zip(headers, cells, strict=True))
            found[str(row[key])] = (name, row)
    return found


def work(seed: int) -> tuple[dict[oracle.Cell, oracle.Typed], set[str]]:
    """Edits by cell, and the rows that are deleted."""
    chance = Random(seed)
    edits: dict[oracle.Cell, oracle.Typed] = {}
    for record, (sheet, _) in records().items():
        for header in chance.sample((*oracle.EDITABLE[sheet], "Partner"), chance.randint(0, 2)):
            edits[record, header] = chance.choice(TYPED[header])
    return edits, set(chance.sample(sorted(records()), chance.randint(0, 2)))


def planned(edits: dict[oracle.Cell, oracle.Typed], deleted: set[str], path: Path) -> Plan:
    """The plan for the workbook with the edits typed in by openpyxl."""
    book = openpyxl.load_workbook(BytesIO(exported()))
    for name, key in IDS.items():
        sheet = book[name]
        columns = {str(cell.value): cell.column for cell in sheet[1]}
        for number in range(sheet.max_row, 1, -1):
            record = str(sheet.cell(number, columns[key]).value)
            for (_, header), value in ((cell, value) for cell, value in edits.items() if cell[0] == record):
                cell = sheet.cell(number, columns[header])
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
            if record in deleted:
                sheet.delete_rows(number)
    book.save(path)
    edited = read_workbook(path, Policy())
    return make_plan(
        SNAPSHOT, edited, findings=review(edited, SNAPSHOT, Policy(), readonly_edits(edited, SNAPSHOT))
    )


def field(header: str) -> str:
    return header.lower().replace(" ", "_")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_plan_of_random_edits_is_what_the_manual_says(seed: int) -> None:
    edits, deleted = work(seed)
    plan = planned(edits, deleted, Path("edited.xlsx").absolute())
    wanted = oracle.expected(records(), edits, deleted)
    held = {one.record_id for one in plan.findings if one.severity is Severity.ERROR}

    assert held == wanted.held
    assert {
        (one.target.id, one.field): (one.before, one.after)
        for one in plan.changes
        if one.target.id not in held
    } == {
        (record, field(header)): values
        for (record, header), values in wanted.changes.items()
        if record not in held
    }
    assert {(one.target.id, one.field) for one in plan.damaged} == {
        (record, field(header)) for record, header in wanted.damaged
    }
    assert {one.record_id for one in plan.findings if one.rule == "read-only-edit"} == {
        record for record, _ in wanted.ignored
    }
    assert {one.id for one in plan.missing} == wanted.missing
    assert {one.target.id for one in plan.operations} == wanted.sent


def test_the_oracle_shares_no_code_with_the_tool() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))
    names = [one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
    names += [alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names]

    assert not [name for name in names if name.partition(".")[0] == "reconcile"]
