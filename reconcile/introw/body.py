"""Reads the body of an answer within a bound on its size, also when it is compressed.

A compressed answer of zeros unpacks to a thousand times its size, so it is unpacked here, piece by piece,
and given up as soon as it is too long.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

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
