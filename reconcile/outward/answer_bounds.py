"""Bounds an answer: its size, also when it is compressed, and its whole time.

A compressed answer of zeros unpacks to a thousand times its size, so it is unpacked here, piece by piece,
and given up as soon as it is too long. A server that sends a byte now and then never runs into a time-out:
when the whole time is over, the sockets of the client are shut down, so that the waiting read fails at once.
That holds for the head of an answer as well, which nothing else can interrupt.
"""

from __future__ import annotations

import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx

LONGEST_BODY: Final = 64 * 1024 * 1024
"""Bytes of one answer, unpacked; a page of 1,000 lines takes less than one of these megabytes."""
ACCEPTED: Final = "gzip, deflate"
_PIECE: Final = 1 << 18

Unpack = Callable[[bytes], Iterator[bytes]]


class TooLong(Exception):
    """The body is longer than the bound."""


def read_body(response: httpx.Response, longest: int = LONGEST_BODY) -> bytes:
    """The unpacked body. Raises TooLong, and httpx.DecodingError for one that cannot be unpacked."""
    if response.is_stream_consumed:
        return response.content
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    parts: list[bytes] = []
    size = 0
    for raw in response.iter_raw():
        for part in unpack(raw):
            size += len(part)
            if size > longest:
                raise TooLong
            parts.append(part)
    return b"".join(parts)


def _unpacker(encoding: str) -> Unpack:
    name = encoding.strip().casefold()
    if name in ("", "identity"):
        return lambda raw: iter((raw,))
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflate().pieces
    # Not shown: the header is the server's own text.
    raise httpx.DecodingError("the answer is packed in a way that was not accepted")


class _Inflate:
    """Unpacks gzip and both kinds of deflate, a bounded piece at a time."""

    def __init__(self) -> None:
        self._begun = False
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """What a piece of the body unpacks to."""
        while raw:
            part = self._unpacked(raw)
            self._begun = True
            if part:
                yield part
            raw = self._unpacker.unconsumed_tail

    def _unpacked(self, raw: bytes) -> bytes:
        try:
            return self._unpacker.decompress(raw, _PIECE)
        except zlib.error as error:
            if self._begun:
                raise httpx.DecodingError("the answer cannot be unpacked") from error
        # Some servers send deflate without its header.
        self._begun, self._unpacker = True, zlib.decompressobj(-zlib.MAX_WBITS)
        return self._unpacked(raw)


class Deadline:
    """Watches what is asked of a server, one question at a time. seconds: the longest of an answer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sockets: list[socket.socket] = []
        self._timer: threading.Timer | None = None
        self.is_over = False

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Shuts the connections down when what is inside takes too long, from its beginning on."""
        try:
            yield
        finally:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            self.is_over = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by httpx of each step of a request, the first of which begins it."""
        self.begin()
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self.watch(found)

    def begin(self) -> None:
        """Lets the time run, unless it does."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._shut)
            self._timer.daemon = True
            self._timer.start()

    def watch(self, connection: socket.socket) -> None:
        """Remembers a connection. One made after the time is shut: a host may have many addresses."""
        self._sockets = [one for one in self._sockets if one.fileno() >= 0] + [connection]
        if self.is_over:
            self._shut()

    def _shut(self) -> None:
        self.is_over = True
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
