"""Answers over real sockets that never end or swell, and a server that sends them."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

from cli_session import PATIENCE

from reconcile.outward.answer_bounds import LONGEST_BODY

Answer = Callable[[socket.socket, bytes], None]
Sent = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def listening(talk: Sent) -> Iterator[int]:
    """A server that talks to whoever connects; its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = door.accept()
                    threading.Thread(target=_talked, args=(connection, talk), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        over.set()
        thread.join()


def _talked(connection: socket.socket, talk: Sent) -> None:
    with suppress(OSError), connection:
        connection.settimeout(PATIENCE)
        talk(connection)


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server that reads a whole request and then sends what `answer` sends to it."""

    def talk(connection: socket.socket) -> None:
        if request := _request(connection):
            answer(connection, request)

    with listening(talk) as port:
        yield f"http://127.0.0.1:{port}"


def _request(connection: socket.socket) -> bytes:
    """A request with its body, as long as its head says."""
    found = b""
    while b"\r\n\r\n" not in found and (piece := connection.recv(65536)):
        found += piece
    head, _, body = found.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: ([0-9]+)", head)
    while length and len(body) < int(length[1]) and (piece := connection.recv(65536)):
        body += piece
    return head


@cache
def packed(form: int) -> bytes:
    """Zeros beyond the bound, packed. form: as zlib names gzip and both kinds of deflate."""
    packing = zlib.compressobj(1, zlib.DEFLATED, form)
    return packing.compress(bytes(LONGEST_BODY + (1 << 20))) + packing.flush()


def bomb(connection: socket.socket) -> None:
    body = packed(zlib.MAX_WBITS | 16)
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\n" + f"Content-Length: {len(body)}\r\n\r\n".encode())
    connection.sendall(body)


def trickle(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.05)


def trickling_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(200):
        connection.sendall(b"a")
        time.sleep(0.05)


def packed_twice(connection: socket.socket) -> None:
    body = gzip.compress(packed(zlib.MAX_WBITS | 16))
    connection.sendall(HEAD + b"Content-Encoding: gzip, gzip\r\n")
    connection.sendall(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def raw_deflate(connection: socket.socket) -> None:
    body = packed(-zlib.MAX_WBITS)
    connection.sendall(HEAD + b"Content-Encoding: deflate\r\n")
    connection.sendall(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def early_hints(connection: socket.socket) -> None:
    for _ in range(10_000):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n")
        time.sleep(0.001)


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        connection.sendall(f"X-{number}: a\r\n".encode())


def small_chunks(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(1_000_000):
        connection.sendall(b"1\r\n \r\n")


ENDLESS = [
    bomb, trickle, trickling_head, packed_twice, raw_deflate, early_hints, endless_head, small_chunks,
]  # fmt: skip
