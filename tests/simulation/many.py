"""Plays one of many stories, in a process of its own that must find this by name."""

from __future__ import annotations

import gc
import signal
from collections import Counter
from pathlib import Path
from typing import Final

import httpx
from simulation.story import played, written
from sqlalchemy import Connection as Transaction

from reconcile.jobs.approvals import run_approval, sign_statement
from reconcile.jobs.runs import start_run
from reconcile.store.approval.kept_approvals import KeptApprovals, kept_approvals

A_STORY: Final = 100_000
"""Objects that are made before the garbage collector looks: about what a story makes."""


def begin() -> None:
    """Leaves Ctrl-C to the first process, looks for no cookies, and for garbage once a story.

    The server of a story sets no cookie, and httpx takes a twentieth of a story to find that out. In no story
    is an approval asked for, so a store in memory has none, and to read that takes a tenth of a story.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    httpx.Cookies.extract_cookies = _none
    for module in (start_run, run_approval, sign_statement):
        module.kept_approvals = _approvals  # type: ignore[attr-defined]
    gc.freeze()
    gc.set_threshold(A_STORY)


def _none(_: httpx.Cookies, response: httpx.Response) -> None:
    assert "set-cookie" not in response.headers


def _approvals(connection: Transaction, environment: str) -> KeptApprovals:
    is_quick = Path(str(connection.engine.url.database)).name.startswith("quick-")
    return KeptApprovals() if is_quick else kept_approvals(connection, environment)


def rules_of(seed: int) -> tuple[int, tuple[str, ...], Counter[str]]:
    """The rules that the story of a seed breaks, and what happened in it."""
    result = played(written(seed))
    return seed, tuple(dict.fromkeys(one.rule for one in result.broken)), Counter(result.occurred)
