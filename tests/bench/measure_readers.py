"""Measures every reader of outside files on a million rows and on one line of 10 MB.

    pip install '.[bench]'
    python tests/bench/measure_readers.py [--rows 100k,1m] [--only TEXT] [-o samples/readers.md]

One table: a row for each kind of file. Seconds are those of the processor, so that a busy machine matters
less; the ratio is to a plain read of the same file that checks nothing (csv, json, ElementTree, openpyxl, the
lines taken apart); growth is the exponent between the two largest files that were read: 1 is in proportion.
What is refused shows the sentence.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from readers import OTHERS, files
from run import one

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Measured:
    """One file and its reader: seconds, those of the plain read, peak MB; or why the file is refused."""

    seconds: float
    plain: float | None
    megabytes: float
    refusal: str


def measured(name: str, size: str) -> Measured:
    """Makes the file, reads it, and reads it plainly, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        program = str(HERE / "readers.py")
        path = one([program, "make", name, size, folder])[0].strip().splitlines()[-1]
        printed, _, peak = one([program, "read", name, size, path])
        plain = json.loads(one([program, "plain", name, size, path])[0])["seconds"]
    found = json.loads(printed.splitlines()[-1])
    return Measured(found["seconds"], plain, peak, found["refusal"])


def row(name: str, sizes: Sequence[int]) -> list[str]:
    """The cells of one reader."""
    rows = {size: measured(name, str(size)) for size in sizes}
    line = measured(name, "line")
    read = [size for size in sizes if not rows[size].refusal]
    growth = ""
    if len(read) > 1:
        few, many = read[-2:]
        growth = f"{math.log(rows[many].seconds / rows[few].seconds) / math.log(many / few):.2f}"
    return [name, *(_cell(rows[size]) for size in sizes), growth, _cell(line)]


def _cell(found: Measured) -> str:
    if found.refusal:
        return f"refused in {found.seconds:.1f} s: {_short(found.refusal)}"
    ratio = f", {found.seconds / found.plain:.1f} x" if found.plain else ""
    return f"{found.seconds:.1f} s{ratio}, {found.megabytes:,.0f} MB"


def _short(sentence: str) -> str:
    """The first sentence, without the name of the made-up file."""
    text = sentence.split(". ", maxsplit=1)[0]
    for name in ("file.csv", "file.toml", "payments.xlsx", "month.xlsx", "plan.json"):
        text = text.replace(name, "FILE")
    return " ".join(text.split())[-120:].replace("|", "\\|")


def page(rows: Sequence[Sequence[str]], sizes: Sequence[int]) -> str:
    """The table as Markdown."""
    head = ["file", *(f"{size:,} rows" for size in sizes), "growth", "one line of 10 MB"]
    table = [head, ["---"] * len(head), *rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in table]
    return "\n".join([f"Measured on {datetime.now(UTC):%Y-%m-%d}.", "", *lines, ""])


def _sizes(text: str) -> list[int]:
    ends = {"k": 1000, "m": 1_000_000}
    return [int(word.rstrip("km")) * ends.get(word[-1], 1) for word in text.split(",")]


def main() -> None:
    """Measures, prints the table, and writes it."""
    parser = argparse.ArgumentParser(description="Measures every reader of outside files.")
    parser.add_argument("--rows", type=_sizes, default="100k,1m", help="the sizes: 10k,100k,1m")
    parser.add_argument("--only", default="", help="only the files whose names have this text")
    parser.add_argument("-o", "--output", type=Path, help="the table; printed where it is not given")
    asked = parser.parse_args()
    rows = []
    for name in (*files(), *OTHERS):
        if asked.only.casefold() in name.casefold():
            rows.append(row(name, asked.rows))
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    text = page(rows, asked.rows)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
