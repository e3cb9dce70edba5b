"""Keeps to the API's rate: at most 120 requests a minute and key (introw-api.md 4.2).

`window` decides when the next request may go; here is the clock, and the waiting.
"""

from __future__ import annotations

import math
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from reconcile.elapsed import elapsed
from reconcile.errors import Stopped
from reconcile.introw.window import Budget

_SLICE: Final = 0.2
"""Seconds between two looks at whether somebody wants the waiting to end."""
_SHORT: Final = 1.0
"""A wait of so many seconds is waited out even then: what was begun ends in good order."""

_RESET: Final = re.compile(r"(x-)?ratelimit-reset(-|$)", re.IGNORECASE)
_EPOCH: Final = 1_000_000_000
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day (UTC), a steady count of seconds, and a way to wait; tests bring their own."""

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = elapsed
    sleep: Callable[[float], None] = time.sleep


def retry_delay(text: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, at least one; None without a usable header."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text.strip()):
        return max(1.0, float(text))
    date = http_date(text)
    return None if date is None else max(1.0, (date - now).total_seconds())


def asked_delay(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a 429 asks for, under any of the names in use; None where it asks for none.

    `Retry-After`, else `Retry-After-minute` and its like, else `X-RateLimit-Reset` with or without a window's
    name (introw-api.md 9): seconds from now, or seconds since 1970.
    """
    named = [headers[name] for name in headers if name.casefold().startswith("retry-after")]
    delays = [delay for text in named if (delay := retry_delay(text, now)) is not None]
    if delays:
        return max(delays)
    resets = [whole_number(headers, name) for name in headers if _RESET.match(name)]
    left = [one - now.timestamp() if one > _EPOCH else one for one in resets if one is not None]
    return max(1.0, *left) if left else None


def http_date(text: str | None) -> datetime | None:
    """The moment in a Date or Retry-After header, in UTC; None where there is none."""
    try:
        date = parsedate_to_datetime(text or "")
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def whole_number(headers: Mapping[str, str], name: str) -> int | None:
    """The count in a header, or None. Below zero it counts nothing: -1 is how some say `no limit`."""
    text = headers.get(name, "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


class Pacer:
    """Waits before a request for as long as the rate demands. One for all clients of a key."""

    def __init__(self, clock: Clock, rate: int = 120, window: float = 60.0) -> None:
        self._clock = clock
        self._budget = Budget(rate, window)
        self._own: deque[float] = deque(maxlen=rate)
        self._sent = 0.0
        self._unheard = 0
        self._not_before = 0.0
        self._stop: Callable[[], bool] | None = None

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """From now on a longer wait ends, with Stopped, as soon as `asked` says so."""
        self._stop = asked

    def wait(self, requests: int = 1) -> None:
        """Wait until so many requests may be sent one after the other. Raises Stopped."""
        now = self._clock.monotonic()
        if self._unheard:
            self._own[-1] = now  # nobody knows when that one arrived, but it was before now
        delay = max(self._budget.delay(now, self._own, requests), self._not_before - now)
        if delay > 0:
            self._pause(delay)

    def count(self) -> None:
        """A request is being sent."""
        self._sent = self._clock.monotonic()
        self._own.append(self._sent)
        self._unheard += 1

    def hold(self, seconds: float) -> None:
        """Send nothing for so many seconds from now."""
        self._not_before = max(self._not_before, self._clock.monotonic() + seconds)

    def learn(self, headers: Mapping[str, str]) -> None:
        """The request just sent was answered: by now it has been counted. Take the server's own count."""
        now = self._clock.monotonic()
        self._own[-1] = now
        left = whole_number(headers, "x-ratelimit-remaining-minute")
        if left is not None:
            self._budget = self._budget.after(self._sent, now, left, self._unheard)
        self._unheard = 0

    def until_next_window(self) -> float:
        """Seconds after which the server has certainly begun a new window."""
        return self._budget.until_next(self._clock.monotonic())

    def _pause(self, seconds: float) -> None:
        if self._stop is None:
            self._clock.sleep(seconds)
            return
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            if left > _SHORT and self._stop():
                raise Stopped(
                    f"It was stopped while it waited {math.ceil(seconds)} seconds for the rate limit; "
                    "nothing was sent."
                )
            self._clock.sleep(min(left, _SLICE))
