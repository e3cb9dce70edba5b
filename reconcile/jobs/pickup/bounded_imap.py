"""IMAP over TLS whose answers have a size and a whole time: the library bounds neither.

The library reads a literal of any size that a server announces, and waits anew after every byte.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from reconcile.outward.answer_bounds import Deadline

_LARGEST: Final = 4 << 20
"""Bytes of an answer that carries no mail; the numbers of 5,000 mails take a hundredth of it."""

_LONGEST_PAUSE: Final = 30


class OverBound(Exception):
    """An answer is too large or takes too long; says which, as what follows the name of the server."""


class BoundedImap(imaplib.IMAP4_SSL):
    """One connection. seconds: the longest that one answer may take. Raises OverBound, besides its own."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, seconds: float) -> None:
        self._seconds = seconds
        self._deadline = Deadline(seconds)
        self._left = _LARGEST
        with self.bounded():
            super().__init__(host, port, ssl_context=context, timeout=min(seconds, _LONGEST_PAUSE))

    @contextmanager
    def bounded(self, more: int = 0) -> Iterator[None]:
        """One question and its answer. more: bytes of mails that are in it at most."""
        self._left = _LARGEST + more
        try:
            with self._deadline.kept():
                self._deadline.begin()
                try:
                    yield
                finally:
                    is_over = self._deadline.is_over
        except (OSError, ValueError, imaplib.IMAP4.error) as error:
            if is_over:
                raise OverBound(f"did not answer within {self._seconds:g} seconds") from error
            raise

    def open(self, host: str = "", port: int | None = 993, timeout: Any = None) -> None:  # noqa: ANN401  the library's
        """Connects, and lets the connection be shut when an answer takes too long."""
        super().open(host, port or 993, timeout)
        self._deadline.watch(self.sock)

    def leave(self) -> None:
        """Says goodbye, and closes the connection whatever is answered."""
        with suppress(Exception), self.bounded():
            self.logout()
        with suppress(OSError):
            self.shutdown()

    def read(self, size: int) -> bytes:
        """So many bytes, where the answer may have them."""
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        """A line, where the answer may have it."""
        line = super().readline()
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OverBound("answers more than was asked for")
