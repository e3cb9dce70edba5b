"""Plays many stories: `PYTHONPATH=.:tests python -m simulation 100000` (and the first seed, if it is not 0).

Uses every core but one. Prints the rules that were broken, each with the shrunk story of its first seed, and how
often what happened.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter

from simulation.many import rules_of
from simulation.story import shrunk, written
from simulation.world import FAULTS


def main(count: int, first: int = 0) -> int:
    """Plays so many seeds; answers 1 when a rule was broken."""
    began = time.monotonic()
    found: dict[str, list[int]] = {}
    occurred: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(max(1, (os.cpu_count() or 2) - 1)) as pool:
        seeds = range(first, first + count)
        for done, (seed, rules, what) in enumerate(pool.imap_unordered(rules_of, seeds, chunksize=20), 1):
            occurred += what
            for rule in rules:
                found.setdefault(rule, []).append(seed)
            if done % 1000 == 0:
                print(f"{done:,} seeds, {done / (time.monotonic() - began):.0f} a second", flush=True)
    for rule, broken in found.items():
        print(f"\n{rule}: broken in {len(broken):,} of {count:,} seeds, such as {sorted(broken)[:5]}")
        print(shrunk(written(min(broken)), rule).told())
    print("What happened, and how often:")
    for told, count_of_it in occurred.most_common():
        print(f"  {count_of_it:9,}  {FAULTS.get(told, told)}")
    if not found:
        print(f"{count:,} seeds, and no rule was broken.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])) if len(sys.argv) > 1 else main(1000))
