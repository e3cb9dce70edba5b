"""Fiscal years of any start, and of 52 or 53 weeks, with their quarters and periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reconcile.domain.books.fiscal_calendar import FiscalCalendar
from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError

WEEKS = FiscalCalendar(
    weeks="4-4-5",
    starts={"FY2026": date(2025, 12, 28), "FY2027": date(2027, 1, 3), "FY2028": date(2028, 1, 2)},
)


def _days(text: str, calendar: FiscalCalendar) -> tuple[str, str]:
    period = calendar.parse(text)
    return str(period.start), str(period.end)


@pytest.mark.parametrize(
    ("text", "first_month", "start", "end"),
    [
        ("2026", 1, "2026-01-01", "2026-12-31"),
        ("2026", 7, "2026-01-01", "2026-12-31"),
        ("FY2026", 1, "2026-01-01", "2026-12-31"),
        ("FY2026", 7, "2025-07-01", "2026-06-30"),
        ("fy2026-q1", 7, "2025-07-01", "2025-09-30"),
        ("FY2026-Q3", 7, "2026-01-01", "2026-03-31"),
        ("FY2026-P12", 7, "2026-06-01", "2026-06-30"),
        ("FY2026-P03", 2, "2025-04-01", "2025-04-30"),
        ("FY2026-Q4", 12, "2026-09-01", "2026-11-30"),
        ("2026-03", 7, "2026-03-01", "2026-03-31"),
        ("2026-03-01..2026-04-30", 7, "2026-03-01", "2026-04-30"),
    ],
)
def test_a_fiscal_year_may_begin_in_any_month(text: str, first_month: int, start: str, end: str) -> None:
    assert _days(text, FiscalCalendar(first_month)) == (start, end)


@pytest.mark.parametrize("first_month", range(1, 13))
def test_the_periods_of_a_year_of_months_are_its_months_without_a_gap(first_month: int) -> None:
    calendar = FiscalCalendar(first_month)

    _check_parts(calendar, "FY2026")
    assert calendar.parse("FY2026").end.year == 2026
    assert {str(calendar.parse(f"FY2026-P{n:02}"))[-3] for n in range(1, 13)} == {"-"}


@pytest.mark.parametrize("weeks", ["4-4-5", "4-5-4", "5-4-4"])
@pytest.mark.parametrize("year", ["FY2026", "FY2027"])
def test_the_periods_of_a_year_of_weeks_follow_each_other_without_a_gap(year: str, weeks: str) -> None:
    calendar = FiscalCalendar(weeks=weeks, starts=WEEKS.starts)  # type: ignore[arg-type]

    _check_parts(calendar, year)
    sizes = [_length(calendar.parse(f"{year}-P{n:02}")) // 7 for n in range(1, 12)]
    assert sizes == ([int(one) for one in weeks.split("-")] * 4)[:11]


def _check_parts(calendar: FiscalCalendar, year: str) -> None:
    whole = calendar.parse(year)
    for names in ([f"{year}-Q{n}" for n in range(1, 5)], [f"{year}-P{n:02}" for n in range(1, 13)]):
        day = whole.start
        for period in map(calendar.parse, names):
            assert period.start == day
            day = period.end + timedelta(days=1)
        assert day == whole.end + timedelta(days=1)


def _length(period: Period) -> int:
    return (period.end - period.start).days + 1


def test_a_year_of_53_weeks_has_the_last_in_its_last_period() -> None:
    assert _length(WEEKS.parse("FY2026")) == 53 * 7
    assert _length(WEEKS.parse("FY2026-P12")) == 6 * 7
    assert _length(WEEKS.parse("FY2027-P12")) == 5 * 7


@pytest.mark.parametrize("text", ["FY0001", "FY26", "FY2026-Q5", "FY2026-P13", "FY2026-P00", "0000", ""])
def test_what_is_no_period_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ConfigurationError, match="The period"):
        FiscalCalendar(7).parse(text)


def test_a_year_of_weeks_without_a_first_day_says_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match=r"\[close.fiscal.starts\]"):
        WEEKS.parse("FY2031")
