"""Whatever the server and the people do: once, seen, told, and brought to an end.

More seeds: set RECONCILE_SEEDS, or `PYTHONPATH=tests python -m simulation 100000`.
"""

from __future__ import annotations

import os

import pytest
from simulation.story import played, shrunk, written

SEEDS = int(os.environ.get("RECONCILE_SEEDS", "1000"))
BLOCK = 50


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_no_story_breaks_a_rule(first: int) -> None:
    for seed in range(first, min(first + BLOCK, SEEDS)):
        broken = [one.rule for one in played(written(seed)).broken]
        assert not broken, shrunk(written(seed), broken[0]).told()


def test_a_story_goes_the_same_way_every_time() -> None:
    for seed in (3, 8, 21):
        assert played(written(seed)).diary == played(written(seed)).diary
