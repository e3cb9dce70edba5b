"""The address and the key are checked before anything is sent."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from reconcile.errors import ConfigurationError
from reconcile.introw.connection import Connection, Key, path_of
from reconcile.loopback import is_loopback

SECRET = "s3cret-k3y-0000"


@pytest.mark.parametrize(
    ("text", "url", "origin"),
    [
        ("https://api.introw.io", "https://api.introw.io/api/v1", "https://api.introw.io"),
        ("https://api.introw.io/", "https://api.introw.io/api/v1", "https://api.introw.io"),
        ("https://api.introw.io/api/v1", "https://api.introw.io/api/v1", "https://api.introw.io"),
        ("https://API.introw.io:443/api/v1/", "https://api.introw.io/api/v1", "https://api.introw.io"),
        (
            " https://gate.example/introw/ ",
            "https://gate.example/introw/api/v1",
            "https://gate.example/introw",
        ),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v1", "http://127.0.0.1:8000"),
        ("http://localhost:8000/api/v1/", "http://localhost:8000/api/v1", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000/api/v1", "http://[::1]:8000"),
    ],
)
def test_the_address_is_taken_with_or_without_its_path(text: str, url: str, origin: str) -> None:
    connection = Connection(text, Key(SECRET))

    assert (url, origin) == (str(connection.url), connection.origin)


@pytest.mark.parametrize(
    "text",
    [
        "http://api.introw.io",
        "http://127.0.0.1.evil.example",
        "http://0.0.0.0:8000",
        "http://localhost.evil.example",
        "ftp://localhost",
        "api.introw.io",
        "https://",
        "",
        "https://[::1",
        "https://host:port",
        "https://api.introw.io?x=1",
        "https://api.introw.io/#x",
        "https://user:hunter2@api.introw.io",
        "https://api.introw.io@evil.example",
    ],
)
def test_an_address_that_would_endanger_the_key_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Connection(text, Key(SECRET))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "a b", "abc\n", "\nabc", "käse", "abc\x00", "\u200babc"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Key(text)
    assert not text or text not in str(caught.value)


def test_the_key_is_in_no_repr() -> None:
    connection = Connection("https://api.introw.io", Key(SECRET))

    for shown in (
        repr(connection),
        str(connection),
        f"{connection}",
        repr(connection.key),
        str(connection.key),
    ):
        assert SECRET not in shown
    assert connection == copy.deepcopy(connection) == pickle.loads(pickle.dumps(connection))


@pytest.mark.parametrize("setting", ["timeout", "page_size", "attempts", "rate", "window"])
def test_a_setting_of_zero_is_refused(setting: str) -> None:
    with pytest.raises(ConfigurationError):
        replace(Connection("https://api.introw.io", Key(SECRET)), **{setting: 0})


@pytest.mark.parametrize(
    ("host", "local"),
    [("localhost", True), ("127.8.9.1", True), ("::1", True), ("api.introw.io", False), ("10.0.0.1", False)],
)
def test_only_this_computer_is_local(host: str, local: bool) -> None:  # noqa: FBT001 - a column of the table
    assert local == is_loopback(host)


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("payouts", "pay_1"), "/payouts/pay_1"),
        (
            ("commission-lines", "a/b?c#d%e ü", "decline"),
            "/commission-lines/a%2Fb%3Fc%23d%25e%20%C3%BC/decline",
        ),
        (("payouts", "a..b"), "/payouts/a..b"),
    ],
)
def test_ids_are_encoded_in_paths(parts: tuple[str, ...], path: str) -> None:
    assert path == path_of(*parts)


def test_an_empty_id_makes_no_path() -> None:
    with pytest.raises(ValueError, match="no id"):
        path_of("payouts", "")
