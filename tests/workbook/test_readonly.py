from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.finding import Severity
from reconcile.domain.snapshot import Snapshot
from reconcile.report.causes import by_cause
from reconcile.workbook.read.baseline import baseline_of
from reconcile.workbook.read.readonly_edits import readonly_edits
from reconcile.workbook.read.typed_dates import readings_of

Read = Callable[[Path], EditedWorkbook]
Put = Callable[[Path, str, str, str, object], Path]


@pytest.mark.parametrize(
    ("sheet", "record", "header", "value"),
    [
        ("Payouts", "pay_001", "Amount", 1250.01),
        ("Payouts", "pay_001", "Amount", "none"),
        ("Payouts", "pay_001", "Amount", None),
        ("Payouts", "pay_001", "Lines", 3),
        ("Payouts", "pay_001", "Partner", "Someone else"),
        ("Payouts", "pay_001", "Stage at export", "PAID"),
        ("Payouts", "pay_001", "Period end", "2026-04-30"),
        ("Payouts", "pay_001", "Created", None),
        ("Lines", "cln_010", "Payout ID", "pay_002"),
        ("Lines", "cln_010", "Partner", "#REF!"),
        ("Lines", "cln_040", "Payout ID", "pay_002"),
    ],
)
def test_an_edit_in_a_read_only_column_is_reported_with_its_cell(
    sheet: str,
    record: str,
    header: str,
    value: object,
    simple: Snapshot,
    simple_file: Path,
    put: Put,
    read: Read,
) -> None:
    put(simple_file, sheet, record, header, value)

    (finding,) = readonly_edits(read(simple_file), simple)

    assert (finding.severity, finding.rule) == (Severity.WARNING, "read-only-edit")
    assert ("march.xlsx", sheet, record) == (finding.file, finding.sheet, finding.record_id)
    assert openpyxl.load_workbook(simple_file)[sheet][finding.cell].value == value


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Amount", 1250.0000000000002),
        ("Amount", "1250.00"),
        ("Lines", "2"),
        ("Period end", "2026-03-31"),
        ("Period end", "2026-03-31 00:00:00"),
        ("Period end", 46112),
        ("Batch ID", 42),
        ("Partner", "Bolt\u00a0&  Sons "),
        ("Partner ID", " ptn_1"),
    ],
)
def test_what_editors_do_by_themselves_is_no_edit(
    header: str, value: object, simple: Snapshot, simple_file: Path, put: Put, read: Read
) -> None:
    put(simple_file, "Payouts", "pay_001", header, value)

    assert readonly_edits(read(simple_file), simple) == ()


def test_a_row_that_the_baseline_does_not_know_is_left_to_the_check(
    simple: Snapshot, simple_file: Path, put: Put, read: Read
) -> None:
    put(simple_file, "Payouts", "pay_001", "Payout ID", "pay_999")

    assert readonly_edits(read(simple_file), simple) == ()


def test_the_workbook_alone_gives_back_its_snapshot(hard: Snapshot, hard_file: Path, read: Read) -> None:
    edited = read(hard_file)

    rebuilt = baseline_of(edited)

    assert hard.payouts.keys() == rebuilt.payouts.keys()
    assert hard.lines.keys() == rebuilt.lines.keys()
    assert readonly_edits(edited, rebuilt) == ()
    for key, payout in hard.payouts.items():
        again = rebuilt.payouts[key]
        assert (payout.amount, payout.stage, payout.po_number or None) == (
            again.amount,
            again.stage,
            again.po_number,
        )
        assert (payout.period_end, payout.unread, payout.batch_id) == (
            again.period_end,
            again.unread,
            again.batch_id,
        )
    for key, line in hard.lines.items():
        copy = rebuilt.lines[key]
        assert (line.amount, line.source_amount, line.description) == (
            copy.amount,
            copy.source_amount,
            copy.description,
        )
        assert (line.payout_id, line.status, line.unread) == (copy.payout_id, copy.status, copy.unread)


def test_an_edit_does_not_change_the_rebuilt_baseline(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Payouts", "pay_001", "Stage", "PAID")

    assert baseline_of(read(simple_file)).payouts["pay_001"].stage == "APPROVED"


def test_rows_without_a_baseline_are_left_out(simple_file: Path, put: Put, read: Read) -> None:
    put(simple_file, "Lines", "cln_010", "lines:token", None)
    put(simple_file, "Lines", "cln_011", "Line ID", None)
    put(simple_file, "Payouts", "pay_001", "Amount", "lots")

    rebuilt = baseline_of(read(simple_file))

    assert {"cln_000", "cln_001", "cln_020", "cln_021", "cln_040"} == set(rebuilt.lines)
    assert {"pay_000", "pay_002"} == set(rebuilt.payouts)


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("3/31/2026", "", ["2026-03-31"]),
        ("31/03/2026", "", ["2026-03-31"]),
        ("31.03.26", "", ["2026-03-31"]),
        ("2026/3/31", "", ["2026-03-31"]),
        ("31-Mar-2026", "", ["2026-03-31"]),
        ("March 31, 2026", "", ["2026-03-31"]),
        ("3/31/2026 11:59:59 PM", "", ["2026-03-31"]),
        ("03/04/2026", "", ["2026-04-03", "2026-03-04"]),
        ("03/04/2026", "de", ["2026-04-03"]),
        ("03/04/2026", "en-US", ["2026-03-04"]),
        ("04/04/2026", "", ["2026-04-04"]),
        ("31/31/2026", "", []),
        ("Q1", "", []),
        ("12 or 13", "", []),
    ],
)
def test_a_day_as_text_has_its_readings(text: str, locale: str, expected: list[str]) -> None:
    assert [day.isoformat() for day in readings_of(text, locale)] == expected


def test_a_day_that_may_be_two_days_is_reported_with_both(
    simple_file: Path, put: Put, read: Read, simple: Snapshot
) -> None:
    edited = read(put(simple_file, "Payouts", "pay_001", "Period end", "03/04/2026"))

    (finding,) = readonly_edits(edited, simple)

    assert "It may say 2026-04-03 or 2026-03-04." in finding.message


def test_the_date_system_of_1904_alone_is_one_finding_with_a_count(
    simple: Snapshot, simple_file: Path, read: Read
) -> None:
    switched = simple_file.with_name("switched.xlsx")
    with ZipFile(simple_file) as source, ZipFile(switched, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1))
    findings = readonly_edits(read(switched), simple)

    assert {one.rule for one in findings} == {"read-only-edit"}
    (one,) = by_cause(findings)
    assert "1,462 days later: the file counts its dates from 1904 now" in one.message
    assert f"The same in {len(findings) - 1} more cells" in one.message
