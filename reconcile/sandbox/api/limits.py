"""The two meters: requests per window and key, and credits per month."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime

from reconcile.sandbox.choices import Choices


class Windows:
    """Counts each key's requests in fixed windows that are aligned to the start (introw-api.md 4.2)."""

    def __init__(self, choices: Choices, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin the first window now."""
        self._choices, self._clock, self._start = choices, clock, clock()
        self._window = 0
        self._used: dict[str, int] = {}

    def admit(self, key: str) -> bool:
        """Count one request of this key; False when its window is full."""
        window = int(self._elapsed() // self._choices.window)
        if window != self._window:
            self._window, self._used = window, {}
        used = self._used.get(key, 0)
        if used >= self._choices.rate:
            return False
        self._used[key] = used + 1
        return True

    def remaining(self, key: str | None) -> int:
        """Give what is left for x-ratelimit-remaining-minute; an unknown key has used nothing."""
        return self._choices.rate - self._used.get(key or "", 0)

    def seconds_left(self) -> int:
        """Give the whole seconds until the next window, for Retry-After."""
        window = self._choices.window
        return max(1, math.ceil(window - self._elapsed() % window))

    def _elapsed(self) -> float:
        return self._clock() - self._start


class Credits:
    """Counts the organisation's credits: one per successful request, anew each month in UTC (4.3).

    The count lives as long as the server; a restart gives a full allowance again.
    """

    def __init__(self, limit: int | None) -> None:
        """Begin with the whole allowance; None means unlimited."""
        self._limit = limit
        self._used = 0
        self._month = _month()

    @property
    def exhausted(self) -> bool:
        """Whether the next request must be refused with 402."""
        self._roll()
        return self._limit is not None and self._used >= self._limit

    def charge(self) -> None:
        """Take one credit for a request that succeeded."""
        self._roll()
        self._used += 1

    def headers(self) -> dict[str, str]:
        """Write the credit headers; unlimited organisations have none (a choice)."""
        if self._limit is None:
            return {}
        return {
            "x-introw-credits-limit-month": str(self._limit),
            "x-introw-credits-remaining-month": str(max(0, self._limit - self._used)),
        }

    def _roll(self) -> None:
        if self._month != _month():
            self._month, self._used = _month(), 0


def _month() -> tuple[int, int]:
    today = datetime.now(UTC)
    return today.year, today.month
