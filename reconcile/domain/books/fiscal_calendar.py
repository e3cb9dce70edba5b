"""Fiscal years that begin in any month, or count weeks, and their quarters and periods."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError

_NAME: Final = re.compile(r"FY([0-9]{4})(?:-(Q[1-4]|P(?:0[1-9]|1[0-2])))?", re.IGNORECASE)
_WEEK: Final = timedelta(days=7)
_QUARTER: Final = 13
"""Weeks of a quarter. A year of 53 weeks has the last one in its last period."""


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """The section `[close.fiscal]` of the settings.

    first_month: in which the fiscal year begins; it is named by the year in which it ends. weeks: how the
    weeks of a quarter are divided into periods, such as `4-4-5`; empty where periods are months. starts: by
    the name of a fiscal year, such as `FY2026`, its first day, where it counts weeks.
    """

    first_month: int = 1
    weeks: Literal["", "4-4-5", "4-5-4", "5-4-4"] = ""
    starts: Mapping[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError for a month that is none."""
        if not 1 <= self.first_month <= 12:
            raise ValueError("first_month must be from 1 to 12")

    def parse(self, text: str) -> Period:
        """From `FY2026`, `FY2026-Q1`, `FY2026-P03`, a year `2026`, or what any period is written as.

        Raises ConfigurationError.
        """
        bare = text.strip()
        if re.fullmatch(r"[0-9]{4}", bare) and int(bare):
            return Period(date(int(bare), 1, 1), date(int(bare), 12, 31))
        match = _NAME.fullmatch(bare)
        if match is None:
            return Period.parse(bare)
        year, part = int(match[1]), (match[2] or "").upper()
        try:
            return self._by_weeks(year, part) if self.weeks else self._by_months(year, part)
        except (ValueError, OverflowError) as error:
            raise ConfigurationError(f"The period {text!r} is not one: there is no such year.") from error

    def _by_months(self, year: int, part: str) -> Period:
        first = 12 * (year if self.first_month == 1 else year - 1) + self.first_month - 1
        at, count = _span(part)
        return Period(_month(first + at), _month(first + at + count) - timedelta(days=1))

    def _weeks_of(self, part: str) -> tuple[int, int]:
        """From which week of the year a part goes, and how many it has."""
        if part.startswith("P"):
            number, sizes = int(part[1:]) - 1, [int(one) for one in self.weeks.split("-")]
            return number // 3 * _QUARTER + sum(sizes[: number % 3]), sizes[number % 3]
        return ((int(part[1]) - 1) * _QUARTER, _QUARTER) if part else (0, 4 * _QUARTER)

    def _by_weeks(self, year: int, part: str) -> Period:
        start, after = self.starts.get(f"FY{year:04}"), self.starts.get(f"FY{year + 1:04}")
        if start is None:
            raise ConfigurationError(
                f"FY{year:04} counts weeks, and its first day is not set. Add `FY{year:04} = "
                f"{year - 1:04}-12-28`, its first day, to [close.fiscal.starts] of reconcile.toml."
            )
        end = after or start + 4 * _QUARTER * _WEEK
        first, weeks = self._weeks_of(part)
        last = first + weeks == 4 * _QUARTER
        begin = start + first * _WEEK
        return Period(begin, (end if last else begin + weeks * _WEEK) - timedelta(days=1))


def _span(part: str) -> tuple[int, int]:
    """From which month of the year a part goes, and how many it has: a quarter, a period, or all of it."""
    if part.startswith("Q"):
        return (int(part[1]) - 1) * 3, 3
    return (int(part[1:]) - 1, 1) if part else (0, 12)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
