"""The key goes only over TLS 1.2 or newer, to a trusted certificate that cannot be forged: tried on real servers."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconcile.errors import ReconcileError, UnexpectedAnswer, Unreachable
from reconcile.introw.client import Client
from reconcile.introw.connection import Connection, Key

CERTIFICATES = Path(__file__).with_name("certificates")
"""Each with its private key, made for these tests alone: `good` of 2,048 bits, `weak` of 1,024."""
SECRET = "s3cret-k3y-0000"
NEW, OLD = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_1
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Heard:
    """What a server was told after the handshake, and over which version of TLS. url: where it listens."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    versions: list[str | None] = field(default_factory=list)


@contextmanager
def serving(certificate: str, newest: ssl.TLSVersion) -> Iterator[Heard]:
    """A server on this computer that offers TLS up to a version, and every cipher that was ever allowed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = newest
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        heard = Heard(f"https://127.0.0.1:{listening.getsockname()[1]}")
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection, context.wrap_socket(connection, server_side=True) as encrypted:
                        heard.versions.append(encrypted.version())
                        heard.requests.append(encrypted.recv(65536))
                        encrypted.sendall(ANSWER)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            over.set()
            thread.join()


def ask(heard: Heard) -> None:
    with Client(Connection(heard.url, Key(SECRET), attempts=1)) as client:
        client.list_partners()


@pytest.fixture
def trusted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a certificate that this computer trusts, as a company's own authority is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / f"{request.param}.pem"))
    return str(request.param)


@pytest.mark.parametrize("trusted", ["good"], indirect=True)
def test_a_server_with_a_trusted_certificate_is_asked_over_a_new_tls(trusted: str) -> None:
    with serving(trusted, NEW) as heard, pytest.raises(UnexpectedAnswer):
        ask(heard)

    assert SECRET.encode() in heard.requests[0]
    assert heard.versions[0] in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize(
    ("trusted", "newest", "sentence"),
    [
        ("good", OLD, "No common way to encrypt was found: it needs TLS 1.2 or newer"),
        ("weak", NEW, "Its certificate is of a kind that can be forged: its key is too short"),
    ],
    ids=["TLS 1.1", "a key of 1,024 bits"],
    indirect=["trusted"],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_what_can_be_broken_is_refused_in_a_sentence_and_hears_no_key(
    trusted: str, newest: ssl.TLSVersion, sentence: str
) -> None:
    with serving(trusted, newest) as heard, pytest.raises(Unreachable, match=sentence) as caught:
        ask(heard)

    assert heard.requests == []
    assert SECRET not in str(caught.value)


def test_a_certificate_that_nobody_trusts_is_refused_and_hears_no_key() -> None:
    with serving("good", NEW) as heard, pytest.raises(ReconcileError, match="is not trusted here"):
        ask(heard)

    assert heard.requests == []
