"""Periods: three ways to write one, both ends inside, in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-03-01", "2026-03-31", "2026-03"),
        ("2024-02-01", "2024-02-29", "2024-02"),
        ("2025-02-01", "2025-02-28", " 2025-02 "),
        ("2026-01-01", "2026-03-31", "2026-Q1"),
        ("2026-10-01", "2026-12-31", "2026-q4"),
        ("2026-03-01", "2026-03-15", "2026-03-01..2026-03-15"),
        ("2026-03-15", "2026-03-15", "2026-03-15 .. 2026-03-15"),
        ("2025-12-20", "2026-01-10", "2025-12-20..2026-01-10"),
    ],
)
def test_a_period_is_a_month_a_quarter_or_two_dates(start: str, end: str, text: str) -> None:
    assert Period(date.fromisoformat(start), date.fromisoformat(end)) == Period.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-3",
        "2026-13",
        "2026-00",
        "2026-Q0",
        "2026-Q5",
        "Q1-2026",
        "March 2026",
        "2026-03-15..2026-03-01",
        "2026-02-30..2026-03-01",
        "2026-03-01..",
        "..2026-03-01",
        "2026-03-01...2026-03-15",
        "0000-01",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Period.parse(text)

    assert f"The period {text!r} is not one" in str(caught.value)
    assert "2026-03" in str(caught.value)
    assert "2026-Q1" in str(caught.value)
    assert "2026-03-01..2026-03-15" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("2026-03", "2026-03-01..2026-03-31"),
        ("2026-Q2", "2026-04-01..2026-06-30"),
        ("2026-02-01..2026-04-30", "2026-02-01..2026-04-30"),
        ("2026-03-02..2026-03-31", "2026-03-02..2026-03-31"),
        ("0999-12", "0999-12"),
    ],
)
def test_a_period_is_shown_in_its_shortest_form(text: str, given: str) -> None:
    assert text == str(Period.parse(given))


@given(st.dates(), st.dates())
def test_what_a_period_shows_is_read_as_the_same_period(one: date, other: date) -> None:
    period = Period(min(one, other), max(one, other))

    assert period == Period.parse(str(period))


MARCH = Period.parse("2026-03")


@pytest.mark.parametrize(
    ("inside", "moment"),
    [
        (True, date(2026, 3, 1)),
        (True, date(2026, 3, 31)),
        (False, date(2026, 2, 28)),
        (False, date(2026, 4, 1)),
        (True, datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        (False, datetime(2026, 4, 1, tzinfo=UTC)),
        (True, datetime(2026, 4, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
        (False, datetime(2026, 3, 31, 23, tzinfo=timezone(-timedelta(hours=2)))),
        (True, datetime(2026, 3, 31, 23)),  # noqa: DTZ001 - one without a zone is in UTC
    ],
)
def test_both_ends_are_inside_and_days_are_those_of_utc(*, inside: bool, moment: date | datetime) -> None:
    assert inside == (moment in MARCH)


def test_periods_sort_by_their_start() -> None:
    texts = ["2026-Q2", "2026-03", "2026-01", "2026-Q1"]

    assert [str(one) for one in sorted(map(Period.parse, texts))] == [
        "2026-01",
        "2026-Q1",
        "2026-03",
        "2026-Q2",
    ]
