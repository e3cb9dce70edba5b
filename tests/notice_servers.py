"""Servers on loopback that take notices: a real mail server, a webhook, and the services of Slack and Teams."""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import email.policy
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.handlers import Message
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_HOSTS = ("hooks.slack.com", "prod-1.westeurope.logic.azure.com")


class _Mails(Message):
    """Keeps what arrives."""

    def __init__(self, found: list[EmailMessage]) -> None:
        super().__init__(EmailMessage)
        self.found = found

    def prepare_message(self, session: Any, envelope: Any) -> EmailMessage:  # noqa: ANN401, ARG002  the library's
        return email.message_from_bytes(envelope.content, EmailMessage, policy=email.policy.default)

    def handle_message(self, message: Any) -> None:  # noqa: ANN401  the library's
        self.found.append(message)


@contextmanager
def mail_server() -> Iterator[tuple[int, list[EmailMessage]]]:
    """A mail server on a free port, and the mails that it took."""
    found: list[EmailMessage] = []
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(lambda: SMTP(_Mails(found), hostname="localhost", loop=loop), "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], found
    finally:
        server.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


class _Posts(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; refuses while `refuses`, and answers a CONNECT with a TLS server of its own."""

    protocol_version = "HTTP/1.1"
    found: list[Any]
    tls: ssl.SSLContext | None = None
    status: list[int]

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.found.append(json.loads(self.rfile.read(size)))
        self.send_response(self.status[0])
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")
        self.close_connection = True

    def do_CONNECT(self) -> None:
        assert self.tls
        self.send_response(200)
        self.end_headers()
        with self.tls.wrap_socket(self.connection, server_side=True) as wrapped:
            self.rfile, self.wfile = wrapped.makefile("rb"), wrapped.makefile("wb", 0)  # type: ignore[assignment]
            self.handle_one_request()
            self.rfile.close()
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the library's name
        """Says nothing."""


@contextmanager
def _served(handler: type[_Posts]) -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def webhook() -> Iterator[tuple[int, list[Any], list[int]]]:
    """A webhook on a free port, what was posted to it, and the status that it answers."""
    posts: list[Any] = []
    status = [200]
    with _served(type("Posts", (_Posts,), {"found": posts, "status": status})) as port:
        yield port, posts, status


@contextmanager
def chat_services(folder: Path) -> Iterator[tuple[dict[str, str], list[Any]]]:
    """A proxy that answers in place of Slack and Teams, with a certificate that the variables make trusted."""
    authority, chain = certificate(folder, *_HOSTS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    posts: list[Any] = []
    with _served(type("Posts", (_Posts,), {"found": posts, "status": [200], "tls": context})) as port:
        yield {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "REQUESTS_CA_BUNDLE": str(authority)}, posts


def certificate(folder: Path, *hosts: str) -> tuple[Path, Path]:
    """The certificate of an authority, and a file with one that it gave to these hosts, and its key."""
    now = dt.datetime.now(dt.UTC)
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def made(name: str, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("test authority"))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(days=1))
        builder = builder.not_valid_after(now + dt.timedelta(days=1))
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
        usage = x509.KeyUsage(True, False, False, False, False, True, False, False, False)  # noqa: FBT003
        builder = builder.add_extension(extension, critical=False)
        builder = builder.add_extension(identifier, critical=False).add_extension(usage, critical=True)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return builder.add_extension(own, critical=False).sign(root, hashes.SHA256())

    authority = made("test authority", root, x509.BasicConstraints(ca=True, path_length=None))
    names = x509.SubjectAlternativeName([x509.DNSName(one) for one in hosts])
    key = leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file, chain = folder / "authority.pem", folder / "chain.pem"
    file.write_bytes(authority.public_bytes(Encoding.PEM))
    chain.write_bytes(made("services", leaf, names).public_bytes(Encoding.PEM) + key)
    return file, chain
