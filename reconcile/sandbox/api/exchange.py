"""Whole bodies in and whole answers out, in terms of ASGI."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import Receive, Send

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Answer:
    """A complete answer; `delay` sends it so many seconds late, `cut` only so many bytes of its body."""

    status: int
    headers: Headers
    body: bytes
    cut: int | None = None
    delay: float = 0.0


def encoded(headers: dict[str, str]) -> Headers:
    """Write headers as ASGI has them."""
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def html_headers(answer: Answer) -> Headers:
    """Keep our own headers of an answer, and call its body HTML."""
    kept = tuple(pair for pair in answer.headers if pair[0].startswith(b"x-"))
    return (*kept, (b"content-type", b"text/html"))


async def whole_body(receive: Receive) -> bytes | None:
    """Read the whole body, or None when the client hung up before it had said all."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer with its true length, so that a cut body is seen to be cut."""
    await asyncio.sleep(answer.delay)
    kept = tuple(pair for pair in answer.headers if pair[0] != b"content-length")
    headers = [*kept, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = answer.body if answer.cut is None else answer.body[: answer.cut]
    await send({"type": "http.response.body", "body": body, "more_body": answer.cut is not None})
