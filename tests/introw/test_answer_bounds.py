"""Answers that never end or swell are given up within a bound, over real sockets; the address path counts."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from reconcile.errors import AnswerLost, UnexpectedAnswer, Unreachable
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


def bomb(connection: socket.socket) -> None:
    body = gzip.compress(bytes(200 * 1024 * 1024), 9)
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


@pytest.mark.parametrize("answer", [bomb, trickle, trickling_head])
def test_a_read_gives_up_an_answer_that_has_no_end(answer: Callable[[socket.socket], None]) -> None:
    with serving(answer) as url:
        connection = Connection(url, Key("k" * 12), attempts=1, longest_answer=0.5)
        with Client(connection) as client, pytest.raises((Unreachable, UnexpectedAnswer)) as caught:
            client.list_partners()

    assert "k" * 12 not in str(caught.value)


@pytest.mark.parametrize("answer", [bomb, trickle, trickling_head])
def test_a_write_whose_answer_has_no_end_is_unknown(answer: Callable[[socket.socket], None]) -> None:
    with serving(answer) as url:
        connection = Connection(url, Key("k" * 12), attempts=1, longest_answer=0.5)
        with Client(connection) as client, pytest.raises((AnswerLost, UnexpectedAnswer)):
            client.send("PATCH", "/payouts/pay_1", {"stage": "PAID"})


def test_the_path_of_an_address_names_the_environment() -> None:
    assert origin_of("https://api.introw.io/tenant-a/api/v1/") == origin_of("https://api.introw.io/tenant-a")
    assert origin_of("https://api.introw.io/tenant-a") != origin_of("https://api.introw.io/tenant-b")
    assert origin_of("https://api.introw.io/api/v1") == "https://api.introw.io"
