"""Plays many stories: `PYTHONPATH=.:tests python -m simulation 100000` (and the first seed, if it is not 0).

Uses every core but one. Prints the rules that were broken, each with the shrunk story of its first seed.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time

from simulation.story import played, shrunk, written


def rules_of(seed: int) -> tuple[int, tuple[str, ...]]:
    """The rules that the story of a seed breaks."""
    return seed, tuple(dict.fromkeys(one.rule for one in played(written(seed)).broken))


def main(count: int, first: int = 0) -> int:
    """Plays so many seeds; answers 1 when a rule was broken."""
    began, found = time.monotonic(), {}
    with multiprocessing.get_context("spawn").Pool(max(1, (os.cpu_count() or 2) - 1)) as pool:
        seeds = range(first, first + count)
        for done, (seed, rules) in enumerate(pool.imap_unordered(rules_of, seeds, chunksize=20), 1):
            for rule in rules:
                found.setdefault(rule, []).append(seed)
            if done % 1000 == 0:
                print(f"{done:,} seeds, {done / (time.monotonic() - began):.0f} a second", flush=True)
    for rule, broken in found.items():
        print(f"\n{rule}: broken in {len(broken):,} of {count:,} seeds, such as {sorted(broken)[:5]}")
        print(shrunk(written(min(broken)), rule).told())
    if not found:
        print(f"{count:,} seeds, and no rule was broken.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])) if len(sys.argv) > 1 else main(1000))
