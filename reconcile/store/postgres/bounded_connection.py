"""A connection to PostgreSQL that waits for no answer for ever.

A network may swallow what is sent and tell nobody: a firewall that forgets a connection, a proxy whose server
is gone. The time-outs of TCP do not see it where something in between still takes the bytes, and those of the
server cannot reach the client.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg.waiting import Ready

T = TypeVar("T")


class BoundedConnection(psycopg.Connection[Any]):
    """Raises psycopg.OperationalError where the server sends nothing at all for `longest_silence` seconds."""

    longest_silence: float = math.inf

    def wait(self, gen: Generator[Any, Any, T], *rest: Any, **named: Any) -> T:  # noqa: ANN401  psycopg's
        """Waits as psycopg does. After too long a silence it is closed: nobody knows its state any more."""
        return super().wait(_bounded(gen, self.longest_silence, self.close), *rest, **named)


def connected(longest_silence: float, *where: Any, **named: Any) -> BoundedConnection:  # noqa: ANN401  psycopg's
    """Connects as `psycopg.connect` does."""
    connection = BoundedConnection.connect(*where, **named)
    connection.longest_silence = longest_silence
    return connection


def _bounded(
    waiting: Generator[Any, Any, T], longest_silence: float, close: Callable[[], None]
) -> Generator[Any, Any, T]:
    try:
        wanted = next(waiting)
        heard_at = time.monotonic()
        while True:
            ready = yield wanted
            if ready != Ready.NONE:
                wanted = waiting.send(ready)
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > longest_silence:
                close()
                raise psycopg.OperationalError(f"no answer for {longest_silence:g} seconds")
    except StopIteration as end:
        result: T = end.value
        return result
