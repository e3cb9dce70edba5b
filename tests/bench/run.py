"""Measures all that the manual states of speed, each part beside a reference in the same run.

    pip install '.[bench,test]'
    python tests/bench/run.py --lines 1k,10k,100k -o samples/bench.md

steps: how the steps grow with the month, each beside a well-known library. Every measurement is a process of
its own: its seconds are those of the step, without start and preparation, and its memory is the peak of the
whole process. Machines are noisy, so each is the median of several rounds, and what counts are the ratios:
step and reference take turns. Growth is the exponent of the seconds, fitted over all sizes: 1 is in proportion.
commands, state, desk: whole commands beside importing click, PostgreSQL beside SQLite, and the pages of the
desk, each measured by a program of its own, whose page stands below.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import linear_regression, median

from tables import judged, table

HERE = Path(__file__).parent
PARTS = {
    "steps": "",
    "commands": "measure_start_up.py",
    "state": "measure_state.py",
    "desk": "measure_desk.py",
}
"""What is measured, and by which program besides this one."""

STEPS = {
    "export": "export without fetching",
    "write": "write the workbook",
    "check": "read and check",
    "compare_unchanged": "three-way diff, no edits",
    "compare_1": "three-way diff, 1 % edited",
    "compare_20": "three-way diff, 20 % edited",
    "plan_unchanged": "whole plan, no edits",
    "plan_1": "whole plan, 1 % edited",
    "plan_20": "whole plan, 20 % edited",
    "save_plan": "save that plan",
    "load_plan": "load that plan",
    "report": "its HTML report",
    "close": "close, with its pack",
    "payments": "match payments",
}
REFERENCES = {
    "openpyxl_write": "openpyxl write-only, same features",
    "xlsxwriter_write": "XlsxWriter, same features",
    "openpyxl_read": "openpyxl read-only, values",
    "calamine_read": "python-calamine, raw",
    "datacompy_diff": "datacompy, two comparisons",
    "pandas_merge": "pandas, merge and compare",
    "daff_diff": "daff, three-way",
}
MOST = 100_000
"""References are measured with as many lines as this at most; beyond, only the steps, for their growth."""

TARGETS = (
    ("write", "openpyxl_write", 0.09),
    ("write", "xlsxwriter_write", 2.0),
    ("check", "openpyxl_read", 0.2),
    ("check", "calamine_read", None),
    ("compare_20", "datacompy_diff", 0.5),
    ("compare_20", "pandas_merge", 3.0),
    ("compare_20", "daff_diff", 0.05),
    ("plan_20", "datacompy_diff", None),
    ("plan_20", "pandas_merge", 2.0),
    ("plan_20", "daff_diff", None),
)
"""Step, reference, and the ratio that is aimed at, if any."""
FEW, OF_FEW = 1_000, {("write", "openpyxl_write"): 0.2}
"""The ratios that are aimed at with so few lines, where what does not grow with them costs the most."""
SIZES = (
    ("the workbook, compared with XlsxWriter's", "month.xlsx", "plain.xlsx", 1.1),
    ("the HTML report, bytes for an edited line", "report.html", "", 100),
)
"""A file, what it is held against (nothing: the edited lines), and the ratio that is aimed at."""

GROWTH = 1.05
KILOBYTES = (
    {"export": 1.5, "write": 1.5, "close": 1.5, "payments": 1.5}
    | dict.fromkeys(("check", "compare_unchanged", "compare_1", "compare_20"), 0.5)
    | dict.fromkeys(("plan_unchanged", "plan_1", "plan_20", "save_plan", "load_plan", "report"), 0.8)
)
"""What each step may take for a line on top of its start, everything that it works on included."""


@dataclass
class Figures:
    """Seconds of the step, seconds and peak MB of its whole process, of every round, by name and lines."""

    seconds: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    wholes: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    megabytes: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    sizes: dict[tuple[str, int], int] = field(default_factory=dict)

    def took(self, name: str, lines: int) -> float:
        """The median of the seconds."""
        return median(self.seconds[name, lines])

    def whole(self, name: str, lines: int) -> float:
        """The median of the seconds of the whole process, its start and its preparation included."""
        return median(self.wholes[name, lines])

    def peak(self, name: str, lines: int) -> float:
        """The median of the peak memory, in MB."""
        return median(self.megabytes[name, lines])


def one(words: Sequence[str]) -> tuple[str, float, float]:
    """Runs Python once: what it printed, wall seconds, and its own peak MB, as the system counted them."""
    start = time.perf_counter()
    # The checkout is measured, whatever is installed, and its tests lend the programs their servers.
    paths = os.pathsep.join(map(str, (HERE.parents[1], HERE.parent)))
    environment = os.environ | {"PYTHONPATH": paths}
    with subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        printed = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    # Linux counts KB, macOS bytes.
    return (
        printed,
        time.perf_counter() - start,
        usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    )


def measured(sizes: Sequence[int], rounds: Sequence[int]) -> Figures:
    """Every step and reference at every size, in turns. rounds: for each size."""
    found = Figures()
    with tempfile.TemporaryDirectory() as folder:
        for lines, turn in (
            (lines, turn) for lines, most in zip(sizes, rounds, strict=True) for turn in range(most)
        ):
            place = Path(folder) / str(lines)
            place.mkdir(exist_ok=True)
            for script, name in _programs(lines):
                printed, whole, peak = one([str(HERE / script), name, str(lines), str(place)])
                found.seconds[name, lines].append(float(printed))
                found.wholes[name, lines].append(whole)
                found.megabytes[name, lines].append(peak)
                print(
                    f"{turn + 1} {lines:>9,} {name:<18} {float(printed):8.2f} s {peak:6.0f} MB",
                    flush=True,
                )
            found.sizes |= {(one.name, lines): one.stat().st_size for one in place.iterdir()}
    return found


def _programs(lines: int) -> Iterator[tuple[str, str]]:
    """Each step, and right after it what it is held against."""
    seen: set[str] = set()
    for name in STEPS:
        yield "steps.py", name
        for step, reference, _ in TARGETS:
            if step == name and reference not in seen and lines <= MOST:
                seen.add(reference)
                yield "references.py", reference


def page(parts: Sequence[str], sizes: Sequence[int], rounds: Sequence[int]) -> Iterator[str]:
    """The figures as Markdown, part by part."""
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with {os.cpu_count()} processors ({platform.machine()}, "
        f"{platform.system()}), Python {platform.python_version()}. "
        "Medians; the ratios tell more than the seconds. Bold misses its target."
    )
    for part in parts:
        if PARTS[part]:
            yield one([str(HERE / PARTS[part])])[0].strip()
            continue
        of_each = zip(sizes, rounds, strict=True)
        yield f"Rounds: {', '.join(f'{most} of {lines:,} lines' for lines, most in of_each)}."
        found = measured(sizes, rounds)
        yield from (made(found, sizes) for made in (_steps_table, _ratios_table, _sizes_table))


def _steps_table(found: Figures, sizes: Sequence[int]) -> str:
    first, last = sizes[0], sizes[-1]
    rows = []
    for name, words in STEPS.items():
        seconds = [found.took(name, lines) for lines in sizes]
        cells = [words, *(f"{value:.2f}" for value in seconds)]
        if len(sizes) > 1:
            grown = linear_regression([math.log(n) for n in sizes], [math.log(s) for s in seconds]).slope
            a_line = (found.peak(name, last) - found.peak(name, first)) * 1024 / (last - first)
            cells += [judged(grown, GROWTH), f"{judged(a_line, KILOBYTES[name])} (≤ {KILOBYTES[name]})"]
        rows.append([*cells, f"{found.whole(name, last):.1f}", f"{found.peak(name, last):,.0f}"])
    growth = [f"growth (≤ {GROWTH})", "KB a line"] if len(sizes) > 1 else []
    process = [f"process, s at {last:,}", f"process, MB at {last:,}"]
    return table(["seconds for", *_headings(sizes), *growth, *process], rows)


def _ratios_table(found: Figures, sizes: Sequence[int]) -> str:
    rows = []
    for step, reference, target in TARGETS:
        ratios = [
            judged(found.took(step, n) / found.took(reference, n), _target(step, reference, target, n))
            if (reference, n) in found.seconds
            else "-"
            for n in sizes
        ]
        few = OF_FEW.get((step, reference))
        aimed = f"≤ {target}" + (f", ≤ {few} for {FEW:,}" if few else "") if target else ""
        rows.append([STEPS[step], REFERENCES[reference], *ratios, aimed])
    return table(["ratio of", "to", *_headings(sizes), "target"], rows)


def _target(step: str, reference: str, target: float | None, lines: int) -> float | None:
    return OF_FEW.get((step, reference), target) if lines <= FEW else target


def _sizes_table(found: Figures, sizes: Sequence[int]) -> str:
    rows = []
    for words, file, other, target in SIZES:
        cells = []
        for lines in sizes:
            base = found.sizes.get((other, lines), 0) if other else lines / 5
            cells.append(judged(found.sizes[file, lines] / base, target) if base else "-")
        rows.append([words, *cells, f"≤ {target}"])
    return table(["size of", *_headings(sizes), "target"], rows)


def _headings(sizes: Iterable[int]) -> list[str]:
    return [f"{lines:,} lines" for lines in sizes]


def _sizes(text: str) -> list[int]:
    try:
        return [int(word.removesuffix("k")) * (1000 if word.endswith("k") else 1) for word in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no list such as 1k,10k,500") from error


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if strange := [part for part in parts if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"{', '.join(strange)} is no part; there are {', '.join(PARTS)}")
    return parts


def main() -> None:
    """Measures, and writes the page."""
    parser = argparse.ArgumentParser(description="Measures all that the manual states of speed.")
    parser.add_argument("--lines", type=_sizes, default="1k,10k,100k", help="the sizes: 1k,10k,100k,500k")
    parser.add_argument(
        "--rounds", type=_sizes, default="3", help="of which the median counts; 3,3,1 by size"
    )
    parser.add_argument("-o", "--output", type=Path, help="the page; printed where it is not given")
    parser.add_argument("--parts", type=_parts, default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    asked = parser.parse_args()
    rounds = asked.rounds * len(asked.lines) if len(asked.rounds) == 1 else asked.rounds
    if len(rounds) != len(asked.lines):
        parser.error(f"--rounds takes one number, or one for each of the {len(asked.lines)} sizes")
    text = ""
    for part in page(asked.parts, asked.lines, rounds):
        text += f"\n{part}\n" if text else f"{part}\n"
        # At once: what was measured for an hour stays, whatever becomes of the next part.
        if asked.output:
            asked.output.write_text(text, encoding="utf-8")
        print(part, end="\n\n", flush=True)


if __name__ == "__main__":
    main()
