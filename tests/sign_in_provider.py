"""A real provider of OpenID Connect on loopback (oidc-provider-mock), which can be told to lie in its tokens.

It holds people to PKCE: a code is given only for the verifier of its challenge.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
from cli_session import PATIENCE
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock  # type: ignore[import-untyped]

Lie = Callable[[dict[str, Any], RSAKey], str]
"""Makes another token of the claims of a true one. The key is the provider's own."""


@dataclass
class SignInProvider:
    """A provider that runs. lie: told from the next sign-in on. asked: what came to its token endpoint."""

    url: str = ""
    lie: Lie | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)

    def add(self, sub: str, **claims: object) -> None:
        """Makes a user known."""
        httpx.put(f"{self.url}/users/{sub}", json=claims, timeout=PATIENCE).raise_for_status()

    def sign_in(self, address: str, sub: str) -> str:
        """Signs a user in on the provider's page; answers where the browser is sent then."""
        answer = httpx.post(address, data={"sub": sub}, timeout=PATIENCE)
        assert answer.status_code == 302, answer.text
        place = answer.headers["location"]
        code = parse_qs(urlsplit(place).query)["code"][0]
        self.challenges[code] = parse_qs(urlsplit(address).query)["code_challenge"][0]
        return str(place)

    def _before(self) -> flask.Response | None:
        if flask.request.path != "/oauth2/token":
            return None
        asked = flask.request.form.to_dict()
        self.asked.append(asked)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        given = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.challenges.get(asked["code"]) != given:
            return flask.make_response({"error": "invalid_grant"}, 400)
        return None

    def _after(self, response: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/token" and response.status_code == 200 and self.lie:
            content = json.loads(response.get_data())
            key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
            part = content["id_token"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            content["id_token"] = self.lie(claims, key)
            response.set_data(json.dumps(content))
        return response


def signed(claims: dict[str, Any], key: RSAKey, **other: object) -> str:
    """The claims with others in their place, signed by the provider."""
    return jwt.encode({"alg": "RS256", "kid": key.kid or ""}, {**claims, **other}, key)


def unsigned(claims: dict[str, Any]) -> str:
    """A token with the algorithm none."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts)
        + "."
    )


@contextmanager
def sign_in_provider() -> Iterator[SignInProvider]:
    """A provider for as long as the block lasts."""
    provider = SignInProvider()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = oidc_provider_mock.app(require_nonce=True)
    app.before_request(provider._before)  # noqa: SLF001  hooks of the same file
    app.after_request(provider._after)  # noqa: SLF001
    server = make_server("127.0.0.1", 0, app.wsgi_app.app, threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
