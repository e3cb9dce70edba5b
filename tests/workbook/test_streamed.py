"""A streamed sheet is the sheet that XlsxWriter alone writes: part by part, cell by cell."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell

from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.fields import Values
from reconcile.domain.money import Money
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.export.extra_sheets import Proposal
from reconcile.workbook.export.writer import write_workbook

MakePayout = Callable[..., Payout]
MakeLine = Callable[..., CommissionLine]
Read = Callable[[Path], EditedWorkbook]

NEVER, ALWAYS = 10**9, 0
TEXTS = (
    "PO 1",
    "=1+1",
    "a\nb\nc",
    " spaced ",
    "_x0041_",
    "<r>x</r>",
    "café",
    "x" * 40_000,
    "\ud800",
    "",
    "007",
    "R&D <b>",
    "\n",
    " ",
    "a\u00a0b",
    "tab\t",
    "\x01",
    "line\n" * 100,
)
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "CLF", "ZZZ", "")
ODD_AMOUNTS = (
    "0",
    "-0.00",
    "0.00",
    "-0.5",
    "7.10",
    "1000",
    "999999999999.99",
    "1000000000000",
    "123456789012345.6",
    "1E+5",
    "1.5E+5",
    "1E-7",
    "-12345678901234567890.123",
)
ZONES = (UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=13)))


@pytest.fixture
def both(tmp_path: Path, export_of: Callable[[Snapshot], Export]) -> Callable[..., tuple[Path, Path]]:
    """Writes a snapshot the plain way and streamed; both report the same."""

    def written(snapshot: Snapshot, proposal: Proposal | None = None) -> tuple[Path, Path]:
        plain, streamed = tmp_path / "plain" / "book.xlsx", tmp_path / "streamed" / "book.xlsx"
        findings = []
        for path, long in ((plain, NEVER), (streamed, ALWAYS)):
            path.parent.mkdir()
            export = export_of(snapshot)
            findings.append(write_workbook(path, snapshot, export, Policy(), None, proposal, long=long))
        assert findings[0] == findings[1]
        return plain, streamed

    return written


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts without the numbers of styles: those depend on what was written first."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "xl/styles.xml"}
    return {name: re.sub(rb' s="\d+"', b"", part) for name, part in parts.items()}


def looks_of(path: Path) -> Iterator[tuple[str, str, object, str]]:
    looks: dict[int, str] = {}
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                # In words: the library compares formats by where they stand.
                look = looks.get(cell.style_id) or looks.setdefault(cell.style_id, look_of(cell))
                yield sheet.title, cell.coordinate, cell.value, look


def look_of(cell: Cell | MergedCell) -> str:
    return repr((cell.number_format, cell.font, cell.fill, cell.border, cell.alignment, cell.protection))


def assert_same(plain: Path, streamed: Path) -> None:
    assert parts_of(streamed) == parts_of(plain)
    for one, other in zip(looks_of(plain), looks_of(streamed), strict=True):
        assert one == other


@dataclass(frozen=True)
class Dice:
    """Values of every kind, ordinary and odd."""

    random: random.Random

    def text(self) -> str | None:
        return self.random.choice((None, *TEXTS, f"text {self.random.random()}"))

    def moment(self) -> datetime | None:
        days = self.random.choice((None, -45_000, self.random.randint(0, 9_000)))
        zone = self.random.choice(ZONES)
        past = timedelta(days or 0, self.random.randint(0, 86_399))
        return None if days is None else datetime(2020, 1, 1, tzinfo=zone) + past

    def amount(self) -> Decimal:
        size = 10 ** self.random.randint(1, 19)
        any_amount = Decimal(self.random.randint(-size, size)).scaleb(-self.random.randint(0, 6))
        cents = Decimal(self.random.randint(0, 10**7)).scaleb(-2)
        return self.random.choice((any_amount, cents, Decimal(self.random.choice(ODD_AMOUNTS))))

    def money(self) -> Money:
        return Money(self.amount(), self.random.choice(CURRENCIES))

    def unread(self, *names: str) -> frozenset[str]:
        return frozenset(self.random.sample(names, self.random.randint(0, len(names))))

    def payout(self, made: Payout) -> Payout:
        return replace(
            made,
            partner_name=self.text() or "",
            batch_id=self.text(),
            po_number=self.text(),
            statement_note=self.text(),
            amount=self.money(),
            period_start=self.moment(),
            period_end=self.moment(),
            created_at=self.moment(),
            updated_at=self.moment(),
            unread=self.unread("statement_note", "po_number", "unheard_of"),
        )

    def line(self, made: CommissionLine, payouts: Sequence[Payout]) -> CommissionLine:
        return replace(
            made,
            payout_id=self.random.choice((None, *(payout.id for payout in payouts))),
            description=self.text(),
            internal_note=self.text(),
            amount=self.money(),
            source_amount=self.random.choice((None, self.amount())),
            status=self.text() or "",
            plan_name=self.text(),
            period_end=self.moment(),
            created_at=self.moment(),
            updated_at=self.moment(),
            unread=self.unread("internal_note", "description"),
        )

    def edits(self, payouts: Sequence[Payout]) -> dict[str, Values]:
        names = ("stage", "po_number", "statement_note")
        return {
            one.id: {name: self.text() for name in names if self.random.random() < 0.5}
            for one in payouts
            if self.random.random() < 0.5
        }


def test_hard_values_come_out_the_same(hard: Snapshot, both: Callable[..., tuple[Path, Path]]) -> None:
    assert_same(*both(hard))


def test_edits_that_stand_there_already_come_out_the_same(
    simple: Snapshot, both: Callable[..., tuple[Path, Path]]
) -> None:
    edits = {"pay_001": {"stage": "PAID", "statement_note": "one\ntwo"}}

    assert_same(*both(simple, Proposal(edits=edits)))


def test_a_sheet_without_records_comes_out_the_same(
    snapshot_of: Callable[..., Snapshot], both: Callable[..., tuple[Path, Path]]
) -> None:
    assert_same(*both(snapshot_of([])))


@pytest.mark.parametrize("seed", range(16))
def test_random_records_come_out_the_same(
    seed: int,
    payout: MakePayout,
    line: MakeLine,
    snapshot_of: Callable[..., Snapshot],
    both: Callable[..., tuple[Path, Path]],
) -> None:
    dice = Dice(random.Random(seed))
    payouts = [dice.payout(payout(n)) for n in range(dice.random.randint(0, 20))]
    lines = [dice.line(line(n), payouts) for n in range(dice.random.randint(0, 60))]

    assert_same(*both(snapshot_of(payouts, lines), Proposal(edits=dice.edits(payouts))))


def test_more_values_than_are_kept_come_out_the_same(
    line: MakeLine, snapshot_of: Callable[..., Snapshot], both: Callable[..., tuple[Path, Path]]
) -> None:
    first = datetime(2020, 1, 1, tzinfo=UTC)
    lines = [
        line(n, plan_name=f"Plan {n * 7919 % 300}", created_at=first + timedelta(n * 104_729 % 500))
        for n in range(700)
    ]

    assert_same(*both(snapshot_of([], lines)))


def test_a_text_that_no_cell_holds_is_reported_unless_an_edit_stands_in_its_cell(
    payout: MakePayout,
    snapshot_of: Callable[..., Snapshot],
    export_of: Callable[[Snapshot], Export],
    tmp_path: Path,
) -> None:
    snapshot = snapshot_of([payout(n, po_number="\ud800", statement_note="x" * 40_000) for n in (1, 2)])
    proposal = Proposal(edits={"pay_001": {"po_number": "PO 7", "statement_note": None}})

    for long in (NEVER, ALWAYS):
        found = write_workbook(
            tmp_path / "book.xlsx", snapshot, export_of(snapshot), Policy(), None, proposal, long=long
        )
        assert [one.cell for one in found] == ["F2", "E3", "F3"]


def test_a_streamed_workbook_reads_back_as_the_plain_one(
    hard: Snapshot, both: Callable[..., tuple[Path, Path]], read: Read
) -> None:
    plain, streamed = map(read, both(hard))

    assert streamed == plain
    assert len(streamed.lines.rows) == len(hard.lines)


def test_only_long_sheets_are_streamed(
    payout: MakePayout,
    line: MakeLine,
    snapshot_of: Callable[..., Snapshot],
    export_of: Callable[[Snapshot], Export],
    tmp_path: Path,
    read: Read,
) -> None:
    snapshot = snapshot_of([payout(1)], [replace(line(n), payout_id="pay_001") for n in range(5)])
    path = tmp_path / "mixed.xlsx"
    write_workbook(path, snapshot, export_of(snapshot), Policy(), long=5)

    edited = read(path)

    assert (len(edited.payouts.rows), len(edited.lines.rows)) == (1, 5)
    assert edited.findings == ()
