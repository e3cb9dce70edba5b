"""Plays one of many stories, in a process of its own that must find this by name."""

from __future__ import annotations

import gc
import signal
from collections import Counter
from typing import Final

import httpx
from simulation.story import played, written

A_STORY: Final = 100_000
"""Objects that are made before the garbage collector looks: about what a story makes."""


def begin() -> None:
    """Leaves Ctrl-C to the first process, looks for no cookies, and for garbage once a story.

    The server of a story sets no cookie, and httpx takes a twentieth of a story to find that out.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    httpx.Cookies.extract_cookies = _none
    gc.freeze()
    gc.set_threshold(A_STORY)


def _none(_: httpx.Cookies, response: httpx.Response) -> None:
    assert "set-cookie" not in response.headers


def rules_of(seed: int) -> tuple[int, tuple[str, ...], Counter[str]]:
    """The rules that the story of a seed breaks, and what happened in it."""
    result = played(written(seed))
    return seed, tuple(dict.fromkeys(one.rule for one in result.broken)), Counter(result.occurred)
