"""Answers that never end or swell are given up within a bound, over real sockets; the address path counts."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

import pytest

from reconcile.errors import AnswerLost, UnexpectedAnswer, Unreachable
from reconcile.introw.answer_bounds import LONGEST_BODY
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key, origin_of

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and then sends what `answer` sends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65536)
                        answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        thread.join()


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


@pytest.mark.parametrize("answer", ENDLESS)
def test_a_read_gives_up_an_answer_that_has_no_end(answer: Callable[[socket.socket], None]) -> None:
    with serving(answer) as url:
        connection = Connection(url, Key("k" * 12), attempts=1, longest_answer=0.5)
        with Client(connection) as client, pytest.raises((Unreachable, UnexpectedAnswer)) as caught:
            client.list_partners()

    assert "k" * 12 not in str(caught.value)


@pytest.mark.parametrize("answer", ENDLESS)
def test_a_write_whose_answer_has_no_end_is_unknown(answer: Callable[[socket.socket], None]) -> None:
    with serving(answer) as url:
        connection = Connection(url, Key("k" * 12), attempts=1, longest_answer=0.5)
        with Client(connection) as client, pytest.raises((AnswerLost, UnexpectedAnswer)):
            client.send("PATCH", "/payouts/pay_1", {"stage": "PAID"})


def test_the_path_of_an_address_names_the_environment() -> None:
    assert origin_of("https://api.introw.io/tenant-a/api/v1/") == origin_of("https://api.introw.io/tenant-a")
    assert origin_of("https://api.introw.io/tenant-a") != origin_of("https://api.introw.io/tenant-b")
    assert origin_of("https://api.introw.io/api/v1") == "https://api.introw.io"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_write_that_is_redirected_is_unknown_and_goes_nowhere_else(status: int) -> None:
    asked = []

    def redirect(connection: socket.socket) -> None:
        asked.append(status)
        head = f"HTTP/1.1 {status} Moved\r\nLocation: /api/v1/payouts/pay_2\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())

    with serving(redirect) as url:
        connection = Connection(url, Key("k" * 12), attempts=1)
        with Client(connection) as client, pytest.raises(AnswerLost, match="may or may not have"):
            client.send("PATCH", "/payouts/pay_1", {"stage": "PAID"})

    assert asked == [status]
