"""A period: a month, a quarter or any two dates, in UTC, with both ends inside.

The API ends a period on its last second (introw-api.md 2.1).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reconcile.errors import ConfigurationError


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` to `end`, both included, in UTC."""

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

    def __contains__(self, moment: date | datetime) -> bool:
        """Whether a date, or the UTC date of a moment, lies in the period."""
        day = utc_date(moment) if isinstance(moment, datetime) else moment
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


def utc_date(moment: datetime) -> date:
    """The UTC date of a moment; one without a zone is in UTC already."""
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _parse(text: str) -> Period:
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return _months(int(match[1]), int(match[2]), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-[Qq]([1-4])", text):
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
