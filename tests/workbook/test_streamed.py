"""A streamed sheet is the sheet that XlsxWriter alone writes: part by part, cell by cell."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell

from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.money import Money
from reconcile.domain.policy import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.extra import Proposal
from reconcile.workbook.writer import write_workbook

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
)
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "ZZZ", "")


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


def made_up(seed: int, payout: MakePayout, line: MakeLine) -> tuple[list[Payout], list[CommissionLine]]:
    dice = random.Random(seed)

    def text() -> str | None:
        return dice.choice((None, *TEXTS, f"text {dice.random()}"))

    def moment() -> datetime | None:
        days = dice.choice((None, -45_000, dice.randint(0, 9_000)))
        return (
            None
            if days is None
            else datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days, dice.randint(0, 86_399))
        )

    def amount() -> Decimal:
        return Decimal(dice.randint(-(10 ** dice.randint(1, 19)), 10**6)).scaleb(-dice.randint(0, 6))

    def money() -> Money:
        return Money(amount(), dice.choice(CURRENCIES))

    payouts = [
        payout(
            n,
            po_number=text(),
            statement_note=text(),
            amount=money(),
            period_end=moment(),
            created_at=moment(),
        )
        for n in range(dice.randint(0, 12))
    ]
    lines = [
        line(
            n,
            description=text(),
            amount=money(),
            source_amount=dice.choice((None, amount())),
            period_end=moment(),
            plan_name=text(),
            unread=frozenset(dice.sample(("internal_note", "description"), dice.randint(0, 2))),
        )
        for n in range(dice.randint(0, 60))
    ]
    return payouts, lines


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


@pytest.mark.parametrize("seed", range(12))
def test_random_records_come_out_the_same(
    seed: int,
    payout: MakePayout,
    line: MakeLine,
    snapshot_of: Callable[..., Snapshot],
    both: Callable[..., tuple[Path, Path]],
) -> None:
    assert_same(*both(snapshot_of(*made_up(seed, payout, line))))


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
