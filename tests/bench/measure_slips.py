"""How many slips of the hand the slip rules find, and how many honest edits they tell of.

    python tests/bench/measure_slips.py [MONTHS]

One table: a row for each kind of slip, and one for honest edits. Months are random and the same in each run.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from slip_months import SLIPS, false_flags, slipped


def main() -> None:
    """Prints the table."""
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    found = every = 0
    print("| slip | found |\n|---|---|")
    for kind in SLIPS:
        told = list(slipped(kind, months))
        found, every = found + sum(told), every + len(told)
        print(f"| {kind.replace('_', ' ')} | {sum(told)} of {len(told)} ({sum(told) / len(told):.0%}) |")
    print(f"| all | {found:,} of {every:,} ({found / every:.1%}) |")
    edits, flags = false_flags(months)
    print(f"| honest edits told of | {flags} of {edits:,} ({flags / edits:.1%}) |")


if __name__ == "__main__":
    main()
