"""The arithmetic of the rate limit, and the pacer under a clock that does not wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reconcile.introw.pacing import MARGIN, Pacer, http_date, retry_delay, until_rollover, window_delay

if TYPE_CHECKING:
    from introw.conftest import Time

NOON = datetime(2026, 11, 22, 12, 0, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "now", "delay"),
    [
        ([], 0, 0),
        ([0, 1], 2, 0),
        ([0, 1, 2], 3, 57),
        ([0, 1, 2], 59.5, 0.5),
        ([0, 1, 2], 60, 0),
        ([0, 1, 2, 10], 11, 50),
        ([0, 1, 2], 1000, 0),
    ],
)
def test_a_request_waits_until_the_window_has_room(sent: list[float], now: float, delay: float) -> None:
    assert delay == window_delay(sent, now, rate=3, window=60)


@pytest.mark.parametrize(("window", "seconds"), [(60, 40), (10, 10), (30, 10)])
def test_the_rollover_is_at_the_next_multiple_of_the_window(window: float, seconds: float) -> None:
    assert seconds == until_rollover(NOON, window)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("-5", None),
        ("1e9", None),
        ("0", 1),
        ("7", 7),
        ("2.5", 2.5),
        (" 30 ", 30),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 40),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 1),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str | None, seconds: float | None) -> None:
    assert seconds == retry_delay(text, NOON)


@pytest.mark.parametrize("text", [None, "", "x", "Mon, 99 Nov 2026 12:01:00 GMT", "2026-11-22"])
def test_a_date_header_that_is_none_is_ignored(text: str | None) -> None:
    assert http_date(text) is None


def test_no_minute_whatever_its_start_sees_more_than_the_rate(time: Time) -> None:
    pacer = Pacer(time.clock, rate=120)
    sent = []

    for number in range(400):
        pacer.wait()
        sent.append(time.passed)
        time.passed += 0.05 if number % 3 else 0.2

    assert all(sum(start <= moment <= start + 60 for moment in sent) <= 120 for start in sent)


def test_the_rate_is_used_up_without_needless_waiting(time: Time) -> None:
    pacer = Pacer(time.clock, rate=120)

    for _ in range(360):
        pacer.wait()

    assert time.slept == [60 + MARGIN] * 2


def test_nothing_left_in_the_minute_means_waiting_for_the_next_by_the_servers_clock(time: Time) -> None:
    pacer = Pacer(time.clock)

    pacer.learn({"x-ratelimit-remaining-minute": "0", "date": "Sun, 22 Nov 2026 12:00:50 GMT"})
    pacer.wait()

    assert time.slept == [10 + MARGIN]


def test_without_a_date_our_own_clock_tells_the_minute(time: Time) -> None:
    pacer = Pacer(time.clock)

    pacer.learn({"x-ratelimit-remaining-minute": "-1"})
    pacer.wait()

    assert time.slept == [40 + MARGIN]


@pytest.mark.parametrize("text", ["1", "119", "", "many", "0.0"])
def test_anything_left_means_no_wait(text: str, time: Time) -> None:
    pacer = Pacer(time.clock)

    pacer.learn({"x-ratelimit-remaining-minute": text})
    pacer.wait()

    assert not time.slept
