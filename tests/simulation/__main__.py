"""Plays many stories: `PYTHONPATH=.:tests python -m simulation 100000` (and the first seed, if it is not 0).

Uses every core but one. Tells every rule that is broken as soon as it is, and at the end, also after Ctrl-C, how
many stories were played, the shrunk story of the first seed of each broken rule, and how often what happened.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from simulation.many import begin, rules_of
from simulation.story import shrunk, written
from simulation.world import FAULTS


@dataclass
class Tally:
    """What came of the stories so far. found: by broken rule, the seeds."""

    done: int = 0
    found: dict[str, list[int]] = field(default_factory=dict)
    occurred: Counter[str] = field(default_factory=Counter)

    def add(self, seed: int, rules: tuple[str, ...], what: Counter[str]) -> None:
        """One more story."""
        self.done += 1
        self.occurred += what
        for rule in rules:
            self.found.setdefault(rule, []).append(seed)
            print(f"seed {seed}: {rule}", flush=True)


def main(count: int, first: int = 0) -> int:
    """Plays so many seeds; answers 1 when a rule was broken."""
    tally = Tally()
    try:
        _play(tally, range(first, first + count))
    except KeyboardInterrupt:
        print("Ended early.")
    print(f"{tally.done:,} of the {count:,} seeds from {first:,} on were played.", flush=True)
    _tell(tally)
    return int(bool(tally.found))


def _play(tally: Tally, seeds: range) -> None:
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(max(1, (os.cpu_count() or 2) - 1), begin) as pool:
        for result in pool.imap_unordered(rules_of, seeds, chunksize=20):
            tally.add(*result)
            if tally.done % 1000 == 0:
                print(
                    f"{tally.done:,} seeds, {tally.done / (time.monotonic() - began):.0f} a second",
                    flush=True,
                )
        # They end by themselves, and take their folders in memory with them.
        pool.close()
        pool.join()


def _tell(tally: Tally) -> None:
    for rule, broken in tally.found.items():
        print(f"\n{rule}: broken in {len(broken):,} of {tally.done:,} seeds, such as {sorted(broken)[:5]}")
        print(shrunk(written(min(broken)), rule).told(), flush=True)
    print("What happened, and how often:")
    for told, count_of_it in tally.occurred.most_common():
        print(f"  {count_of_it:9,}  {FAULTS.get(told, told)}")
    if not tally.found:
        print("No rule was broken.")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])) if len(sys.argv) > 1 else main(1000))
