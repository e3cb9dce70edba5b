"""A uvicorn protocol whose connections the application can close without an answer.

ASGI has no way to say "close", so this protocol remembers the transport of each connection under
its two addresses, which every request carries in its scope.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_Ends = tuple[Any, Any]
_open: dict[_Ends, asyncio.Transport] = {}


class ClosableProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with its transports within reach."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport of a new connection."""
        super().connection_made(transport)
        # asyncio does this only for sockets made with an explicit protocol number. Without it,
        # every answer waits 40 ms for an acknowledgement between its head and its body.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ends = (transport.get_extra_info("peername"), transport.get_extra_info("sockname"))
        _open[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection that has ended."""
        _open.pop(self._ends, None)
        super().connection_lost(exc)


async def close(scope: Scope, receive: Receive) -> None:
    """Close the connection of a request, after what was already sent, and wait until it is closed.

    Without the wait uvicorn would find the answer missing and send a 500 of its own.
    """
    ends = (tuple(scope["client"]), tuple(scope["server"]))
    if transport := _open.get(ends):  # gone when the client hung up first
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
