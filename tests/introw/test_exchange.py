"""Retries, the rate limit, redirects, proxies and the key, as the server sees them."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from reconcile.errors import (
    AnswerLost,
    ApiError,
    ConfigurationError,
    ListingIncomplete,
    RateLimited,
    ReconcileError,
    Refused,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from reconcile.introw.client import Client, Reader
from reconcile.introw.connection import Connection, Key

if TYPE_CHECKING:
    from introw.conftest import Handler, Opens, Time

KEY = "k3y-Of-0ur-0wn"
Reply = int | httpx.Response | type[Exception]


class Script:
    """Answers with one reply after another, the last one for ever, and keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, type):
            raise reply("gone")
        return httpx.Response(reply, json={}) if isinstance(reply, int) else reply


def ok(**headers: str) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, json={"data": []}, headers=headers)


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, 500, 502, 503, 408]
)
def test_a_read_is_repeated_until_it_succeeds(failure: Reply, connect: Opens, time: Time) -> None:
    script = Script(failure, failure, failure, failure, ok())

    connect(script).list_payouts()

    assert len(script.requests) == 5
    assert len(time.slept) == 4
    assert time.slept == sorted(time.slept) or max(time.slept) < 5


@pytest.mark.parametrize(
    ("failure", "error"),
    [(httpx.ReadTimeout, Unreachable), (httpx.ConnectError, Unreachable), (500, ServerFailed)],
)
def test_a_read_that_always_fails_is_given_up_after_the_set_number_of_attempts(
    failure: Reply, error: type[ApiError], connect: Opens
) -> None:
    script = Script(failure)

    with pytest.raises(error, match="GET /payouts"):
        connect(script, attempts=3).list_payouts()
    assert len(script.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422])
def test_a_refused_read_is_not_repeated(status: int, connect: Opens) -> None:
    script = Script(status)

    with pytest.raises(ApiError):
        connect(script).get_payout("x")
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ConnectError, Unreachable),
        (httpx.ConnectTimeout, Unreachable),
        (httpx.PoolTimeout, Unreachable),
        (httpx.ReadTimeout, AnswerLost),
        (httpx.ReadError, AnswerLost),
        (httpx.WriteError, AnswerLost),
        (httpx.RemoteProtocolError, AnswerLost),
        (500, ServerFailed),
        (503, ServerFailed),
        (408, ServerFailed),
        (303, AnswerLost),
        (307, AnswerLost),
    ],
)
def test_a_write_is_never_repeated(failure: Reply, error: type[ApiError], connect: Opens) -> None:
    script = Script(failure)

    with pytest.raises(error):
        connect(script).update_payout("pay_1", {"stage": "PAID"})
    assert len(script.requests) == 1


def test_a_write_whose_answer_breaks_off_is_lost(connect: Opens) -> None:
    def breaks() -> Iterator[bytes]:
        yield b'{"data": '
        raise httpx.ReadError("cut")

    script = Script(httpx.Response(200, content=breaks()))

    with pytest.raises(AnswerLost, match="may or may not"):
        connect(script).update_payout("pay_1", {"stage": "PAID"})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Sun, 22 Nov 2026 19:30:50 GMT"}, 30),
        ({}, 60.3),
        ({"retry-after": "soon"}, 60.3),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_429_is_waited_out_for_reads_and_writes(
    method: str, headers: dict[str, str], seconds: float, connect: Opens, time: Time
) -> None:
    script = Script(httpx.Response(429, headers=headers), ok())
    client = connect(script)

    if method == "GET":
        client.list_payouts()
    else:
        client.write("PATCH", "/payouts/pay_1", {"stage": "PAID"})

    assert [request.method for request in script.requests] == [method] * 2
    assert time.slept == [seconds]


def test_a_429_is_waited_out_a_bounded_number_of_times(connect: Opens, time: Time) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "2"}))

    with pytest.raises(RateLimited, match=r"try again in 2 seconds"):
        connect(script, patience=3).get_line("x")
    assert len(script.requests) == 4
    assert time.slept == [2, 2, 2]


def test_a_wait_longer_than_we_are_willing_ends_at_once(connect: Opens, time: Time) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "3600"}))

    with pytest.raises(RateLimited, match="3600 seconds"):
        connect(script).get_line("x")
    assert not time.slept


def test_nothing_left_of_the_minute_delays_only_the_next_request(connect: Opens, time: Time) -> None:
    client = connect(Script(ok(x_ratelimit_remaining_minute="0")))

    client.list_payouts()
    assert not time.slept

    client.write("PATCH", "/payouts/x", {})
    assert time.slept == [60.3]


def test_no_more_than_the_rate_is_sent_in_a_minute(connect: Opens, time: Time) -> None:
    client = connect(Script(httpx.Response(200, json={"id": "x", "amount": "1", "currency": "USD"})), rate=10)

    for _ in range(25):
        client.get_line("x")

    assert time.slept == [pytest.approx(60.3)] * 2


