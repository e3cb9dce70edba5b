"""A provider whose answers swell, trickle or say nonsense gets one sentence, and signs nobody in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from desk_process import FAST, Browser, DeskProcess, desk_running
from endless_answers import ENDLESS, HEAD, Sent, serving, trickle
from joserfc import jwt
from joserfc.jwk import RSAKey

from reconcile.jobs.approvals.desk_key import desk_key_of

KEY = RSAKey.generate_key(2048, {"kid": "one"})
CLIENTS = count(1)
METADATA = "/.well-known/openid-configuration"
PATHS = (METADATA, "/token", "/keys", "/more")
NONSENSE: dict[str, object] = {
    "list": [],
    "number": 1,
    "nothing": None,
    "deep": '{"a":' * 50_000,
    "digits": '{"a":' + "9" * 100_000 + "}",
    "infinite": '{"expires_in": 1e999, "keys": 1e999, "id_token": 1e999, "sub": 1e999}',
    "half": '{"issuer": "',
    "other kinds": {
        "issuer": ["x"],
        "token_endpoint": {},
        "jwks_uri": 1,
        "authorization_endpoint": "https://[",
        "id_token": {"a": 1},
        "access_token": [1],
        "expires_in": "soon",
        "keys": {"kty": 1},
    },
    "other keys": {
        "keys": [{"kty": "RSA", "n": "AQ", "e": "AQ"}, {"kty": "EC"}, 7, None],
        "id_token": "a.b.c",
    },
    "long words": {"issuer": "x" * 500_000, "error": "<script>" * 50_000, "id_token": "." * 100_000},
}


@dataclass
class Liar:
    """A provider that is honest but at one path. asked: every path that was asked for."""

    url: str = ""
    at: str = ""
    lie: Sent | None = None
    nonce: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, connection: Any, request: bytes) -> None:  # noqa: ANN401  a socket
        """Sends the answer to a request."""
        path = request.split(b" ", 2)[1].decode()
        self.asked.append(path)
        if path == self.at and self.lie:
            self.lie(connection)
        else:
            connection.sendall(said(self._honest(path)))

    def _honest(self, path: str) -> dict[str, object]:
        if path == METADATA:
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
            places = dict(zip(names, ("/authorize", *PATHS[1:]), strict=True))
            return {"issuer": self.url, **{name: self.url + place for name, place in places.items()}}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "desk",
            "sub": "ana",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 60,
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)
        return {
            "/token": {"access_token": "a", "token_type": "Bearer", "id_token": token},
            "/keys": {"keys": [KEY.as_dict(private=False)]},
            "/more": {"sub": "ana", "email": "ana@example.com", "email_verified": True},
        }[path]


def said(content: object) -> bytes:
    """An answer of JSON; a text is sent as it is."""
    body = (content if isinstance(content, str) else json.dumps(content)).encode()
    return HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    found = Liar()
    with serving(found.answer) as found.url:
        yield found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, liar: Liar) -> Iterator[DeskProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECONCILE_CLIENT_SECRET", "secret")
        folder = tmp_path_factory.mktemp("company")
        with desk_running(folder, "--person", "Ana Ruiz", settings=_settings(folder, liar.url)) as running:
            yield running


def _settings(folder: Path, issuer: str) -> str:
    return f"""{FAST}
[approval]
desk_key = "{desk_key_of(folder / "some.key").line}"
[people.ana]
name = "Ana Ruiz"
email = "ana@example.com"
roles = ["prepare"]
[sign_in]
issuer = "{issuer}"
client_id = "desk"
name = "Example"
proxies = ["127.0.0.1"]
seconds = 1
"""


@contextmanager
def _lying(liar: Liar, path: str, lie: Sent) -> Iterator[None]:
    liar.at, liar.lie = path, lie
    try:
        yield
    finally:
        liar.at, liar.lie = "", None


def _signed_in(desk: DeskProcess, liar: Liar) -> tuple[Browser, httpx.Response]:
    """A browser that went to the provider and came back, and the last answer of the desk."""
    browser = desk.browser()
    browser.client.headers["x-forwarded-for"] = f"198.51.100.{next(CLIENTS)}"
    browser.get("/sign-in")
    answer = browser.client.get("/sign-in/provider")
    if answer.status_code == 303:
        asked = parse_qs(urlsplit(answer.headers["location"]).query)
        liar.nonce = asked["nonce"][0]
        back = {"state": asked["state"][0], "code": "code"}
        answer = browser.client.get("/sign-in/provider/back", params=back)
    return browser, answer


def _is_one_sentence(answer: httpx.Response, browser: Browser) -> None:
    assert answer.status_code in (403, 502), answer.text
    assert "Traceback" not in answer.text
    assert "Example" in answer.text
    assert "<script>" not in answer.text
    assert len(answer.content) < 20_000
    assert browser.client.get("/").status_code == 303


def test_an_honest_provider_signs_somebody_in(desk: DeskProcess, liar: Liar) -> None:
    browser, answer = _signed_in(desk, liar)

    assert answer.status_code == 303, answer.text
    assert "Ana Ruiz" in browser.get("/").text
    assert set(PATHS) <= set(liar.asked)


@pytest.mark.parametrize(
    ("path", "lie"), [*((METADATA, lie) for lie in ENDLESS), *((path, trickle) for path in PATHS[1:])]
)
def test_an_answer_without_an_end_is_given_up(desk: DeskProcess, liar: Liar, path: str, lie: Sent) -> None:
    with _lying(liar, path, lie):
        browser, answer = _signed_in(desk, liar)

    _is_one_sentence(answer, browser)
    assert answer.status_code == 502
    assert "so nobody can sign in there" in answer.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_a_sentence(desk: DeskProcess, liar: Liar, path: str, name: str) -> None:
    with _lying(liar, path, lambda connection: connection.sendall(said(NONSENSE[name]))):
        browser, answer = _signed_in(desk, liar)

    _is_one_sentence(answer, browser)


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("path", PATHS)
def test_a_redirect_is_followed_nowhere(desk: DeskProcess, liar: Liar, path: str, status: int) -> None:
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {liar.url}/elsewhere\r\nContent-Length: 0\r\n\r\n"
    with _lying(liar, path, lambda connection: connection.sendall(head.encode())):
        browser, answer = _signed_in(desk, liar)

    _is_one_sentence(answer, browser)
    assert "/elsewhere" not in liar.asked
