"""No exception of httpx gets past the border, and each has the right meaning."""

from __future__ import annotations

import inspect

import httpx
import pytest

from reconcile.errors import AnswerLost, UnexpectedAnswer, Unreachable
from reconcile.introw.failures import MEANINGS, Meaning, translated

REQUEST = httpx.Request("PATCH", "https://api.introw.io/x", headers={"x-api-key": "s3cret"})
ALL = [kind for kind in vars(httpx).values() if inspect.isclass(kind) and issubclass(kind, Exception)]


def instance(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        return httpx.HTTPStatusError("s3cret", request=REQUEST, response=httpx.Response(500, request=REQUEST))
    if kind in (httpx.StreamConsumed, httpx.ResponseNotRead, httpx.RequestNotRead, httpx.StreamClosed):
        return kind()
    return kind("s3cret")


def test_every_exception_of_httpx_has_a_meaning() -> None:
    assert set(ALL) == set(MEANINGS)


@pytest.mark.parametrize("kind", ALL)
def test_a_read_that_fails_says_that_the_server_is_unreachable_or_not_understood(
    kind: type[Exception],
) -> None:
    with pytest.raises((Unreachable, UnexpectedAnswer), match="GET /payouts") as caught, translated("GET", "/payouts", "host"):  # fmt: skip
        raise instance(kind)

    assert "s3cret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, kind)


@pytest.mark.parametrize("kind", ALL)
def test_a_write_that_fails_is_lost_unless_nothing_was_sent(kind: type[Exception]) -> None:
    expected = Unreachable if MEANINGS[kind] is Meaning.NOT_SENT else AnswerLost

    with pytest.raises(expected, match="PATCH /x"), translated("PATCH", "/x", "host"):
        raise instance(kind)


def test_only_failures_to_connect_count_as_not_sent() -> None:
    not_sent = {kind.__name__ for kind, meaning in MEANINGS.items() if meaning is Meaning.NOT_SENT}

    assert {
        "ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL",
    } == not_sent  # fmt: skip


def test_a_kind_that_is_derived_from_a_known_one_is_translated_too() -> None:
    class Odd(httpx.ReadError):
        pass

    with pytest.raises(AnswerLost), translated("POST", "/x", "host"):
        raise Odd("x")
