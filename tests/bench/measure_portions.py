"""Measures a month that no memory holds: portion after portion, each through every step, in one process.

    python tests/bench/measure_portions.py --lines 10m --edited 0.01 -o page.md

A portion is a workbook of a large export: a range of partners with all their payouts and lines. It is made up,
written, and its values are kept in one state store for all of them; then it is forgotten. Cells are edited in the
file, it is read and checked against what the store kept, compared with live, planned, and its plan is saved.
What is left of it is a line of sums. The sums of all portions are held against what was made up: every amount
written once, every edit planned once. No API plays a part: seconds are those of the processor, and what is made
up is not counted. Memory is the peak of the process so far.
"""

from __future__ import annotations

import argparse
import math
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import linear_regression

from builders import GIVEN, POLICY, make_export
from made_up import PER_PARTNER, corrected, month

from reconcile.check.review import review
from reconcile.cli import collect_rarely
from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.snapshot import Snapshot, place_in_order
from reconcile.plan.build import build_plan
from reconcile.plan.codec import to_json
from reconcile.plan.compare import Sides, compare
from reconcile.plan.model import Plan
from reconcile.plan.sources import Source
from reconcile.store.store import Store
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.reader import read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

PARTS = (
    "write it, keep its values",
    "read it, with its values",
    "check it",
    "diff",
    "plan, diff included",
    "save",
)
SHEET = "xl/worksheets/sheet3.xml"
AMOUNT = b"F"
LETTERS = (AMOUNT, b"I", b"J")
"""The columns of `Lines` that are edited in turn: amount, description, internal note."""
CELL = re.compile(rb'<c r="([FIJ])(\d{2,})" s="(\d+)"(?: t="s")?(?:/>|><v>([^<]*)</v></c>)')
"""A cell of them, as our writer writes it."""


@dataclass
class Sums:
    """What is known of the portions so far."""

    lines: int = 0
    portions: int = 0
    money: Decimal = Decimal(0)
    planned: Decimal = Decimal(0)
    edits: Counter[str] = field(default_factory=Counter)
    operations: int = 0
    conflicts: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    course: list[tuple[int, float, float]] = field(default_factory=list)
    """Lines, seconds and peak MB after each portion."""

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Counts the processor's seconds to a part."""
        start = time.process_time()
        yield
        self.seconds[part] += time.process_time() - start


def peak() -> float:
    """The peak memory of this process so far, in MB."""
    # Linux counts KB, macOS bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def type_into(file: Path, share: float) -> Counter[str]:
    """Edits that share of the lines in the file, as a program that saves them would; how many of each kind."""
    # An odd number, so that some of what is edited moved in live as well, which every hundredth line does.
    every, typed = round(1 / share) | 1, Counter[str]()

    def edited(cell: re.Match[bytes]) -> bytes:
        letter, number, style, value = cell.groups()
        if int(number) % every or LETTERS[int(number) // every % 3] != letter:
            return cell[0]
        typed[letter.decode()] += 1
        if letter == AMOUNT:
            value, kind = b"<v>%s</v>" % str(Decimal(value.decode()) + 1).encode(), b""
        else:
            value, kind = b"<is><t>Checked in row %s</t></is>" % number, b' t="inlineStr"'
        return b'<c r="%s%s" s="%s"%s>%s</c>' % (letter, number, style, kind, value)

    draft = file.with_suffix(".draft")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, CELL.sub(edited, data) if name == SHEET else data, compresslevel=1)
    draft.replace(file)
    return typed


def portion_of(first: int, lines: int) -> Snapshot:
    """A portion of the month, its scope the range of its partners."""
    made = month(lines, first)
    places = sorted(place_in_order(one) for one in made.payouts.values())
    start, end = places[0].partition("/")[0], places[-1].partition("/")[0]
    # The range ends before whatever follows the last partner.
    return replace(made, scope=replace(made.scope, within=(f"{start}/", f"{end}0")))


def through(sums: Sums, store: Store, folder: Path, first: int, lines: int, share: float) -> None:
    """One portion through every step."""
    file = folder / "portion.xlsx"
    export = _written(sums, store, file, portion_of(first, lines), f"-{first:08}")
    sums.edits += type_into(file, share)
    with sums.timed(PARTS[1]):
        edited = read_workbook(file, POLICY)
        baseline = store.baseline(export.workbook_id)
    assert baseline
    assert edited.export == export
    source = _checked(sums, edited, baseline)
    live = _live(baseline)
    with sums.timed(PARTS[3]):
        compare(Sides(baseline, edited, live, Names()))
    with sums.timed(PARTS[4]):
        plan = build_plan((source,), live, POLICY, GIVEN)
    with sums.timed(PARTS[5]):
        (folder / "plan.json").write_text(to_json(plan), encoding="utf-8")
    _add(sums, plan, lines)


