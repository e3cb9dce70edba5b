"""Bounds the whole time of an answer: a server that sends a byte now and then never runs into a time-out.

When the time is over, the sockets of the client are shut down, so that the waiting read fails at once. That
holds for the head of an answer as well, which nothing else can interrupt.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any


class Deadline:
    """Watches the requests of one client, one at a time. seconds: the longest that an answer may take."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sockets: list[socket.socket] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Shuts the connections down when what is inside takes too long."""
        timer = threading.Timer(self._seconds, self._shut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by httpx of each step of a request; remembers the connections that are made."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets = [one for one in self._sockets if one.fileno() >= 0] + [found]

    def _shut(self) -> None:
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