def test_status_tells_rate_credits_clock_and_requests(connect: Opens) -> None:
    client = connect(
        Script(
            ok(
                x_ratelimit_remaining_minute="113",
                x_introw_credits_limit_month="5000",
                x_introw_credits_remaining_month="4321",
                date="Sun, 22 Nov 2026 19:30:25 GMT",
            ),
            ok(),
        )
    )
    assert client.status.requests == 0
    assert client.status.rate_remaining is None

    client.list_payouts()
    client.list_partners()

    status = client.status
    assert (status.rate_remaining, status.credits_limit, status.credits_remaining) == (113, 5000, 4321)
    assert status.server_ahead is not None
    assert status.server_ahead.total_seconds() == 5
    assert status.requests >= 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("target", ["https://evil.example/x", "/elsewhere", "https://api.introw.io/y", ""])
def test_no_redirect_is_followed(status: int, target: str, connect: Opens) -> None:
    script = Script(httpx.Response(status, headers={"location": target}))

    with pytest.raises(UnexpectedAnswer, match="refused to follow the redirect to host"):
        connect(script).list_payouts()
    assert len(script.requests) == 1


def test_the_key_is_sent_with_every_request_and_json_with_writes(connect: Opens) -> None:
    script = Script(ok())
    client = connect(script)

    client.write("POST", "/commission-lines", {"amount": "1.00"})
    client.write("POST", "/commission-lines/x/detach")

    first, second = script.requests
    assert [first.headers["x-api-key"], second.headers["x-api-key"]] == [KEY, KEY]
    assert (first.headers["content-type"], first.content) == ("application/json", b'{"amount":"1.00"}')
    assert second.content == b""
    assert str(second.url) == "https://api.introw.io/api/v1/commission-lines/x/detach"


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(401, json={"message": f"key {KEY} is wrong"}),
        httpx.Response(
            422, json={"error": {"message": "no", "details": [{"field": KEY, "message": KEY.upper()}]}}
        ),
        httpx.Response(422, json={"message": "k3y-Of\u200b-0ur-\x000wn"}),
        httpx.Response(403, text=KEY),
        httpx.Response(500, text="x" * 290 + KEY),
        httpx.Response(302, headers={"location": f"https://{KEY}.example/"}),
        httpx.Response(200, json={"data": [{"id": KEY, "amount": KEY}]}),
        httpx.Response(200, json={"data": [], "next": f"https://{KEY}.example/"}),
        httpx.ReadError,
        httpx.ConnectError,
    ],
)
def test_the_key_is_in_no_error_and_no_log_even_if_the_server_echoes_it(
    reply: Reply, connect: Opens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = connect(Script(reply), attempts=1)

    with pytest.raises(ReconcileError) as caught:
        client.list_payouts()
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    shown += repr(client) + repr(client.connection) + repr(client.status)
    assert KEY.lower() not in shown.lower()


def test_an_echoed_key_does_not_get_into_records(
    connect: Opens, line: Callable[..., dict[str, object]]
) -> None:
    client = connect(Script(httpx.Response(200, json={"data": line("x", description=f"by {KEY}")})))

    assert client.get_line("x").description == "by ***"


def test_a_reader_cannot_write(read_only: Callable[[Handler], Reader]) -> None:
    script = Script(ok())
    reader = read_only(script)

    assert not any(
        hasattr(reader, name) for name in ("write", "update_payout", "create_line", "decline_line")
    )
    with pytest.raises(RuntimeError, match="a reader was asked for PATCH"):
        reader._exchange.write("PATCH", "/payouts/x", {})  # noqa: SLF001 - the lock behind the missing methods
    assert not script.requests


def test_a_path_that_is_none_is_not_sent(connect: Opens) -> None:
    script = Script(ok())

    with pytest.raises(ValueError, match="no path"):
        connect(script).write("POST", "https://evil.example/", {})
    assert not script.requests


@pytest.mark.parametrize(
    ("local", "trusted"), [("http://127.0.0.1:9", False), ("https://api.introw.io", True)]
)
def test_proxies_of_the_environment_are_for_other_computers_only(
    local: str,
    trusted: bool,  # noqa: FBT001 - a column of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with Client(Connection(local, Key(KEY))) as client:
        assert client._exchange._http.trust_env == trusted  # noqa: SLF001 - without a network there is no other way


def test_unusable_proxy_settings_are_a_matter_of_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://user:hunter2@proxy:1")

    with pytest.raises(ConfigurationError) as caught:
        Client(Connection("https://api.introw.io", Key(KEY)))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_link_to_another_host_is_refused_before_anything_is_sent(connect: Opens) -> None:
    script = Script(httpx.Response(200, json={"data": [], "next": "https://evil.example/"}))

    with pytest.raises(ListingIncomplete):
        connect(script).list_lines()
    assert {request.url.host for request in script.requests} == {"api.introw.io"}


def test_a_refusal_after_a_429_is_a_refusal(connect: Opens) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "1"}), 422)

    with pytest.raises(Refused):
        connect(script).write("PATCH", "/payouts/x", {})
    assert len(script.requests) == 2
