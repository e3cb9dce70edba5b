"""Translates every exception of httpx once, at the border; none of them gets past here.

What matters about a failed request is whether it can have had an effect, so each exception has one
of three meanings, written down in `MEANINGS`; a test fails when httpx grows one that is not in it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

import httpx

from reconcile.errors import AnswerLost, ApiError, UnexpectedAnswer, Unreachable
from reconcile.outward.answer_bounds import LONGEST_BODY, TooLong


class Meaning(Enum):
    """What a failed request means.

    NOT_SENT: nothing reached the server. LOST: it may have reached the server, and no answer came back.
    UNREADABLE: an answer came, and its transport is broken.
    """

    NOT_SENT = auto()
    LOST = auto()
    UNREADABLE = auto()


MEANINGS: Final[Mapping[type[Exception], Meaning]] = MappingProxyType(
    {
        httpx.ConnectError: Meaning.NOT_SENT,
        httpx.ConnectTimeout: Meaning.NOT_SENT,
        httpx.PoolTimeout: Meaning.NOT_SENT,
        httpx.ProxyError: Meaning.NOT_SENT,
        httpx.UnsupportedProtocol: Meaning.NOT_SENT,
        httpx.InvalidURL: Meaning.NOT_SENT,
        httpx.ReadTimeout: Meaning.LOST,
        httpx.WriteTimeout: Meaning.LOST,
        httpx.ReadError: Meaning.LOST,
        httpx.WriteError: Meaning.LOST,
        httpx.CloseError: Meaning.LOST,
        httpx.RemoteProtocolError: Meaning.LOST,
        # Ours to avoid, but it can also be raised after the head of the request is out.
        httpx.LocalProtocolError: Meaning.LOST,
        httpx.TimeoutException: Meaning.LOST,
        httpx.NetworkError: Meaning.LOST,
        httpx.ProtocolError: Meaning.LOST,
        httpx.TransportError: Meaning.LOST,
        httpx.RequestError: Meaning.LOST,
        httpx.HTTPError: Meaning.LOST,
        httpx.DecodingError: Meaning.UNREADABLE,
        httpx.TooManyRedirects: Meaning.UNREADABLE,
        httpx.HTTPStatusError: Meaning.UNREADABLE,
        httpx.CookieConflict: Meaning.UNREADABLE,
        httpx.StreamError: Meaning.UNREADABLE,
        httpx.StreamConsumed: Meaning.UNREADABLE,
        httpx.StreamClosed: Meaning.UNREADABLE,
        httpx.ResponseNotRead: Meaning.UNREADABLE,
        httpx.RequestNotRead: Meaning.UNREADABLE,
    }
)


@contextmanager
def translated(method: str, path: str, host: str) -> Iterator[None]:
    """Turn what httpx raises inside into an ApiError.

    A read gives Unreachable or UnexpectedAnswer; a write gives Unreachable when nothing was sent and
    AnswerLost in every other case. The text of the httpx exception is left out: it may hold the key.
    """
    try:
        yield
    except TooLong as error:
        raise _too_long(method, path, host) from error
    except tuple(MEANINGS) as error:
        raise _meant(error, method, path, host) from error


def meaning_of(error: Exception) -> Meaning:
    """The meaning of an exception: its own, or that of its nearest ancestor in the table."""
    return next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)


def _too_long(method: str, path: str, host: str) -> ApiError:
    size = LONGEST_BODY // 1024 // 1024
    bound = f"{host} gave more than {size} MB for {method} {path}, and it was not read on."
    if method == "GET":
        return UnexpectedAnswer(f"{bound} Check that INTROW_BASE_URL is the address of the API.")
    return AnswerLost(
        f"{bound} The change may or may not have been made: only reading the record again can tell."
    )


_CAUSES: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (httpx.ProxyError, "The proxy refused or failed: check HTTPS_PROXY, and NO_PROXY for hosts without one."),
    (
        ssl.SSLCertVerificationError,
        "Its certificate is not trusted here: name the file of the certificates to trust in SSL_CERT_FILE.",
    ),
    (ssl.SSLError, "No common way to encrypt was found: it needs TLS 1.2 or newer, and https at this port."),
    (socket.gaierror, "The name server (DNS) does not know the name: check INTROW_BASE_URL and the network."),
    (ConnectionRefusedError, "Nothing listens at this address and port: check INTROW_BASE_URL."),
    (
        httpx.TimeoutException,
        "No connection came about in time: check the network, a firewall and the proxy.",
    ),
)
"""What most likely stands in the way, and what to do about it; the first that fits counts."""


_FORGEABLE: Final = {66, 67, 68}
"""OpenSSL's numbers for certificates whose key is too short or whose signature is of a broken kind."""


def _cause_of(error: BaseException) -> str:
    causes = list(_causes(error))
    if any(isinstance(one, ssl.SSLCertVerificationError) and one.verify_code in _FORGEABLE for one in causes):
        return (
            "Its certificate is of a kind that can be forged: its key is too short, or its signature is of a "
            "kind that was broken. Its owner must renew it."
        )
    fitting = (text for kind, text in _CAUSES if any(isinstance(one, kind) for one in causes))
    return next(fitting, "Check the network, the proxy and INTROW_BASE_URL.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _meant(error: Exception, method: str, path: str, host: str) -> ApiError:
    meaning, what = meaning_of(error), f"{method} {path} ({type(error).__name__})"
    if meaning is Meaning.NOT_SENT:
        return Unreachable(
            f"{host} could not be reached for {what}, and nothing was sent. {_cause_of(error)}"
        )
    if method != "GET":
        return AnswerLost(
            f"The answer of {host} to {what} was lost. The change may or may not have been made: "
            "only reading the record again can tell."
        )
    if meaning is Meaning.LOST:
        return Unreachable(f"{host} gave no complete answer to {what}. Check the network and try again.")
    return UnexpectedAnswer(f"The answer of {host} to {what} could not be read. Try again later.")
