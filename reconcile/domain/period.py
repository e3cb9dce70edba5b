"""A period, and the day that a moment belongs to.

A period is a month, a quarter or any two dates, with both ends inside. The API ends a period on its last
second (introw-api.md 2.1).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from reconcile.domain.phrases import did_you_mean
from reconcile.errors import ConfigurationError


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """From `2026-03`, `2026-Q1` or `2026-03-01..2026-03-15`. Raises ConfigurationError."""
        try:
            return _parse(text.strip())
        except ValueError as error:
            raise ConfigurationError(
                f"The period {text!r} is not one ({error}). "
                "Write a month 2026-03, a quarter 2026-Q1, or two dates 2026-03-01..2026-03-15."
            ) from error

    def __contains__(self, day: date) -> bool:
        """Whether a day lies in the period. The day of a moment is told by `Days`."""
        return self.start <= day <= self.end

    def __str__(self) -> str:
        """`2026-03`, `2026-Q1` or the two dates: what `parse` reads."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1
        whole = self.start.day == 1 and self.end.day == monthrange(self.end.year, self.end.month)[1]
        if whole and months == 1:
            return self.start.isoformat()[:7]
        if whole and months == 3 and self.start.month % 3 == 1:
            return f"{self.start.year:04}-Q{(self.start.month + 2) // 3}"
        return f"{self.start.isoformat()}..{self.end.isoformat()}"


@dataclass(frozen=True, slots=True)
class Days:
    """Which day a moment belongs to, in one time zone: the only rule for it.

    zone: a name of the IANA time zone database. A moment without a zone is in UTC already.
    """

    zone: str = "UTC"

    def of(self, moment: datetime) -> date:
        """The day of something that happened: a creation, a change, a run."""
        zone = _zone(self.zone)
        # Nearly every moment is in UTC and counted there: the same in a third of the time.
        return moment.date() if moment.tzinfo is zone else _in_utc(moment).astimezone(zone).date()

    def of_bound(self, moment: datetime) -> date:
        """The day that a period begins or ends on.

        The API writes the first or the last second of that day in UTC, and then it is that day in every
        zone. Another time of day is a moment like others.
        """
        return _day_of_bound(self, moment)

    def start(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        return datetime.combine(day, time(0), _zone(self.zone)).astimezone(UTC)


@lru_cache(1 << 10)
def _day_of_bound(days: Days, moment: datetime) -> date:
    """The day of a bound. Records that are near each other share it."""
    bound = _in_utc(moment)
    is_bound = bound.time().replace(microsecond=0) == time(0) or (bound.hour, bound.minute) == (23, 59)
    return bound.date() if is_bound else days.of(moment)


UTC_DAYS: Final = Days()


def period_of(start: datetime | None, end: datetime | None) -> Period | None:
    """The days from one bound to the other, in UTC; None where one is missing or they are turned round."""
    if start is None or end is None:
        return None
    first, last = UTC_DAYS.of_bound(start), UTC_DAYS.of_bound(end)
    return Period(first, last) if first <= last else None


def utc_date(moment: datetime) -> date:
    """The UTC date of a moment, as closes of the first version count."""
    return _in_utc(moment).date()


def check_zone(name: str, setting: str) -> None:
    """Raises ConfigurationError for a time zone that is not in the IANA database."""
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = did_you_mean(name, available_timezones())
        raise ConfigurationError(
            f"{setting}: there is no time zone {name!r}. Write it like Europe/Berlin or UTC.{hint}"
        ) from error


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _parse(text: str) -> Period:
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", text):
        return _months(int(match[1]), int(match[2]), int(match[2]))
    if match := re.fullmatch(r"([0-9]{4})-[Qq]([1-4])", text):
        last = int(match[2]) * 3
        return _months(int(match[1]), last - 2, last)
    first, dots, last_day = text.partition("..")
    if not dots:
        raise ValueError("no such form")
    period = Period(date.fromisoformat(first.strip()), date.fromisoformat(last_day.strip()))
    if period.end < period.start:
        raise ValueError("it ends before it starts")
    return period


def _months(year: int, first: int, last: int) -> Period:
    if not 1 <= first <= last <= 12:
        raise ValueError("no such month")
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
