"""What the answers' headers tell about the key's budget and the server's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reconcile.introw.pacing import http_date, whole_number


@dataclass(frozen=True, slots=True)
class Status:
    """The last known state of the key; None where the server has not said.

    requests: sent so far, repeats included. rate_remaining: left in this minute (introw-api.md 4.2).
    credits_limit, credits_remaining: of this month (4.3); unknown on an unlimited plan. server_time: the
    last Date header, UTC. server_ahead: that minus our clock, to the second.
    """

    requests: int = 0
    rate_remaining: int | None = None
    credits_limit: int | None = None
    credits_remaining: int | None = None
    server_time: datetime | None = None
    server_ahead: timedelta | None = None

    def after(self, headers: Mapping[str, str], now: datetime) -> Status:
        """The state after one more answer; what its headers leave out stays as it was."""
        served = http_date(headers.get("date"))
        return Status(
            requests=self.requests,
            rate_remaining=_newer(headers, "x-ratelimit-remaining-minute", self.rate_remaining),
            credits_limit=_newer(headers, "x-introw-credits-limit-month", self.credits_limit),
            credits_remaining=_newer(headers, "x-introw-credits-remaining-month", self.credits_remaining),
            server_time=served or self.server_time,
            server_ahead=served - now.replace(microsecond=0) if served else self.server_ahead,
        )


def _newer(headers: Mapping[str, str], name: str, known: int | None) -> int | None:
    found = whole_number(headers, name)
    return known if found is None else found


def credits_reset(now: datetime) -> datetime:
    """When the credits come back: the 1st of the next month, 00:00 UTC (introw-api.md 4.3)."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
