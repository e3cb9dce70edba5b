"""Serves the desk: uvicorn on one address, until the process is told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from reconcile.desk.app import create_app
from reconcile.desk.family import Desk
from reconcile.desk.security.guard import LARGEST_BODY
from reconcile.errors import ConfigurationError

__all__ = ["LARGEST_BODY", "listening", "serve"]

_ENDING_SECONDS = 3


def listening(host: str, port: int) -> socket.socket:
    """A socket that people's browsers connect to; port 0 picks a free one. Raises ConfigurationError."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"{host}, port {port} cannot be used ({error.strerror or error}). Choose with --host and --port."
        ) from error
    # Its connections have it, too. asyncio sets it only for sockets of an explicit protocol number, and
    # without it every page waits 40 ms for an acknowledgement between its head and its body.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """A server that says when it listens. ready: called once, then."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(desk: Desk, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serves until SIGINT or SIGTERM, and returns, so that what was opened for the desk is closed."""
    config = uvicorn.Config(
        create_app(desk),
        ws="none",
        lifespan="on",
        proxy_headers=False,  # who asks is decided by the cookie, never by what a proxy says
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="error",
        timeout_graceful_shutdown=_ENDING_SECONDS,
    )
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # The server sends itself the signal again when it has ended; it is heard here.
        with suppress(KeyboardInterrupt):
            _Server(config, ready).run([listener])
    finally:
        signal.signal(signal.SIGTERM, before)
