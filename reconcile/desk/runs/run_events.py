"""The progress of a run as server-sent events: one whenever something changed, and one at the end.

Each event is the whole of it, so a browser that comes back needs nothing of what it missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from reconcile.desk.runs.run_view import RunView

PAUSE: Final = 1.0
"""Seconds between two looks."""
_BREATH: Final = 15
"""Looks without a change after which something is sent all the same, so that no proxy ends the connection."""


async def progress_events(
    look: Callable[[], RunView], shown: Callable[[RunView], str], pause: float = PAUSE
) -> AsyncIterator[str]:
    """The events until nothing of the run goes on any more. shown: what a page shows of it."""
    last, quiet = "", 0
    while True:
        view = await asyncio.to_thread(look)
        text = shown(view)
        quiet += 1
        if text != last:
            yield as_event("progress", text)
            last, quiet = text, 0
        elif quiet >= _BREATH:
            yield ": still there\n\n"
            quiet = 0
        if view.is_settled:
            yield as_event("end", view.state)
            return
        await asyncio.sleep(pause)


def as_event(name: str, text: str) -> str:
    """One event. Each line of the text is a line of its own, whatever ends it."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
