"""Plays one of many stories, in a process of its own that must find this by name."""

from __future__ import annotations

import gc
from collections import Counter
from typing import Final

from simulation.story import played, written

A_STORY: Final = 100_000
"""Objects that are made before the garbage collector looks: about what a story makes."""


def begin() -> None:
    """Keeps the garbage collector from the imported modules, and makes it look once a story."""
    gc.freeze()
    gc.set_threshold(A_STORY)


def rules_of(seed: int) -> tuple[int, tuple[str, ...], Counter[str]]:
    """The rules that the story of a seed breaks, and what happened in it."""
    result = played(written(seed))
    return seed, tuple(dict.fromkeys(one.rule for one in result.broken)), Counter(result.occurred)
