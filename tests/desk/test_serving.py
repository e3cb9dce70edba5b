"""The door of the desk."""

from __future__ import annotations

import socket

import pytest

from reconcile.desk.serving import listening
from reconcile.errors import ConfigurationError


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_no_answer_waits_for_an_acknowledgement_between_its_head_and_its_body(host: str) -> None:
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 on this computer")
    with listening(host, 0) as door, socket.create_connection(door.getsockname()[:2]):
        connection, _ = door.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with listening("127.0.0.1", 0) as door:
        port = door.getsockname()[1]

        with pytest.raises(
            ConfigurationError, match=rf"127\.0\.0\.1, port {port} cannot be used .*--host and --port"
        ):
            listening("127.0.0.1", port)
