"""Lets the library `requests`, which Authlib speaks through, send by the one way that is bounded."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from reconcile.outward.ask import asked


class Bounded(BaseAdapter):
    """Carries one request at a time. seconds: the longest of an answer. longest: its bytes, unpacked."""

    def __init__(self, seconds: float, longest: int) -> None:
        super().__init__()
        self._seconds = seconds
        self._longest = longest

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:  # noqa: ANN401  the library's
        """The answer to a request. Raises NoReply and ConfigurationError."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes)
        reply = asked(
            request.method or "GET",
            request.url or "",
            headers={name: _text(value) for name, value in request.headers.items()},
            content=body,
            seconds=self._seconds,
            longest=self._longest,
        )
        response = Response()
        response.request, response.url, response.status_code = request, request.url or "", reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response.raw = BytesIO(reply.content)
        return response

    def close(self) -> None:
        """Nothing stays open."""


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
