"""Turns an answer that is not 2xx into the error it means, as one sentence a person can act on.

Only the status decides (introw-api.md 2.18); the body completes the message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

import httpx

from reconcile.errors import (
    AnswerLost,
    ApiError,
    CreditsExhausted,
    KeyRefused,
    NotFound,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerFailed,
    UnexpectedAnswer,
)
from reconcile.introw.answer import Answer
from reconcile.introw.connection import Connection
from reconcile.introw.error_text import named_scope, safe_text, server_words
from reconcile.introw.pacing import asked_delay
from reconcile.introw.status import Status, credits_reset

_KINDS: Final = {"payouts": "payout", "commission-lines": "commission line", "partners": "partner"}
_SCOPES: Final = {"payouts": "commissions", "commission-lines": "commissions", "partners": "partners"}
_KEYS_PAGE: Final = "Introw under Settings > Developers > API keys"


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An answer without success and all that its sentence may need."""

    answer: Answer
    connection: Connection
    status: Status
    now: datetime
    words: str

    @property
    def what(self) -> str:
        return f"{self.answer.method} {self.answer.path}"


def error_for(answer: Answer, connection: Connection, status: Status, now: datetime) -> ApiError:
    """The error that an answer without success means; `now` tells when the credits come back."""
    words = server_words(answer.content, connection.key)
    kind, sentence = _meaning(answer)
    text = sentence(_Refusal(answer, connection, status, now, words))
    said = f" The server says: {words.rstrip('.')}." if words else ""
    return kind(text + said, answer.status)


def needed_scope(method: str, path: str) -> str | None:
    """The scope that an endpoint needs (introw-api.md 2); None for an endpoint that we do not know."""
    family = _SCOPES.get(path.split("/")[1])
    return f"{family}:{'read' if method == 'GET' else 'write'}" if family else None


def _meaning(answer: Answer) -> tuple[type[ApiError], Callable[[_Refusal], str]]:
    code = answer.status
    if code in _BY_STATUS:
        return _BY_STATUS[code]
    if 300 <= code < 400 and answer.method != "GET":
        # Whoever stands before the server may redirect after the write was carried out.
        return AnswerLost, _moved
    if 300 <= code < 400:
        return UnexpectedAnswer, _redirected
    # 408 comes from whoever stands before the server, and does not say how far the request got.
    if 400 <= code < 500 and code != 408:
        return Refused, _refused
    return ServerFailed, _failed


def _bad_key(refusal: _Refusal) -> str:
    return (
        f"{refusal.connection.host} refused the API key (401): it is wrong, expired or revoked. "
        f"Make a new one in {_KEYS_PAGE} and set INTROW_API_KEY."
    )


def _out_of_credits(refusal: _Refusal) -> str:
    left, limit = refusal.status.credits_remaining, refusal.status.credits_limit
    budget = "" if left is None else f" {left} left" + ("" if limit is None else f" of {limit}") + "."
    return (
        f"The month's API credits do not cover {refusal.what} (402), which had no effect.{budget} "
        f"They come back on {credits_reset(refusal.now):%Y-%m-%d} at 00:00 UTC; ask Introw for more."
    )


def _out_of_scope(refusal: _Refusal) -> str:
    answer = refusal.answer
    scope = named_scope(answer.content, refusal.words) or needed_scope(answer.method, answer.path)
    lacks = f"lacks the scope {scope}" if scope else "lacks a scope"
    single = len(answer.path.split("/")) > 2
    hidden = " If other records can be read, this one is hidden from the key." if single else ""
    return f"The API key {lacks} for {refusal.what} (403). Make a key with it in {_KEYS_PAGE}.{hidden}"


def _missing(refusal: _Refusal) -> str:
    parts = [unquote(part) for part in refusal.answer.path.split("/")[1:]]
    kind = _KINDS.get(parts[0])
    if kind and len(parts) > 1:
        return f"There is no {kind} {parts[1]} in this organisation ({refusal.answer.status})."
    return f"There is no {refusal.answer.path} at {refusal.connection.url} (404). Check INTROW_BASE_URL."


def _too_many(refusal: _Refusal) -> str:
    wait = asked_delay(refusal.answer.headers, refusal.now)
    when = "later" if wait is None else f"in {wait:.0f} seconds"
    return (
        f"{refusal.connection.host} answered {refusal.what} with 429 (too many requests) and did nothing. "
        f"Something else may be using the same key; try again {when}."
    )


def _moved(refusal: _Refusal) -> str:
    return (
        f"{refusal.what} was answered with a redirect ({refusal.answer.status}), which is not followed: the "
        "change may or may not have been made. Check INTROW_BASE_URL."
    )


def _redirected(refusal: _Refusal) -> str:
    answer, connection = refusal.answer, refusal.connection
    try:
        target = httpx.URL(answer.headers.get("location", "")).host
    except httpx.InvalidURL:
        target = ""
    target = safe_text(target, connection.key) or connection.host
    return (
        f"{refusal.what} was answered with {answer.status}; refused to follow the redirect to host {target}, "
        f"since the key goes to {connection.host} only. Check INTROW_BASE_URL."
    )


def _refused(refusal: _Refusal) -> str:
    return f"{refusal.what} was not accepted ({refusal.answer.status}), and nothing was changed."


def _failed(refusal: _Refusal) -> str:
    effect = "" if refusal.answer.method == "GET" else " The change may or may not have been made."
    return f"{refusal.connection.host} failed on {refusal.what} ({refusal.answer.status}).{effect}"


_BY_STATUS: Final[Mapping[int, tuple[type[ApiError], Callable[[_Refusal], str]]]] = MappingProxyType(
    {
        401: (KeyRefused, _bad_key),
        402: (CreditsExhausted, _out_of_credits),
        403: (ScopeMissing, _out_of_scope),
        404: (NotFound, _missing),
        410: (NotFound, _missing),
        429: (RateLimited, _too_many),
    }
)
