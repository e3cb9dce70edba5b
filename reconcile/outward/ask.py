"""Asks a server once over HTTP, within a size and a whole time. No redirect is followed."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from reconcile.errors import ConfigurationError
from reconcile.loopback import is_loopback
from reconcile.outward.answer_bounds import ACCEPTED, Deadline, TooLong, read_body


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. content: unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class NoReply(Exception):
    """No whole answer came. Its text says why, as what follows the server's name, and holds no address."""


def asked(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
    seconds: float,
    longest: int,
) -> Reply:
    """One request and its whole answer. seconds: the longest that it may take. longest: in bytes.

    Raises NoReply, and ConfigurationError for a proxy or certificates of the environment that are unusable.
    """
    deadline = Deadline(seconds)
    try:
        with _client(url, seconds) as client, deadline.kept():
            request = client.build_request(
                method,
                url,
                headers={**headers, "accept-encoding": ACCEPTED},
                content=content,
                extensions={"trace": deadline.trace},
            )
            response = client.send(request, stream=True)
            try:
                found = read_body(response, longest)
            finally:
                response.close()
    except TooLong as error:
        raise NoReply(f"answered more than {longest >> 10:,} KB") from error
    except httpx.ConnectError as error:
        raise NoReply(f"could not be reached within {seconds:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NoReply(f"did not answer within {seconds:g} seconds") from error
    return Reply(response.status_code, dict(response.headers.items()), found)


def _client(url: str, seconds: float) -> httpx.Client:
    """A client that follows no redirect. Proxies of the environment are for other computers only."""
    try:
        context = httpx.create_ssl_context(trust_env=True)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return httpx.Client(
            timeout=seconds,
            follow_redirects=False,
            trust_env=not is_loopback(urlsplit(url).hostname or ""),
            verify=context,
        )
    except (ImportError, ValueError, OSError, httpx.InvalidURL):
        # Not chained: the text of the exception may hold the proxy's password.
        raise ConfigurationError(
            "The proxy or certificate settings of the environment (HTTPS_PROXY, SSL_CERT_FILE) are unusable."
        ) from None
