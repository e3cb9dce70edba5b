"""Keeps to the API's rate: at most 120 requests a minute and key (introw-api.md 4.2).

The server counts in fixed minutes whose beginning is not known, so we count in a sliding one:
then every fixed minute is safe too. What the server says about its own count comes on top,
since others may use the same key.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

MARGIN: Final = 1.0
"""Seconds on top of every wait: requests travel at different speeds, and a Date header has whole seconds."""

_SECONDS = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day (UTC), a steady count of seconds, and a way to wait; tests bring their own."""

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def window_delay(sent: Sequence[float], now: float, rate: int, window: float) -> float:
    """Seconds until one more request keeps to `rate` in any `window`; `sent` are the send times, in order."""
    if len(sent) < rate:
        return 0.0
    return max(0.0, sent[-rate] + window - now)


def until_rollover(moment: datetime, window: float) -> float:
    """Seconds from a moment to the next full minute, or the next multiple of another window."""
    return window - moment.timestamp() % window


def retry_delay(text: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, at least one; None without a usable header."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text.strip()):
        return max(1.0, float(text))
    date = http_date(text)
    return None if date is None else max(1.0, (date - now).total_seconds())


def http_date(text: str | None) -> datetime | None:
    """The moment in a Date or Retry-After header, in UTC; None where there is none."""
    try:
        date = parsedate_to_datetime(text or "")
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def whole_number(headers: Mapping[str, str], name: str) -> int | None:
    """The whole number in a header, or None."""
    text = headers.get(name, "").strip()
    return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None


class Pacer:
    """Waits before a request for as long as the rate demands. One for all clients of a key."""

    def __init__(self, clock: Clock, rate: int = 120, window: float = 60.0) -> None:
        self._clock = clock
        self._rate = rate
        self._window = window
        self._sent: deque[float] = deque(maxlen=rate)
        self._not_before = 0.0

    def wait(self) -> None:
        """Wait until a request may be sent, and count it as sent."""
        now = self._clock.monotonic()
        full = window_delay(tuple(self._sent), now, self._rate, self._window + MARGIN)
        delay = max(full, self._not_before - now)
        if delay > 0:
            self._clock.sleep(delay)
        self._sent.append(self._clock.monotonic())

    def hold(self, seconds: float) -> None:
        """Send nothing for so many seconds from now."""
        self._not_before = max(self._not_before, self._clock.monotonic() + seconds)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take the server's word that nothing is left of this minute, whoever used it up."""
        remaining = whole_number(headers, "x-ratelimit-remaining-minute")
        if remaining is not None and remaining <= 0:
            self.hold(self.rollover(headers))

    def rollover(self, headers: Mapping[str, str]) -> float:
        """Seconds until the next minute begins by the server's clock, or by ours if it names no Date."""
        moment = http_date(headers.get("date")) or self._clock.now()
        return until_rollover(moment, self._window) + MARGIN
