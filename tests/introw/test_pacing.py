"""The arithmetic of the rate limit, and the pacer under a clock that does not wait."""

from __future__ import annotations

import time as clocks
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reconcile.errors import Stopped
from reconcile.introw.pacing import Clock, Pacer, http_date, retry_delay
from reconcile.introw.window import Budget, window_delay

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


class Server:
    """A server that counts in fixed windows; `others` use the same key so many times a second."""

    def __init__(self, time: Time, rate: int, window: float, starts: float, others: float = 0) -> None:
        self.time, self.rate, self.window, self.starts, self.others = time, rate, window, starts, others
        self.used: Counter[int] = Counter()
        self.refused = 0
        self.seen = 0

    def count(self, moment: float) -> bool:
        window = int((moment + self.starts) // self.window)
        if self.used[window] >= self.rate:
            return False
        self.used[window] += 1
        return True

    def answer(self, pacer: Pacer, trip: float = 0.1) -> None:
        """One request of ours, after those of the others until now."""
        pacer.wait()
        pacer.count()
        while self.others and self.seen / self.others <= self.time.passed:
            self.count(self.seen / self.others)
            self.seen += 1
        is_counted = self.count(self.time.passed + trip / 2)
        left = self.rate - self.used[int((self.time.passed + trip / 2 + self.starts) // self.window)]
        self.time.passed += trip
        pacer.learn({"x-ratelimit-remaining-minute": str(left)})
        if not is_counted:
            self.refused += 1
            pacer.hold(pacer.until_next_window())


@pytest.mark.parametrize("starts", [0, 17, 30, 59.9])
@pytest.mark.parametrize("trip", [0.01, 0.1, 0.4])
def test_alone_with_the_key_a_run_takes_what_the_rate_permits_within_two_percent(
    starts: float, trip: float, time: Time
) -> None:
    pacer, server = Pacer(time.clock, rate=120), Server(time, 120, 60, starts)

    for _ in range(600):
        server.answer(pacer, trip)

    assert server.refused == 0
    # The fifth hundred and twentieth may begin four windows after the first.
    assert time.passed <= 1.02 * (4 * 60 + 120 * trip)


@pytest.mark.parametrize("starts", [0, 17, 45])
@pytest.mark.parametrize("others", [0.2, 1, 1.5])
def test_others_who_use_the_key_find_room_and_cause_no_storm_of_refusals(
    starts: float, others: float, time: Time
) -> None:
    pacer, server = Pacer(time.clock, rate=120), Server(time, 120, 60, starts, others)

    for _ in range(400):
        server.answer(pacer)

    assert server.refused <= len(server.used)


def test_no_minute_whatever_its_start_sees_more_than_the_rate(time: Time) -> None:
    pacer = Pacer(time.clock, rate=120)
    sent = []

    for number in range(400):
        pacer.wait()
        pacer.count()
        sent.append(time.passed)
        time.passed += 0.05 if number % 3 else 0.2

    assert all(sum(start <= moment <= start + 60 for moment in sent) <= 120 for start in sent)


def test_the_rate_is_used_up_without_needless_waiting(time: Time) -> None:
    pacer = Pacer(time.clock, rate=120)

    for _ in range(360):
        pacer.wait()
        pacer.count()

    assert time.slept == [pytest.approx(60.3)] * 2


def heard(*left: int) -> Budget:
    """A budget of 100 in 60 seconds after an answer a second, each saying what is left."""
    budget = Budget(rate=100, seconds=60)
    for number, one in enumerate(left):
        budget = budget.after(sent=number, answered=number + 0.5, left=one)
    return budget


def test_nothing_left_means_waiting_until_the_window_has_certainly_ended() -> None:
    assert heard(1, 0).delay(2, []) == pytest.approx(0.5 + 60.3 - 2)
    assert heard(1, 0, 99, 98).delay(4, []) == 0
    assert heard(0).delay(61, []) == 0


def test_alone_with_the_key_the_last_request_of_a_window_may_go_at_once() -> None:
    assert heard(3, 2, 1).delay(3, []) == 0


def test_who_shares_the_key_slows_down_and_leaves_a_little_over() -> None:
    plenty, few, hardly = heard(60, 40), heard(60, 10), heard(60, 5)

    assert plenty.delay(2, []) == 0
    # Ten are left and five stay untouched: the others are spread over the rest of the window.
    assert few.delay(2, []) == pytest.approx(1 + (60.8 - 1) / 6 - 2)
    assert hardly.delay(2, []) == pytest.approx(60.8 - 2)


def test_requests_of_our_own_that_got_no_count_are_not_somebody_elses() -> None:
    lost = Budget(100, 60).after(0, 0.5, 10).after(3, 3.5, 6, requests=4)

    assert lost.delay(4, []) == 0


@pytest.mark.parametrize("text", ["1", "119", "", "many", "0.0"])
def test_anything_left_means_no_wait(text: str, time: Time) -> None:
    pacer = Pacer(time.clock)

    pacer.wait()
    pacer.count()
    pacer.learn({"x-ratelimit-remaining-minute": text})
    pacer.wait()
    pacer.count()

    assert not time.slept


def test_a_long_wait_ends_when_somebody_asks_and_nothing_is_sent(time: Time) -> None:
    pacer = Pacer(time.clock, rate=1)
    pacer.stop_when(lambda: time.passed > 5)
    pacer.wait()
    pacer.count()

    with pytest.raises(Stopped, match="nothing was sent"):
        pacer.wait()
    assert time.passed < 6


def test_room_for_several_requests_is_waited_for_at_once(time: Time) -> None:
    pacer = Pacer(time.clock, rate=10)
    for _ in range(7):
        pacer.wait()
        pacer.count()

    pacer.wait(3)
    assert not time.slept
    pacer.wait(4)
    assert time.slept == [pytest.approx(60.3)]


def test_more_room_than_the_rate_is_not_waited_for(time: Time) -> None:
    pacer = Pacer(time.clock, rate=2)
    pacer.wait()
    pacer.count()
    pacer.learn({})

    pacer.wait(8)
    pacer.wait(8)

    assert time.slept == [pytest.approx(60.3)]


def test_room_is_taken_from_what_the_server_has_left() -> None:
    assert heard(9, 8).delay(2, [], 8) == 0
    assert heard(9, 8).delay(2, [], 9) == pytest.approx(0.5 + 60.3 - 2)


def test_a_short_wait_is_waited_out_whoever_asks(time: Time) -> None:
    pacer = Pacer(time.clock)
    pacer.stop_when(lambda: True)

    pacer.hold(0.9)
    pacer.wait()
    pacer.count()

    assert time.passed == pytest.approx(0.9)


@pytest.mark.skipif(not hasattr(clocks, "CLOCK_BOOTTIME"), reason="this clock is Linux's")
def test_the_clock_of_a_run_goes_on_while_the_computer_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "clock_gettime", {clocks.CLOCK_BOOTTIME: 7200.0}.__getitem__)

    assert Clock().monotonic() == 7200.0
