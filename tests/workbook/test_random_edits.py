"""Random work on a workbook: whatever a person types and wherever rows go, no edit is lost and none invented.

What was typed is kept here, apart from the product, with the value that it must have; the plan must say just that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from builders import make_export, make_line, make_payout, make_plan, make_snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from slow_reading import read_both_ways

from reconcile.check.review import review
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.plan.model import Plan
from reconcile.plan.wanted.new_lines import new_lines
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.reader import read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

SNAPSHOT = make_snapshot(
    make_payout("pay_1", "1000 USD", po_number="PO 000123"),
    make_payout("pay_2", "700 USD", stage="DRAFT", statement_note="Thank you."),
    make_payout("pay_3", "500 EUR"),
    *(make_line(f"cln_{n}", f"{n}00.50 USD", f"pay_{1 + n % 2}") for n in range(1, 7)),
    make_line("cln_7", "812.10 EUR", "pay_3", source_amount=Decimal(9000)),
    make_line("cln_8", "64 USD", None, description=None),
)
PAYOUTS, LINES = sorted(SNAPSHOT.payouts), sorted(SNAPSHOT.lines)


@dataclass(frozen=True)
class Typed:
    """What goes into a cell, and the value that it means."""

    cell: Any
    means: str | None


@dataclass
class Work:
    """All that a person did: what was typed per record and header, rows deleted, and where rows went."""

    edits: dict[str, dict[str, Typed]]
    deleted: set[str]
    new: dict[int, dict[str, Typed]]
    order: Callable[[list[Any]], None]
    gaps: list[int] = field(default_factory=list)


# What is typed, per kind of column.

_LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), include_characters="\n")
# Texts that programs like to make something else of.
_TRICKY = (
    "000777",
    "1E5",
    "3-1",
    "=1+1",
    "+49",
    "-1",
    "@sum",
    "TRUE",
    "1,5",
    " left",
    "right ",
    "two\nlines",
    "12.0",
)


def _says_something(text: str) -> bool:
    return bool(text.strip()) and text.strip().casefold() != "<clear>"


texts = st.one_of(
    st.text(_LETTERS, min_size=1, max_size=12).filter(_says_something).map(lambda t: Typed(t, _nfc(t))),
    st.sampled_from(_TRICKY).map(lambda text: Typed(text, text)),
    st.integers(1, 10**12).map(lambda number: Typed(number, str(number))),
)
cleared = st.sampled_from((Typed(None, None), Typed("<clear>", None), Typed("  ", None)))
unspoken = st.just(Typed(None, None))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@st.composite
def amounts(draw: st.DrawFn) -> Typed:
    number = draw(st.decimals("0.01", 99_999, places=2))
    shown = draw(st.sampled_from((float, str, _dollars)))(number)
    return Typed(shown, format(number.normalize(), "f"))


def _dollars(number: Decimal) -> str:
    return f" {number:.2f}\u00a0"


stages = st.sampled_from(
    (
        Typed("DRAFT", "DRAFT"),
        Typed("Approved", "APPROVED"),
        Typed("pending approval", "PENDING_REVIEW"),
        Typed(" Pending payment", "PENDING_PAYMENT"),
    )
)
currencies = st.sampled_from(("USD", "eur", "GBP")).map(lambda code: Typed(code, code.upper()))
reasons = st.sampled_from((("DUPLICATE", "DUPLICATE"), ("already paid", "ALREADY_PAID")))


@st.composite
def payout_edits(draw: st.DrawFn) -> dict[str, Typed]:
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "Stage": stages,
                "PO number": texts | cleared,
                "Statement note": texts | cleared,
            },
        )
    )


@st.composite
def line_edits(draw: st.DrawFn) -> dict[str, Typed]:
    typed = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "Amount": amounts(),
                "Currency": currencies,
                "Source amount": amounts() | cleared,
                "Description": texts,
                "Internal note": texts,
            },
        )
    )
    if draw(st.integers(0, 3)) == 0:
        shown, meant = draw(reasons)
        typed |= {"Action": Typed("decline", "Decline"), "Decline reason": Typed(shown, meant)}
    return typed


new_rows = st.fixed_dictionaries(
    {
        "Partner": st.sampled_from(("ptn_1", "ptn_2")).map(lambda text: Typed(text, text)),
        "Payout ID": st.just(Typed(None, None)),
        "Amount": amounts(),
        "Currency": currencies,
        "Source amount": amounts() | unspoken,
        "Description": texts | unspoken,
    }
)


@st.composite
def works(draw: st.DrawFn) -> Work:
    edits = {one: draw(payout_edits()) for one in draw(st.sets(st.sampled_from(PAYOUTS)))}
    edits |= {one: draw(line_edits()) for one in draw(st.sets(st.sampled_from(LINES)))}
    return Work(
        edits,
        deleted=draw(st.sets(st.sampled_from((*PAYOUTS, *LINES)), max_size=3)),
        new=draw(st.dictionaries(st.integers(2, 230), new_rows, max_size=3)),
        order=draw(st.randoms(use_true_random=False)).shuffle,
        gaps=draw(st.lists(st.integers(0, 8), max_size=3)),
    )


# The work is done through openpyxl.


@cache
def exported() -> bytes:
    """The snapshot as a workbook."""
    path = Path("march.xlsx").absolute()
    write_workbook(path, SNAPSHOT, make_export(SNAPSHOT), Policy())
    return path.read_bytes()


def done(work: Work, path: Path) -> None:
    """Saves the workbook with all the work in it."""
    book = openpyxl.load_workbook(BytesIO(exported()))
    for name in ("Payouts", "Lines"):
        _work_on(book[name], work)
    new = book["New lines"]
    for row, typed in work.new.items():
        _type(new, row, typed)
    book.save(path)


def _headers(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[1]}


def _type(sheet: Worksheet, row: int, typed: Mapping[str, Typed]) -> None:
    headers = _headers(sheet)
    for header, one in typed.items():
        cell = sheet.cell(row, headers[header])
        cell.value = one.cell
        if isinstance(one.cell, str):
            cell.data_type = "s"  # otherwise openpyxl takes the text "=1+1" for a formula


def _work_on(sheet: Worksheet, work: Work) -> None:
    headers = _headers(sheet)
    ids = headers["Line ID" if "Line ID" in headers else "Payout ID"]
    for row in range(2, sheet.max_row + 1):
        _type(sheet, row, work.edits.get(str(sheet.cell(row, ids).value), {}))
    rows: list[Any] = [
        [(cell.value, cell.data_type, cell.number_format) for cell in cells]
        for cells in sheet.iter_rows(min_row=2)
        if cells[ids - 1].value not in work.deleted
    ]
    work.order(rows)
    for gap in work.gaps:
        rows.insert(min(gap, len(rows)), [])
    _lay_out(sheet, rows)


def _lay_out(sheet: Worksheet, rows: list[Any]) -> None:
    blank = (None, "n", "General")
    for number in range(2, max(sheet.max_row, len(rows) + 1) + 1):
        contents = rows[number - 2] if number - 2 < len(rows) else []
        for column in range(1, sheet.max_column + 1):
            cell = sheet.cell(number, column)
            cell.value, kind, cell.number_format = contents[column - 1] if contents else blank
            cell.data_type = kind


def planned(edited: EditedWorkbook) -> Plan:
    """The plan of the workbook, where live did not move."""
    findings = review(edited, SNAPSHOT, Policy(), readonly_edits(edited, SNAPSHOT))
    return make_plan(SNAPSHOT, edited, findings=findings)


# What the plan must say, from the work alone.

FIELDS = {
    "Stage": "stage",
    "PO number": "po_number",
    "Statement note": "statement_note",
    "Amount": "amount",
    "Currency": "currency",
    "Source amount": "source_amount",
    "Description": "description",
    "Internal note": "internal_note",
    "Action": "action",
    "Decline reason": "decline_reason",
    "Partner": "partner_id",
    "Payout ID": "payout_id",
}
NEW = ("Partner", "Payout ID", "Amount", "Currency", "Source amount", "Description")


def before(record: str, header: str) -> str | None:
    """The exported value, from the records themselves."""
    if record in SNAPSHOT.payouts:
        payout = SNAPSHOT.payouts[record]
        return {
            "Stage": payout.stage,
            "PO number": payout.po_number,
            "Statement note": payout.statement_note,
        }[header]
    line = SNAPSHOT.lines[record]
    source = line.source_amount
    values = {
        "Amount": format(line.amount.amount.normalize(), "f"),
        "Currency": line.amount.currency,
        "Source amount": None if source is None else format(source.normalize(), "f"),
        "Description": line.description,
    }
    return values.get(header)


def wanted(work: Work) -> set[tuple[str, str, str | None, str | None]]:
    """Every change that the plan must have."""
    return {
        (record, FIELDS[header], before(record, header), typed.means)
        for record, edits in work.edits.items()
        if record not in work.deleted
        for header, typed in edits.items()
        if typed.means != before(record, header)
    }


def wanted_lines(work: Work) -> list[tuple[str | None, ...]]:
    """Every line that must be asked for, in the order of the rows."""
    return [tuple(typed[header].means for header in NEW) for _, typed in sorted(work.new.items())]


def lines(edited: EditedWorkbook) -> list[tuple[str | None, ...]]:
    """The lines that the workbook asks for."""
    asked = new_lines((edited,), SNAPSHOT, {})
    return [tuple(one.values[FIELDS[header]] for header in NEW) for one in asked]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(work=works())
def test_no_edit_is_lost_and_none_is_invented(work: Work) -> None:
    path = Path("edited.xlsx").absolute()
    done(work, path)
    edited = read_workbook(path, Policy())
    plan = planned(edited)
    read_both_ways(path, path.with_suffix(".slow"))

    assert {(one.target.id, one.field, one.before, one.after) for one in plan.changes} == wanted(work)
    assert lines(edited) == wanted_lines(work)
    assert {one.id for one in plan.missing} == work.deleted
    assert not plan.damaged
    assert not [
        finding for finding in plan.findings if finding.rule in ("token", "baseline", "read-only-edit")
    ]
