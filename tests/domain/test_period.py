"""Periods: three ways to write one, both ends inside; and the day of a moment in a time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.period import Days, Period, check_zone
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
    ("inside", "day"),
    [
        (True, date(2026, 3, 1)),
        (True, date(2026, 3, 31)),
        (False, date(2026, 2, 28)),
        (False, date(2026, 4, 1)),
    ],
)
def test_both_ends_are_inside(*, inside: bool, day: date) -> None:
    assert inside == (day in MARCH)


def test_periods_sort_by_their_start() -> None:
    texts = ["2026-Q2", "2026-03", "2026-01", "2026-Q1"]

    assert [str(one) for one in sorted(map(Period.parse, texts))] == [
        "2026-01",
        "2026-Q1",
        "2026-03",
        "2026-Q2",
    ]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", "2026-03-31T23:59:59.999999+00:00", "2026-03-31"),
        ("UTC", "2026-04-01T01:00:00+02:00", "2026-03-31"),
        ("UTC", "2026-03-31T23:00:00", "2026-03-31"),
        # New York is four hours behind in summer, and five in winter.
        ("America/New_York", "2026-04-01T03:59:59+00:00", "2026-03-31"),
        ("America/New_York", "2026-04-01T04:00:00+00:00", "2026-04-01"),
        ("America/New_York", "2026-12-01T04:59:59+00:00", "2026-11-30"),
        ("America/New_York", "2026-12-01T05:00:00+00:00", "2026-12-01"),
        # Berlin is one hour ahead until 29 March, and two from then on.
        ("Europe/Berlin", "2026-02-28T22:59:59+00:00", "2026-02-28"),
        ("Europe/Berlin", "2026-02-28T23:00:00+00:00", "2026-03-01"),
        ("Europe/Berlin", "2026-03-31T21:59:59+00:00", "2026-03-31"),
        ("Europe/Berlin", "2026-03-31T22:00:00+00:00", "2026-04-01"),
        ("Europe/Berlin", "2026-03-29T00:59:59+00:00", "2026-03-29"),
        # On 25 October the hour from 2 to 3 comes twice; both are of that day.
        ("Europe/Berlin", "2026-10-25T00:30:00+00:00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T01:30:00+00:00", "2026-10-25"),
        ("Asia/Kolkata", "2026-03-31T18:30:00+00:00", "2026-04-01"),
        ("Pacific/Auckland", "2026-03-31T10:59:59+00:00", "2026-03-31"),
        ("Pacific/Auckland", "2026-03-31T11:00:00+00:00", "2026-04-01"),
    ],
)
def test_what_happened_is_of_the_day_that_the_time_zone_has_then(zone: str, moment: str, day: str) -> None:
    assert Days(zone).of(_at(moment)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Europe/Berlin", "Pacific/Auckland", "Pacific/Pago_Pago"]
)
@pytest.mark.parametrize(
    "moment", ["2026-03-31T23:59:59.000Z", "2026-03-31T00:00:00.000Z", "2026-03-31T23:59:00Z"]
)
def test_a_period_ends_on_the_day_that_introw_writes_in_every_time_zone(zone: str, moment: str) -> None:
    assert Days(zone).of_bound(_at(moment)) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", "2026-03-31T21:59:59.000Z", "2026-03-31"),
        ("Europe/Berlin", "2026-03-31T22:00:00.000Z", "2026-04-01"),
        ("America/New_York", "2026-04-01T03:59:59.000Z", "2026-03-31"),
    ],
)
def test_a_server_that_ends_periods_in_the_time_zone_is_understood_too(
    zone: str, moment: str, day: str
) -> None:
    assert Days(zone).of_bound(_at(moment)) == date.fromisoformat(day)


@given(
    st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/Havana", "Asia/Beirut"]),
)
def test_a_day_begins_with_its_first_moment_also_where_midnight_is_left_out_or_comes_twice(
    day: date, zone: str
) -> None:
    days = Days(zone)

    assert days.of(days.start(day)) == day
    assert days.of(days.start(day) - timedelta(microseconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../etc/passwd", "CEST"])
def test_a_time_zone_that_is_none_is_refused_with_the_setting(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"policy.time_zone: there is no time zone"):
        check_zone(name, "policy.time_zone")
