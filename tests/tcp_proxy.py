"""A TCP proxy of the tests: it delays what goes through it, or holds it back without closing anything."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class TcpProxy:
    """Stands before a server of this computer. delay: seconds by which each way takes longer."""

    target: int
    delay: float = 0
    port: int = field(init=False, default=0)
    _flowing: threading.Event = field(init=False, default_factory=threading.Event)
    _open: list[socket.socket] = field(init=False, default_factory=list)

    @contextmanager
    def running(self) -> Iterator[TcpProxy]:
        """Takes connections while the block lasts."""
        self._flowing.set()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
            try:
                yield self
            finally:
                self._flowing.set()
                with suppress(OSError):
                    listening.shutdown(socket.SHUT_RDWR)
                for one in self._open:
                    one.close()

    def cut(self) -> None:
        """From now on nothing comes through, and nobody is told."""
        self._flowing.clear()

    def mend(self) -> None:
        """What was held back comes through."""
        self._flowing.set()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = socket.create_connection(("127.0.0.1", self.target))
                for one in (here, there):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [here, there]
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._flowing.wait()
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
