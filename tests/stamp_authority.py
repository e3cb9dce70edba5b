"""A time-stamping authority of the tests: `openssl ts -reply` behind a small server on this computer."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    subject: str,
    key: EllipticCurvePrivateKey,
    issuer: str,
    by: EllipticCurvePrivateKey,
    *extensions: tuple[x509.ExtensionType, bool],
    until: datetime,
) -> bytes:
    """A certificate in PEM, valid from two years before today."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - 730 * DAY)
        .not_valid_after(until)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM)


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class Authority:
    """An authority with its files in a folder. until: of its certificate. questions, headers: as they came."""

    folder: Path
    until: datetime = field(default_factory=lambda: datetime.now(UTC) + 30 * DAY)
    questions: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    fault: str = ""
    port: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        root, signer = new_key(), new_key()
        far = datetime.now(UTC) + 3650 * DAY
        is_root = (x509.BasicConstraints(ca=True, path_length=None), True)
        is_signer = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        self.roots.write_bytes(certificate("Root", root, "Root", root, is_root, until=far))
        made = certificate("Stamps", signer, "Root", root, is_signer, until=self.until)
        (self.folder / "tsa.pem").write_bytes(made)
        (self.folder / "tsa.key").write_bytes(key_pem(signer))
        (self.folder / "serial").write_text("01\n", encoding="ascii")
        (self.folder / "tsa.cnf").write_text(_CONFIG.format(folder=self.folder), encoding="utf-8")

    @cached_property
    def roots(self) -> Path:
        """The file with its root certificate."""
        return self.folder / "root.pem"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsr"

    @property
    def settings(self) -> str:
        """The section of the settings."""
        return f'\n[timestamp]\nurl = "{self.url}"\nroots = "{self.roots}"\n'

    def answer(self, question: bytes) -> bytes:
        """What openssl answers to a question."""
        asked, answered = self.folder / "question.tsq", self.folder / "answer.tsr"
        asked.write_bytes(question)
        openssl(
            "ts",
            "-reply",
            "-config",
            self.folder / "tsa.cnf",
            "-section",
            "here",
            "-queryfile",
            asked,
            "-out",
            answered,
        )
        return answered.read_bytes()

    def faulty_answer(self, question: bytes) -> tuple[int, bytes]:
        """Status and content of what is answered with the fault that it has."""
        answers: dict[str, Callable[[], tuple[int, bytes]]] = {
            "refused": lambda: (500, b"<html>down"),
            "page": lambda: (200, b"<html>sign in first</html>"),
            "long": lambda: (200, b"x" * 10_000_000),
            "moved": lambda: (302, b""),
            "no nonce": lambda: (200, self.answer(self.without_nonce(question))),
            "another": lambda: (200, self.stamp(b"another head")),
            "": lambda: (200, self.answer(question)),
        }
        return answers[self.fault]()

    def without_nonce(self, question: bytes) -> bytes:
        """A question of the same hash that has no nonce; the hash stands behind its tag and length."""
        digest = question[question.index(b"\x04\x20") + 2 :][:32]
        asked = self.folder / "plain.tsq"
        openssl("ts", "-query", "-digest", digest.hex(), "-sha256", "-no_nonce", "-cert", "-out", asked)
        return asked.read_bytes()

    def stamp(self, content: bytes) -> bytes:
        """A stamp over a text."""
        file, asked = self.folder / "stamped", self.folder / "own.tsq"
        file.write_bytes(content)
        openssl("ts", "-query", "-data", file, "-sha256", "-cert", "-out", asked)
        return self.answer(asked.read_bytes())


def openssl(*arguments: str | Path) -> str:
    """What a command of openssl prints."""
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """Answers questions on a free port until the block ends, with the fault that the authority has."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["content-length"]))
            authority.questions.append(question)
            authority.headers.append(dict(self.headers.items()))
            if authority.fault == "slow":
                self._drip()
                return
            status, content = authority.faulty_answer(question)
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _drip(self) -> None:
            """A byte now and then, so that no time-out between two bytes ends it."""
            self.send_response(200)
            self.send_header("content-length", "10000")
            self.end_headers()
            for _ in range(1000):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
