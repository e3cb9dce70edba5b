"""Asks a time-stamping authority over HTTP (RFC 3161, 3.4). Only a hash is sent."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import httpx

from reconcile import __version__
from reconcile.domain.policy.stamp import StampPolicy
from reconcile.errors import ConfigurationError, StampFailed
from reconcile.introw.answer_bounds import ACCEPTED, Deadline, TooLong, read_body
from reconcile.loopback import is_loopback
from reconcile.stamp.token import LARGEST_ANSWER

_HEADERS: Final = {
    "content-type": "application/timestamp-query",
    "accept": "application/timestamp-reply",
    "accept-encoding": ACCEPTED,
    "user-agent": f"reconcile/{__version__}",
}


def ask(policy: StampPolicy, question: bytes) -> bytes:
    """What the authority answers, unchecked. No redirect is followed.

    Raises StampFailed where it does not answer within the time and size that are allowed.
    """
    host = urlsplit(policy.url).hostname or ""
    deadline = Deadline(policy.seconds)
    try:
        with _client(policy, host) as client, deadline.kept():
            extensions = {"trace": deadline.trace}
            request = client.build_request("POST", policy.url, content=question, extensions=extensions)
            response = client.send(request, stream=True)
            try:
                content = read_body(response, LARGEST_ANSWER)
            finally:
                response.close()
    except TooLong as error:
        raise StampFailed(f"The time-stamping authority {host} answered more than any stamp.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Not chained as text: the address may hold a key.
        kind = "could not be reached" if isinstance(error, httpx.ConnectError) else "did not answer"
        raise StampFailed(
            f"The time-stamping authority {host} {kind} within {policy.seconds:g} seconds."
        ) from error
    if response.status_code != httpx.codes.OK:
        raise StampFailed(f"The time-stamping authority {host} answered with HTTP {response.status_code}.")
    return content


def _client(policy: StampPolicy, host: str) -> httpx.Client:
    try:
        return httpx.Client(
            headers=_HEADERS,
            timeout=policy.seconds,
            follow_redirects=False,
            trust_env=not is_loopback(host),
        )
    except (ImportError, ValueError, OSError, httpx.InvalidURL):
        # Not chained: the text of the exception may hold the proxy's password.
        raise ConfigurationError(
            "The proxy or certificate settings of the environment (HTTPS_PROXY, SSL_CERT_FILE) are unusable."
        ) from None
