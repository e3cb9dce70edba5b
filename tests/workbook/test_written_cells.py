"""Each cell of a data sheet shows what its column takes from the record, in the format that shows it whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.fields import RecordKind, Values
from reconcile.domain.money import Money, exponent
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract import (
    COLUMNS,
    Row,
    fits,
    line_row,
    lines_in_order,
    payout_row,
    payouts_in_order,
    showable,
)
from reconcile.workbook.export import Proposal, write_workbook
from reconcile.workbook.ooxml import open_book

MakePayout = Callable[..., Payout]
MakeLine = Callable[..., CommissionLine]
Read = Callable[[Path], EditedWorkbook]

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


@dataclass(frozen=True)
class Written:
    """A workbook that was written, and the rows that it was written from."""

    path: Path
    rows: Mapping[str, tuple[RecordKind, Sequence[Row[Any]]]]

    def cells(self) -> Iterator[tuple[str, int, Any, Row[Any], Any]]:
        """Each cell that a record has: its sheet, row, column, record, and what stands there."""
        book = open_book(self.path)
        for name, (kind, rows) in self.rows.items():
            there = dict(book.rows(name))
            for number, row in enumerate(rows, start=2):
                for index, column in enumerate(COLUMNS[kind]):
                    yield name, number, column, row, there.get(number, {}).get(index)


@pytest.fixture
def write(tmp_path: Path, export_of: Callable[[Snapshot], Export]) -> Callable[..., Written]:
    def written(snapshot: Snapshot, edits: Mapping[str, Values] | None = None) -> Written:
        path, export, edits = tmp_path / "book.xlsx", export_of(snapshot), edits or {}
        write_workbook(path, snapshot, export, Policy(), None, Proposal(edits=edits))
        given = (snapshot, export.workbook_id)
        payouts = [payout_row(one, *given, edits.get(one.id)) for one in payouts_in_order(snapshot)]
        lines = [line_row(one, *given) for one in lines_in_order(snapshot)]
        return Written(path, {"Payouts": (RecordKind.PAYOUT, payouts), "Lines": (RecordKind.LINE, lines)})

    return written


def face(value: object) -> tuple[str, object] | None:
    """The kind of the cell that shows a value, and what it holds."""
    if value is None or value == "" or (isinstance(value, str) and not showable(value)):
        return None
    if isinstance(value, str):
        return "text", value
    if isinstance(value, date):
        # Excel counts a day in 1900 that never was.
        return ("text" if value < date(1900, 3, 1) else "date"), value.isoformat()
    number = Decimal(str(value))
    return ("number", number) if fits(number) else ("text", format(number, "f"))


def assert_shown(written: Written) -> int:
    count = 0
    for sheet, number, column, row, cell in written.cells():
        shown = cell and (cell.kind, Decimal(cell.text) if cell.kind == "number" else cell.text)
        assert shown == face(column.value(row)), (sheet, number, column.id)
        count += 1
    return count


def test_hard_values_stand_in_their_cells(hard: Snapshot, write: Callable[..., Written]) -> None:
    assert assert_shown(write(hard)) > 100


def test_edits_stand_there_already(simple: Snapshot, write: Callable[..., Written]) -> None:
    assert assert_shown(write(simple, {"pay_001": {"stage": "PAID", "statement_note": "one\ntwo"}}))


def test_a_workbook_without_records_is_written(
    snapshot_of: Callable[..., Snapshot], write: Callable[..., Written], read: Read
) -> None:
    edited = read(write(snapshot_of([])).path)

    assert (edited.payouts.rows, edited.lines.rows, edited.findings) == ((), (), ())


@pytest.mark.parametrize("seed", range(16))
def test_random_records_stand_in_their_cells_in_formats_that_round_nothing(
    seed: int,
    payout: MakePayout,
    line: MakeLine,
    snapshot_of: Callable[..., Snapshot],
    write: Callable[..., Written],
) -> None:
    dice = Dice(random.Random(seed))
    payouts = [dice.payout(payout(n)) for n in range(dice.random.randint(1, 20))]
    lines = [dice.line(line(n), payouts) for n in range(dice.random.randint(1, 60))]

    written = write(snapshot_of(payouts, lines), dice.edits(payouts))

    assert_shown(written)
    book = openpyxl.load_workbook(written.path)
    for sheet, number, column, row, cell in written.cells():
        if cell and cell.kind == "number" and column.kind == "amount" and row.currency:
            code = book[sheet].cell(number, COLUMNS[written.rows[sheet][0]].index(column) + 1).number_format
            needed = max(
                exponent(row.currency) or 0, -int(Decimal(cell.text).normalize().as_tuple().exponent)
            )
            assert code == "#,##0" + ("." + "0" * needed if needed else "")


def test_a_row_is_as_high_as_its_longest_text_and_shows_its_lines(
    line: MakeLine, snapshot_of: Callable[..., Snapshot], write: Callable[..., Written]
) -> None:
    texts = ("one", "a\nb\nc", "line\n" * 100, "x" * 400 + "\ny")
    written = write(snapshot_of([], [line(n, description=text) for n, text in enumerate(texts)]))
    sheet = openpyxl.load_workbook(written.path)["Lines"]
    described = {sheet.cell(number, 9).value: number for number in range(2, 6)}

    heights = [sheet.row_dimensions[described[text]].height for text in texts]
    wrapped = [bool(sheet.cell(described[text], 9).alignment.wrap_text) for text in texts]
    assert heights == [None, 45, None, None]
    assert wrapped == [False, True, False, False]


def test_more_different_values_than_are_kept_stand_in_their_cells(
    line: MakeLine, snapshot_of: Callable[..., Snapshot], write: Callable[..., Written]
) -> None:
    first = datetime(2020, 1, 1, tzinfo=UTC)
    lines = [
        line(n, plan_name=f"Plan {n * 7919 % 900}", created_at=first + timedelta(n * 104_729 % 1100))
        for n in range(1500)
    ]

    assert assert_shown(write(snapshot_of([], lines))) == 1500 * len(COLUMNS[RecordKind.LINE])


def test_a_text_that_no_cell_holds_is_reported_unless_an_edit_stands_in_its_cell(
    payout: MakePayout,
    snapshot_of: Callable[..., Snapshot],
    export_of: Callable[[Snapshot], Export],
    tmp_path: Path,
) -> None:
    snapshot = snapshot_of([payout(n, po_number="\ud800", statement_note="x" * 40_000) for n in (1, 2)])
    proposal = Proposal(edits={"pay_001": {"po_number": "PO 7", "statement_note": None}})

    found = write_workbook(tmp_path / "book.xlsx", snapshot, export_of(snapshot), Policy(), None, proposal)

    assert [one.cell for one in found] == ["F2", "E3", "F3"]


def test_the_same_export_has_the_same_bytes_but_for_its_random_names(
    simple: Snapshot, write: Callable[..., Written]
) -> None:
    parts = []
    for _ in range(2):
        with ZipFile(write(simple).path) as archive:
            parts.append({one.filename: (one.date_time, archive.read(one)) for one in archive.infolist()})

    assert parts[0] == parts[1]
    assert next(iter(parts[0])) == "[Content_Types].xml"
