"""A snapshot whose every value is awkward, and small tools to edit workbooks as people do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from libreoffice import Converter
from openpyxl.worksheet.worksheet import Worksheet
from workbook.hostile_files import Check

from reconcile.cli import run
from reconcile.domain.edited import SCHEMA_VERSION, EditedWorkbook, Export
from reconcile.domain.money import Money
from reconcile.domain.period import Period
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.reader import read_workbook

ENVIRONMENT = Environment("http://127.0.0.1:8000", "acme")
SCOPE = Scope(stages=("APPROVED", "PAID"), periods=(Period.parse("2026-Q1"),))
NOON = datetime(2026, 4, 5, 12, 30, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)

HARD_TEXTS = (
    "000123",
    "123456789012345678",
    "1E5",
    "3-1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@x",
    " PO-77 ",
    "\u00a0PO 78\u00a0",
    "first\nsecond\n\nfourth",
    "tab\tinside",
    "👩‍💼 naïve café",
    "bell\x01 and \x1f",
    "_x0041_ stays",
    "日本語テキスト",
    "العربية",
    "TRUE",
    "#N/A",
    "'quoted",
    "<b>&amp;</b>",
    "http://example.com",
    "1,234.50",
    "123.0",
    "2026-03-31",
    "   ",
    "x" * 32_767,
)

HARD_AMOUNTS = (
    ("1250.00", "USD"),
    ("-808.81", "USD"),
    ("0.10", "EUR"),
    ("1234567", "JPY"),
    ("12.345", "KWD"),
    ("1.23456", "USD"),
    ("9999999999999.99", "USD"),
    ("123456789012345678.91", "USD"),
    ("0.07", "GBP"),
    ("5", "ZZZ"),
)


def make_payout(number: int, **given: object) -> Payout:
    plain = Payout(
        id=f"pay_{number:03}",
        partner_id=f"ptn_{number % 3}",
        partner_name=("Acme Partners", "Bolt & Sons", "株式会社カナリア")[number % 3],
        batch_id="000042",
        period_start=START,
        period_end=END,
        amount=Money(Decimal("1250.00"), "USD"),
        stage="APPROVED",
        po_number=None,
        statement_note=None,
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def make_line(number: int, **given: object) -> CommissionLine:
    plain = CommissionLine(
        id=f"cln_{number:03}",
        partner_id=f"ptn_{number % 3}",
        payout_id=f"pay_{number:03}",
        description=None,
        amount=Money(Decimal("1250.00"), "USD"),
        source_amount=None,
        status="PENDING",
        plan_name="Referral plan (2/5)",
        period_end=END,
        internal_note=None,
        created_at=NOON,
        updated_at=NOON,
        unread=frozenset({"internal_note"}),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def make_snapshot(payouts: Iterable[Payout], lines: Iterable[CommissionLine] = ()) -> Snapshot:
    payouts, lines = list(payouts), list(lines)
    partners = {p.partner_id: Partner(p.partner_id, p.partner_name) for p in payouts}
    return Snapshot(ENVIRONMENT, SCOPE, NOON, {p.id: p for p in payouts}, {c.id: c for c in lines}, partners)


def make_hard() -> Snapshot:
    """Every hard text as PO number, note and description, every hard amount, and odd records."""
    payouts = [make_payout(n, po_number=text, statement_note=text) for n, text in enumerate(HARD_TEXTS)]
    payouts += [
        make_payout(100, stage="ON_HOLD", statement_note=None, unread=frozenset({"statement_note"})),
        make_payout(101, batch_id=None, period_start=None, period_end=None, created_at=None, updated_at=None),
        make_payout(102, amount=Money(Decimal(-5000), "JPY"), stage="PAID"),
        make_payout(103, period_end=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), po_number=""),
    ]
    lines = [make_line(n, description=text) for n, text in enumerate(HARD_TEXTS)]
    lines += [
        make_line(
            200 + n, amount=Money(Decimal(amount), currency), source_amount=Decimal(amount), payout_id=None
        )
        for n, (amount, currency) in enumerate(HARD_AMOUNTS)
    ]
    lines.append(make_line(300, internal_note="seen by the team", unread=frozenset()))
    return make_snapshot(payouts, lines)


def make_export(snapshot: Snapshot) -> Export:
    return Export(
        workbook_id="wbk_0123456789",
        schema_version=SCHEMA_VERSION,
        tool_version="0.1.0",
        environment=snapshot.environment,
        scope=snapshot.scope,
        exported_at=NOON,
        exported_by="Ann Operator",
        fingerprint=snapshot.fingerprint,
    )


@pytest.fixture(scope="session")
def hard() -> Snapshot:
    return make_hard()


@pytest.fixture(scope="session")
def hard_file(hard: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hard snapshot as a workbook; never edited in place."""
    path = tmp_path_factory.mktemp("hard") / "hard.xlsx"
    assert write_workbook(path, hard, make_export(hard), Policy()) == ()
    return path


