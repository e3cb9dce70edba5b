"""When the next request may go, from our own requests and the server's count of what is left. Pure.

The server counts each key's requests in fixed windows and never says when one begins (introw-api.md 4.2):
on the minute, or with the first request. So we keep our own rate in every window, wherever it begins; that
is as fast as anybody can safely be who has the key alone. What the server says is left comes on top,
since others may use the same key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the server's window, as of the last answer that said so.

    rate, seconds: requests per window, and its length. left: what the server has left; None before it said
    so. sent: when the request of that answer went. since: the first answer since which no new window was
    seen to begin, so the present one ends within a window of it. shared_until: until then somebody else is
    taken to use the key, too. Moments are seconds of a steady clock.
    """

    rate: int
    seconds: float
    left: int | None = None
    sent: float = 0.0
    since: float = 0.0
    shared_until: float = -math.inf

    @property
    def margin(self) -> float:
        """Seconds on top of a wait for the next window: two clocks never run quite alike."""
        return self.seconds / 200

    @property
    def end(self) -> float:
        """The moment by which the present window has certainly ended."""
        return self.since + self.seconds + self.margin

    def after(self, sent: float, answered: float, left: int, requests: int = 1) -> Budget:
        """The budget after one more answer. requests: ours since the last answer that said what is left."""
        is_new = self.left is None or left > self.left or sent >= self.end
        others = not is_new and self.left is not None and self.left - left > requests
        return replace(
            self,
            left=left,
            sent=sent,
            since=answered if is_new else self.since,
            shared_until=answered + 2 * self.seconds if others else self.shared_until,
        )

    def delay(self, now: float, own: Sequence[float], requests: int = 1) -> float:
        """Seconds until so many more requests may go at once; no more than the rate are waited for.

        own: the moments of our last requests, in order.
        """
        room = self.rate - min(requests, self.rate) + 1
        return max(window_delay(own, now, room, self.seconds + self.margin), self._headroom(now, requests))

    def until_next(self, now: float) -> float:
        """Seconds after which a new window has certainly begun."""
        return self.end - now if self.left is not None and now < self.end else self.seconds + self.margin

    def _headroom(self, now: float, requests: int) -> float:
        """Nothing left means waiting. Who shares the key slows down before that, and leaves a little over."""
        if self.left is None or now >= self.end:
            return 0.0
        is_shared = now < self.shared_until
        reserve, floor = (max(2, self.rate // 10), max(1, self.rate // 20)) if is_shared else (0, 0)
        if self.left < floor + max(1, min(requests, self.rate - floor)):
            return self.end - now
        if self.left > reserve:
            return 0.0
        return max(0.0, self.sent + (self.end - self.sent) / (self.left - floor + 1) - now)


def window_delay(sent: Sequence[float], now: float, rate: int, window: float) -> float:
    """Seconds until one more request keeps to `rate` in any `window`; `sent` are the moments, in order."""
    if len(sent) < rate:
        return 0.0
    return max(0.0, sent[-rate] + window - now)
