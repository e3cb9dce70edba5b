"""Answers that never end or swell are given up within a bound, over real sockets; the address path counts."""

from __future__ import annotations

import socket

import pytest
from endless_answers import ENDLESS, Sent, serving

from reconcile.errors import AnswerLost, UnexpectedAnswer, Unreachable
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key, origin_of


@pytest.mark.parametrize("answer", ENDLESS)
def test_a_read_gives_up_an_answer_that_has_no_end(answer: Sent) -> None:
    with serving(lambda connection, _: answer(connection)) as url:
        connection = Connection(url, Key("k" * 12), attempts=1, longest_answer=0.5)
        with Client(connection) as client, pytest.raises((Unreachable, UnexpectedAnswer)) as caught:
            client.list_partners()

    assert "k" * 12 not in str(caught.value)


@pytest.mark.parametrize("answer", ENDLESS)
def test_a_write_whose_answer_has_no_end_is_unknown(answer: Sent) -> None:
    with serving(lambda connection, _: answer(connection)) as url:
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

    def redirect(connection: socket.socket, _: bytes) -> None:
        asked.append(status)
        head = f"HTTP/1.1 {status} Moved\r\nLocation: /api/v1/payouts/pay_2\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())

    with serving(redirect) as url:
        connection = Connection(url, Key("k" * 12), attempts=1)
        with Client(connection) as client, pytest.raises(AnswerLost, match="may or may not have"):
            client.send("PATCH", "/payouts/pay_1", {"stage": "PAID"})

    assert asked == [status]
