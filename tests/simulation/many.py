"""Plays one of many stories, in a process of its own that must find this by name."""

from __future__ import annotations

import gc
import signal
from collections import Counter
from typing import Final

from simulation.story import played, written

A_STORY: Final = 100_000
"""Objects that are made before the garbage collector looks: about what a story makes."""


def begin() -> None:
    """Leaves Ctrl-C to the first process, and makes the garbage collector look once a story."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(A_STORY)


def rules_of(seed: int) -> tuple[int, tuple[str, ...], Counter[str]]:
    """The rules that the story of a seed breaks, and what happened in it."""
    result = played(written(seed))
    return seed, tuple(dict.fromkeys(one.rule for one in result.broken)), Counter(result.occurred)
