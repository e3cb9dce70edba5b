"""Bounds the size of what a target answers; the library `apprise` reads it whole, however long it is.

It gives no way to say how it speaks to a server, so the two classes that it does it with are replaced: for
HTTP the adapter of `requests`, for mail the reply of `smtplib`. Whoever else uses them in this process, in
another thread, has them as they are.
"""

from __future__ import annotations

import io
import smtplib
from collections.abc import Callable
from typing import IO, Any, Final

from requests import PreparedRequest, RequestException, Response, adapters, sessions

LONGEST: Final = 1 << 20
"""Bytes of an answer, unpacked; a target says in a few hundred whether it took the message."""
_PIECE: Final = 1 << 14


class _Adapter(adapters.HTTPAdapter):
    """Reads an answer as far as the bound, where the bound applies."""

    applies: Callable[[], bool]

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:  # noqa: ANN401  of urllib3
        """The answer, read already. Raises RequestException for a longer one, which the library expects."""
        if not type(self).applies():
            return super().build_response(req, resp)
        found, size = [], 0
        for piece in resp.stream(_PIECE, decode_content=True):
            size += len(piece)
            if size > LONGEST:
                resp.close()
                raise RequestException("the answer is too long")
            found.append(piece)
        response = super().build_response(req, resp)
        response.raw = io.BytesIO(b"".join(found))
        return response


class _Reply:
    """The lines of one reply of a mail server, as far as the bound."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._lines, self._left = lines, LONGEST

    def readline(self, most: int) -> bytes:
        """The next line. Raises OSError, which the library expects, where the reply is too long."""
        line = self._lines.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("the reply is too long")
        return line

    def close(self) -> None:
        """Closes what is read from."""
        self._lines.close()


def _bounded(whole: Any, applies: Callable[[], bool]) -> Any:  # noqa: ANN401  a method, as the library types it
    def getreply(mail: Any) -> Any:  # noqa: ANN401  an `SMTP`
        if not applies():
            return whole(mail)
        lines = mail.file or mail.sock.makefile("rb")
        mail.file = _Reply(lines)
        try:
            return whole(mail)
        finally:
            mail.file = lines if mail.file else None

    return getreply


def bound_answers(applies: Callable[[], bool]) -> None:
    """From now on, no answer is longer where `applies` says so of the present thread. To be called once."""
    _Adapter.applies = staticmethod(applies)
    sessions.HTTPAdapter = _Adapter  # type: ignore[attr-defined]
    smtplib.SMTP.getreply = _bounded(smtplib.SMTP.getreply, applies)  # type: ignore[method-assign]
