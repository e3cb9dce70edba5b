"""Runs a sandbox: uvicorn in a thread of its own, on 127.0.0.1 and nowhere else."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.exc import DatabaseError
from starlette.types import ASGIApp

from reconcile.sandbox.api.app import create_app
from reconcile.sandbox.api.dropped_connections import ClosableProtocol
from reconcile.sandbox.api.faults import Fault, Faults
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.records.store import Store
from reconcile.sandbox.seed import Seed, SeedError, make_seed, read_seed

HOST = "127.0.0.1"
_PATIENCE = 10.0


class _Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and stops as soon as it is told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1.0)

    def stop(self) -> None:
        """Stop from another thread."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stop.set)


@contextmanager
def running(
    seed: Path | Mapping[str, Any] | Seed,
    choices: Choices | None = None,
    port: int = 0,
    *,
    db: Path | None = None,
    faults: Iterable[Fault] = (),
    listener: socket.socket | None = None,
) -> Iterator[str]:
    """Run a sandbox and give its base URL; port 0 picks a free one.

    listener: a socket that listens already. It stays open, so that another sandbox can have the same address.
    Raises SeedError when the seed or the database file cannot be used, and OSError when the port is taken.
    """
    choices = choices or Choices()
    with listener.dup() if listener else socket.create_server((HOST, port)) as listening:
        store = _opened(db, seed, choices)
        try:
            app = create_app(store, choices, Faults(faults))
            with _serving(app, listening):
                yield f"http://{HOST}:{listening.getsockname()[1]}"
        finally:
            store.close()


def _opened(db: Path | None, seed: Path | Mapping[str, Any] | Seed, choices: Choices) -> Store:
    try:
        return Store(db, lambda: _seed(seed), choices)
    except DatabaseError as error:
        raise SeedError(
            f"The file {db} cannot be used as the sandbox's database. Choose another with --db."
        ) from error


def _seed(seed: Path | Mapping[str, Any] | Seed) -> Seed:
    if isinstance(seed, Seed):
        return seed
    return read_seed(seed) if isinstance(seed, Path) else make_seed(seed)


@contextmanager
def _serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    server = _Server(
        uvicorn.Config(
            app,
            http=ClosableProtocol,
            ws="none",
            lifespan="off",
            proxy_headers=False,  # the client's address must stay the one of its connection
            access_log=False,
            log_config=None,
            log_level="critical",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener])), name="sandbox", daemon=True
    )
    thread.start()
    if not server.ready.wait(_PATIENCE):
        raise RuntimeError("The sandbox did not start.")
    try:
        yield
    finally:
        server.stop()
        thread.join(_PATIENCE)
