"""The connection to PostgreSQL is encrypted with a certificate that is verified, or there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from postgres_server import PASSWORD, PostgresServer, programs_of_postgres
from stamp_authority import DAY, certificate, key_pem, new_key

from reconcile.cli import run as command

FAR = datetime.now(UTC) + 30 * DAY


class Authority:
    """Somebody who signs certificates of servers, and the file of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.key = name, new_key()
        self.file = folder / f"{name}.pem"
        is_authority = (x509.BasicConstraints(ca=True, path_length=None), True)
        self.file.write_bytes(certificate(name, self.key, name, self.key, is_authority, until=FAR))

    def sign(self, host: str, until: datetime = FAR) -> tuple[bytes, bytes]:
        """A certificate for a server of this name, and its key."""
        key = new_key()
        names = (x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        return certificate(host, key, self.name, self.key, names, until=until), key_pem(key)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authorities")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder, "Ours")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of its own, since its settings are changed here."""
    programs = programs_of_postgres()
    if programs is None and os.environ.get("RECONCILE_REQUIRE_PROGRAMS"):
        pytest.fail("PostgreSQL is required here and is not installed")
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresServer.running(programs) as made:
        yield made


def migrate(
    server: PostgresServer, roots: Path, capsys: pytest.CaptureFixture[str], host: str = "localhost"
) -> tuple[int, str]:
    """What the command that makes a store says to a server under a name, with these roots trusted."""
    capsys.readouterr()
    url = f"postgresql://owner@{host}:{server.port}/{server.database()}?sslrootcert={roots}"
    code = command(["state", "migrate", "--state", url])
    return code, " ".join("".join(capsys.readouterr()).split())


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILE_STATE_PASSWORD", PASSWORD)


def test_the_certificate_of_the_server_is_verified_before_anything_is_said_to_it(
    server: PostgresServer, authority: Authority, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one test, since each step restarts the server."""
    code, said = migrate(server, authority.file, capsys)
    assert (code, "not protected by TLS. Turn TLS on at the server" in said) == (2, True), (
        "a server without TLS"
    )
    assert PASSWORD not in said

    server.encrypt(*authority.sign("localhost"))
    code, said = migrate(server, authority.file, capsys)
    assert (code, "was made, version" in said) == (0, True), said

    refusals = {
        "the name of another server": migrate(server, authority.file, capsys, "127.0.0.1"),
        "an authority that is not ours": migrate(server, Authority(folder, "Another").file, capsys),
        "no file of an authority": migrate(server, folder / "none.pem", capsys),
    }
    server.encrypt(*authority.sign("localhost", until=datetime.now(UTC) - DAY))
    refusals["a certificate that expired"] = migrate(server, authority.file, capsys)

    words = (
        "its certificate is of another server",
        "its issuer is not trusted: name that with sslrootcert",
        "the file that sslrootcert names is not there",
        "its certificate has expired, or",
    )
    for (what, (code, said)), word in zip(refusals.items(), words, strict=True):
        assert (code, word in said) == (2, True), f"{what}: {said}"
        assert "cannot be used" in said
        assert PASSWORD not in said
        assert "Traceback" not in said