def _live(baseline: Snapshot) -> Snapshot:
    """As fetching leaves it: what did not move is the baseline's own object, and one line in a hundred did."""
    moved = {one.id: corrected(one) for one in islice(baseline.lines.values(), 7, None, 100)}
    return replace(baseline, lines={**baseline.lines, **moved})


def _written(sums: Sums, store: Store, file: Path, made: Snapshot, mark: str) -> Export:
    made_export = make_export(made)
    export = replace(made_export, workbook_id=made_export.workbook_id + mark)
    with sums.timed(PARTS[0]):
        store.save_export(export, made)
        write_workbook(file, made, export, POLICY)
    sums.money += sum(line.amount.amount for line in made.lines.values())
    return export


def _checked(sums: Sums, edited: EditedWorkbook, baseline: Snapshot) -> Source:
    with sums.timed(PARTS[2]):
        findings = review(edited, baseline, POLICY, readonly_edits(edited, baseline))
    errors = [one.message for one in findings if one.severity == "error"]
    assert not errors, errors[0]
    return Source(baseline, edited, findings)


def _add(sums: Sums, plan: Plan, lines: int) -> None:
    assert all(one.residual == 0 for one in plan.tie_out)
    sums.planned += sum(one.planned for one in plan.tie_out)
    sums.operations += len(plan.operations)
    sums.conflicts += len(plan.conflicts)
    sums.lines += lines
    sums.portions += 1
    sums.course.append((sums.lines, sum(sums.seconds.values()), peak()))


def measured(lines: int, portion: int, share: float, minutes: float) -> Sums:
    """Portion after portion, until all lines are through or the minutes are over; the sums are proved."""
    sums, begun = Sums(), time.monotonic()
    with tempfile.TemporaryDirectory() as place, Store(Path(place) / "state.db") as store:
        while sums.lines < lines and time.monotonic() - begun < minutes * 60:
            through(sums, store, Path(place), sums.lines, min(portion, lines - sums.lines), share)
            print(f"{sums.lines:>11,} lines {sums.course[-1][1]:8.1f} s {peak():6.0f} MB", flush=True)
        assert len(store.exports(make_export(month(15)).environment)) == sums.portions
    assert sums.planned == sums.money + sums.edits[AMOUNT.decode()]
    assert sums.operations + sums.conflicts == sum(sums.edits.values())
    return sums


def page(sums: Sums, asked: argparse.Namespace) -> str:
    """The figures as Markdown."""
    millions = sums.lines / 1_000_000
    course, few = sums.course, max(len(sums.course) // 5, 1)
    grown = (
        linear_regression([math.log(one[0]) for one in course], [math.log(one[1]) for one in course]).slope
        if len(course) > 1
        else 1
    )
    rows = [f"| {part} | {sums.seconds[part] / millions:.1f} |" for part in PARTS]
    after = [f"{lines:,}: {megabytes:,.0f} MB" for lines, _, megabytes in course[few - 1 :: few]]
    return (
        f"{sums.lines:,} lines in {sums.portions} portions of {asked.portion:,}, {asked.edited:.0%} edited, on "
        f"{datetime.now(UTC):%Y-%m-%d}; seconds of the processor.\n\n| for a million lines | seconds |\n| --- | --- |\n"
        + "\n".join(rows)
        + f"\n| together | {course[-1][1] / millions:.1f} |\n\n"
        + f"Growth {grown:.2f}; peak memory after lines: {'; '.join(after)}. "
        + f"{sums.operations:,} operations and {sums.conflicts:,} conflicts of {sum(sums.edits.values()):,} edits; "
        + f"{sums.money:,} made up, {sums.planned:,} after the plans.\n"
    )


def _number(text: str) -> int:
    for mark, times in (("k", 1000), ("m", 1_000_000)):
        if text.endswith(mark):
            return int(text.removesuffix(mark)) * times
    return int(text)


def main() -> None:
    """Measures, and prints the page."""
    parser = argparse.ArgumentParser(description="Measures a month that no memory holds, by portions.")
    parser.add_argument("--lines", type=_number, default="10m")
    parser.add_argument("--portion", type=_number, default="200k", help="lines of a portion, whole partners")
    parser.add_argument("--edited", type=float, default=0.01, help="the share of the lines that is edited")
    parser.add_argument("--minutes", type=float, default=600, help="begins no further portion after them")
    parser.add_argument("-o", "--output", type=Path, help="the page; it is printed, too")
    asked = parser.parse_args()
    asked.portion -= asked.portion % PER_PARTNER
    collect_rarely()  # as every command does
    text = page(measured(asked.lines, asked.portion, asked.edited, asked.minutes), asked)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