@pytest.fixture(scope="session")
def simple() -> Snapshot:
    """Three payouts with two lines each, and one line of the pending pool."""
    payouts = [make_payout(n, po_number=f"PO-{n}") for n in range(3)]
    lines = [
        make_line(10 * n + m, payout_id=f"pay_{n:03}", partner_id=f"ptn_{n}", description="Q1")
        for n in range(3)
        for m in range(2)
    ]
    return make_snapshot(payouts, [*lines, make_line(40, payout_id=None)])


@pytest.fixture(scope="session")
def _simple_bytes(simple: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("simple") / "simple.xlsx"
    write_workbook(path, simple, make_export(simple), Policy())
    return path.read_bytes()


@pytest.fixture
def simple_file(_simple_bytes: bytes, tmp_path: Path) -> Path:
    """The simple snapshot as a workbook of one's own."""
    path = tmp_path / "march.xlsx"
    path.write_bytes(_simple_bytes)
    return path


@pytest.fixture(scope="session")
def payout() -> Callable[..., Payout]:
    """Makes a payout from a number and the fields that matter."""
    return make_payout


@pytest.fixture(scope="session")
def line() -> Callable[..., CommissionLine]:
    """Makes a line from a number and the fields that matter."""
    return make_line


@pytest.fixture(scope="session")
def snapshot_of() -> Callable[..., Snapshot]:
    """Makes a snapshot from payouts and lines."""
    return make_snapshot


@pytest.fixture(scope="session")
def export_of() -> Callable[[Snapshot], Export]:
    """Makes the identity of an export."""
    return make_export


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes payouts and lines as a workbook."""

    def written(payouts: Iterable[Payout], lines: Iterable[CommissionLine] = ()) -> Path:
        snapshot = make_snapshot(payouts, lines)
        path = tmp_path / "written.xlsx"
        write_workbook(path, snapshot, make_export(snapshot), Policy())
        return path

    return written


@pytest.fixture(scope="session")
def read() -> Callable[[Path], EditedWorkbook]:
    """Reads a workbook under the default policy."""
    return lambda path: read_workbook(path, Policy())


@pytest.fixture(scope="session")
def edit() -> Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]:
    """Changes a workbook as a spreadsheet program does: load, edit, save."""

    def edited(path: Path, change: Callable[[openpyxl.Workbook], object]) -> Path:
        workbook = openpyxl.load_workbook(path)
        change(workbook)
        workbook.save(path)
        return path

    return edited


@pytest.fixture(scope="session")
def put() -> Callable[[Path, str, str, str, object], Path]:
    """Sets one cell, found by sheet, record id (or row number) and header."""

    def placed(path: Path, sheet_name: str, record: str, header: str, value: object) -> Path:
        workbook = openpyxl.load_workbook(path)
        sheet = workbook[sheet_name]
        row = int(record) if record.isdigit() else row_of(sheet, record)
        sheet.cell(row, column_of(sheet, header)).value = value  # type: ignore[union-attr, assignment]
        workbook.save(path)
        return path

    return placed


def column_of(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def row_of(sheet: Worksheet, record_id: str) -> int:
    number = column_of(sheet, "Line ID" if record_id.startswith("cln") else "Payout ID")
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, number).value == record_id)


@pytest.fixture
def soffice(convert: Converter, tmp_path: Path) -> Callable[[Path], Path]:
    """Opens a workbook in LibreOffice and saves it."""
    return lambda path: convert(path, tmp_path / "office")


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Check:
    """Runs `check` on a file: its exit code, and all that it said."""

    def checked(path: Path) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["check", str(path), "--state", str(tmp_path / "state.db")])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    return checked
