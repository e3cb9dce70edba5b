"""A clock that goes on while the process is stopped and while the computer sleeps."""

from __future__ import annotations

import time
from typing import Final

_CLOCK: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux counts sleep under the first name only, macOS under the second, Windows in `time.monotonic`."""


def elapsed() -> float:
    """Seconds from a moment that is the same for the whole process; they never go back."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
