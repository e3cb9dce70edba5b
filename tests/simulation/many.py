"""Plays one of many stories, in a process of its own that must find this by name."""

from __future__ import annotations

from collections import Counter

from simulation.story import played, written


def rules_of(seed: int) -> tuple[int, tuple[str, ...], Counter[str]]:
    """The rules that the story of a seed breaks, and what happened in it."""
    result = played(written(seed))
    return seed, tuple(dict.fromkeys(one.rule for one in result.broken)), Counter(result.occurred)
