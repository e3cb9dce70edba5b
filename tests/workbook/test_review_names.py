"""The names of a workbook, by which its drop-downs and marks live, still lead to their cells in every copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from reconcile.domain.fields import RecordKind
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.results import RowResult
from reconcile.workbook.contract import (
    CONFLICTS,
    DECISION,
    MARKER,
    Highlight,
    Markup,
    ReviewColumn,
    ReviewRow,
    ReviewTable,
)
from reconcile.workbook.copy import write_result, write_review
from reconcile.workbook.doctor import examine

Soffice = Callable[[Path], Path]

_COLUMNS = (
    ReviewColumn("Partner", 20),
    ReviewColumn(DECISION, 14, editable=True),
    ReviewColumn("Conflict", 10, hidden=True),
    ReviewColumn(MARKER + CONFLICTS, 10, hidden=True),
)
_CHOICES = ("keep mine", "take live")
_ROWS = (
    ReviewRow(("Acme", "", "pay_001|po_number", "memo"), _CHOICES),
    ReviewRow(("Beta", "keep mine", "pay_002|po_number", "memo"), _CHOICES),
)
_MARKUP = Markup(
    (),
    (ReviewTable(CONFLICTS, _COLUMNS, _ROWS, "wrong"),),
    (Highlight(RecordKind.PAYOUT, "po_number", CONFLICTS, "po_number", "wrong", "wrong_text"),),
)
WHOLE_COLUMN = 1_048_576
"""Rows of a sheet."""


@pytest.fixture(params=["review", "review of a review", "result of a review"])
def copy(request: pytest.FixtureRequest, simple_file: Path, tmp_path: Path) -> Path:
    review, again = tmp_path / "review.xlsx", tmp_path / "again.xlsx"
    write_review(simple_file, review, _MARKUP)
    if request.param == "review of a review":
        write_review(review, again, _MARKUP)
        return again
    if request.param == "result of a review":
        write_result(review, again, [RowResult(RecordKind.PAYOUT, 2, "applied")])
        return again
    return review


def used(path: Path) -> set[str]:
    """The names that the rules and formulas of a workbook ask for."""
    found: set[str] = set()
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                found |= {one.decode() for one in re.findall(rb"reconcile_[a-z_]+", archive.read(name))}
    return found


def asked(path: Path, soffice: Soffice, formulas: list[str]) -> list[object]:
    """What LibreOffice answers to formulas on a further sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("Questions")
    for number, formula in enumerate(formulas, start=1):
        sheet.cell(number, 1).value = formula
    book.save(path.with_name("asked.xlsx"))
    book.close()
    answered = openpyxl.load_workbook(soffice(path.with_name("asked.xlsx")), data_only=True)
    answers = [answered["Questions"].cell(number + 1, 1).value for number in range(len(formulas))]
    answered.close()
    return answers


def test_every_name_that_a_rule_asks_for_has_its_rows(
    copy: Path, simple_file: Path, soffice: Soffice
) -> None:
    exported, names = sorted(used(simple_file)), sorted(used(copy))
    rows = dict(zip(names, asked(copy, soffice, [f"=ROWS({one})" for one in names]), strict=True))
    before = asked(simple_file, soffice, [f"=ROWS({one})" for one in exported])

    assert set(names) - set(exported) == {"reconcile_conflicts", "reconcile_decisions"}
    assert len(exported) == 9
    assert {name: rows[name] for name in exported} == dict(zip(exported, before, strict=True))
    assert all(isinstance(one, int | float) and one > 0 for one in rows.values()), rows
    # A count over a whole column, in each row that is marked, keeps LibreOffice busy for minutes.
    assert all(isinstance(one, int | float) and one < WHOLE_COLUMN for one in rows.values()), rows


def test_what_is_decided_does_not_light_up_any_more(copy: Path, soffice: Soffice) -> None:
    book = openpyxl.load_workbook(copy)
    rules = [
        rule.formula[0]
        for area in book["Payouts"].conditional_formatting
        for rule in area.rules
        if rule.formula and "reconcile_conflicts" in rule.formula[0]
    ]
    book.close()

    assert len(rules) == 1
    key = re.findall(r"\$[A-Z]+2", rules[0])[0]
    formulas = ["=" + rules[0].replace(key, f'"{one}"') for one in ("pay_001", "pay_002")]
    assert asked(copy, soffice, formulas) == [True, False]


def test_the_doctor_knows_the_sheets_of_a_review(copy: Path) -> None:
    told = {one.what: one.told for one in examine(copy, Policy())}

    assert re.fullmatch("Conflicts(, Results)?; the decisions on Conflicts are read", told["Sheets of ours"])
    assert "Sheets of your own" not in told
    assert not any(one.harm for one in examine(copy, Policy()))
