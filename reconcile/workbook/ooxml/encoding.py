"""Gives the XML of a part in UTF-8, in which all parts are read; some programs write UTF-16."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, Final

_UTF_16: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_DECLARATION: Final = re.compile(rb"\A\s{0,64}<\?xml[^>]{0,200}\?>")
_CHUNK: Final = 1 << 16


def utf_8_stream(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself, or one that gives its UTF-16 as UTF-8 without the declaration."""
    start = stream.read(2)
    stream.seek(0)
    encoding = _UTF_16.get(start)
    return stream if encoding is None else io.BufferedReader(_Recoded(stream, encoding))


def utf_8(content: bytes) -> bytes:
    """The same for the whole content of a part."""
    return content if content[:2] not in _UTF_16 else utf_8_stream(io.BytesIO(content)).read()


class _Recoded(io.RawIOBase):
    """Reads a stream in another encoding, piece by piece, in UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = _DECLARATION.sub(b"", self._next(), count=1)

    def _next(self) -> bytes:
        chunk = self._stream.read(_CHUNK)
        return self._decoder.decode(chunk, final=not chunk).encode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._ready = self._ready or self._next()
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()
