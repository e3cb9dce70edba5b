"""The sign-in provider, spoken to by OpenID Connect: authorization code with PKCE, state and nonce.

Nothing of a sign-in that is under way is kept but the hash of its state: verifier and nonce follow from the
state and the secret of the browser that began it, so no other browser can end it. OpenID Connect Core 1.0,
RFC 7636, RFC 9207.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from fastapi import HTTPException
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from reconcile.desk.security.bounded_requests import Bounded
from reconcile.domain.policy.sign_in_rules import SignInPolicy
from reconcile.errors import ConfigurationError
from reconcile.outward.ask import NoReply

_SCOPES: Final = ("openid", "profile", "email")
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key pair only: none of them lets who knows the client's secret, or nothing, sign."""
_LONGEST_ANSWER: Final = 1 << 20
"""Bytes of one answer; the keys of a large provider take a hundredth of it."""
_LEEWAY_SECONDS: Final = 60
_SHOWN: Final = 200
"""Letters of the provider's own words at most."""
_UNREADABLE: Final = "gave no answer that can be read"


@dataclass(frozen=True)
class SignInBegun:
    """A sign-in that a browser began. browser: the secret of its cookie. state: comes back at the end."""

    browser: str
    state: str

    @property
    def verifier(self) -> str:
        """What proves to the provider that the browser that began is the one that ends."""
        return self._derived("verifier")

    @property
    def nonce(self) -> str:
        """What the token must carry."""
        return self._derived("nonce")

    def _derived(self, what: str) -> str:
        return hashlib.sha256(f"{what}:{self.browser}:{self.state}".encode()).hexdigest()


@dataclass(frozen=True)
class Provider:
    """The provider of the settings. secret: that of the client. back: where it sends people afterwards."""

    policy: SignInPolicy
    secret: str
    back: str

    def address(self, begun: SignInBegun) -> str:
        """Where the browser goes to sign in. Raises HTTPException where the provider does not answer."""
        with self._in_words(), self._client() as client:
            found = self._metadata(client)
            address, _ = client.create_authorization_url(
                self._endpoint(found, "authorization_endpoint"),
                state=begun.state,
                code_verifier=begun.verifier,
                nonce=begun.nonce,
            )
        return str(address)

    def claims(self, code: str, begun: SignInBegun) -> Mapping[str, Any]:
        """Who signed in, as the provider's signed token says. Raises HTTPException where it does not hold."""
        with self._in_words(), self._client() as client:
            found = self._metadata(client)
            methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" not in methods:
                client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  the name of a method
            token = self._token(client, self._endpoint(found, "token_endpoint"), code, begun)
            keys = cast("KeySetSerialization", self._read(client, self._endpoint(found, "jwks_uri")))
            claims = self._checked(token, keys, begun)
            if "email" not in claims and "userinfo_endpoint" in found:
                return {**self._more(client, found, claims), **claims}
            return claims

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Makes one sentence of whatever the libraries raise at a damaged answer: each has its own errors."""
        try:
            yield
        except (HTTPException, ConfigurationError):
            raise
        except NoReply as error:
            raise self._down(str(error)) from error
        except Exception as error:
            raise self._down(_UNREADABLE) from error

    def _down(self, why: str) -> HTTPException:
        return HTTPException(
            502, f"{self.policy.name} {why}, so nobody can sign in there. Try again in a minute."
        )

    def _client(self) -> OAuth2Session:
        client = OAuth2Session(
            self.policy.client_id,
            self.secret,
            scope=" ".join(dict.fromkeys((*_SCOPES, *self.policy.scopes))),
            redirect_uri=self.back,
            code_challenge_method="S256",
        )
        client.trust_env = False  # no name and password of a .netrc goes along
        for scheme in ("https://", "http://"):
            client.mount(scheme, Bounded(self.policy.seconds, _LONGEST_ANSWER))
        return client

    def _metadata(self, client: OAuth2Session) -> Mapping[str, Any]:
        found = self._read(client, f"{self.policy.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.policy.issuer:
            said = str(found.get("issuer"))[:_SHOWN]
            raise HTTPException(
                502,
                f"{self.policy.name} calls itself {said!r}, and sign_in.issuer says {self.policy.issuer!r}: "
                "these must be the same.",
            )
        return found

    def _endpoint(self, found: Mapping[str, Any], name: str) -> str:
        """An address that the provider names: by https, unless the provider is on this computer."""
        address = found.get(name)
        is_safe = isinstance(address, str) and (
            address.startswith("https://") or self.policy.issuer.startswith("http://")
        )
        if not is_safe:
            raise HTTPException(502, f"{self.policy.name} names no safe {name}.")
        return str(address)

    def _read(self, client: OAuth2Session, address: str, *, signed: bool = False) -> dict[str, Any]:
        answer = client.get(address, withhold_token=not signed, allow_redirects=False)
        content = answer.json() if answer.status_code == 200 else None
        if not isinstance(content, dict):
            raise self._down(_UNREADABLE)
        return content

    def _token(self, client: OAuth2Session, address: str, code: str, begun: SignInBegun) -> dict[str, Any]:
        try:
            token = client.fetch_token(
                address,
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                allow_redirects=False,
            )
        except AuthlibBaseError as error:
            reason = str(error.error)[:_SHOWN]
            raise HTTPException(
                403, f"{self.policy.name} refused this sign-in ({reason}). Sign in again."
            ) from error
        return dict(token)

    def _checked(
        self, token: Mapping[str, Any], keys: KeySetSerialization, begun: SignInBegun
    ) -> Mapping[str, Any]:
        """The claims of the token, its signature, issuer, audience, times and nonce checked."""
        try:
            found = jwt.decode(
                str(token.get("id_token")), KeySet.import_key_set(keys), algorithms=list(_ALGORITHMS)
            )
            claims = CodeIDToken(
                found.claims,
                found.header,
                options={
                    "iss": {"essential": True, "value": self.policy.issuer},
                    "aud": {"essential": True, "value": self.policy.client_id},
                },
                params={
                    "nonce": begun.nonce,
                    "client_id": self.policy.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except Exception as error:
            reason = error.error if isinstance(error, JoseError) else "no token"
            raise HTTPException(
                403, f"The token of {self.policy.name} does not hold ({reason}). Nobody was signed in."
            ) from error
        return dict(claims)

    def _more(
        self, client: OAuth2Session, found: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What the provider tells only when it is asked, as Okta does; about the same person, or nothing."""
        more = self._read(client, self._endpoint(found, "userinfo_endpoint"), signed=True)
        return more if more.get("sub") == claims["sub"] else {}
