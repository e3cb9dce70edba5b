"""A PostgreSQL server of the tests: Debian's programs, a temporary folder, a free port of this computer."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconcile.state_server import StateServer, place_of
from reconcile.store.postgres.team_database import PostgresDatabase

PASSWORD = "a password that is never shown"
PATIENCE = 60
"""Seconds after which a server that should have ended counts as hung."""
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
max_connections = 60
shared_buffers = 16MB
# A process is killed here, never the computer.
fsync = off
"""


def programs_of_postgres() -> Path | None:
    """The folder of the newest server's programs; Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    return Path(program).parent if program else None


def _is_alive(pid: int) -> bool:
    """Whether a process still holds anything; one that ended may wait for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class PostgresServer:
    """A server that can be stopped, killed and started again."""

    programs: Path
    folder: Path
    port: int

    @classmethod
    @contextmanager
    def running(cls, programs: Path) -> Iterator[PostgresServer]:
        """A new server, while the block lasts."""
        folder = Path(tempfile.mkdtemp(prefix="reconcile-postgres-", dir="/tmp"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = cls(programs, folder, port)
        try:
            server._make()
            server.start()
            yield server
        finally:
            server.stop("immediate")
            shutil.rmtree(folder, ignore_errors=True)

    def _make(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            shutil.chown(password, "postgres")
        options = ("--auth=scram-sha-256", "--username=owner", f"--pwfile={password}", "--no-sync")
        self._run("initdb", "-D", self.folder / "data", "--encoding=UTF8", "--locale=C.UTF-8", *options)
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_SETTINGS.format(folder=self.folder))

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        log = self.folder / "log"
        self._run("pg_ctl", "start", "-w", "-D", self.folder / "data", "-l", log, "-o", f"-p {self.port}")

    def encrypt(self, certificate: bytes, key: bytes) -> None:
        """From now on it speaks TLS with this certificate; takes a restart."""
        for name, content in (("server.crt", certificate), ("server.key", key)):
            file = self.folder / "data" / name
            file.write_bytes(content)
            file.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(file, "postgres")
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("ssl = on\n")
        self.stop()
        self.start()

    def stop(self, how: str = "fast") -> None:
        """Stops it: `fast` in good order, `immediate` as if it had crashed."""
        self._run("pg_ctl", "stop", "-w", "-D", self.folder / "data", "-m", how, check=False)

    def kill(self) -> None:
        """Kills the server and every process of it."""
        file = self.folder / "data" / "postmaster.pid"
        first = int(file.read_text(encoding="utf-8").split()[0])
        every = subprocess.run(
            ["ps", "--ppid", str(first), "-o", "pid="], capture_output=True, text=True, check=False
        ).stdout.split()
        for pid in (first, *map(int, every)):
            # A process of the server ends by itself when the first one is gone.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # A killed process that no parent has noticed yet would pass for a server that still runs.
        for left in (file, *self.folder.glob(".s.PGSQL.*")):
            left.unlink()
        end = time.monotonic() + PATIENCE
        while any(_is_alive(pid) for pid in (first, *map(int, every))):
            assert time.monotonic() < end, "a process of the server does not end"
            time.sleep(0.02)

    def _run(self, program: str, *words: object, check: bool = True) -> None:
        # The server refuses to run as root.
        who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*who, str(self.programs / program), *map(str, words)]
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        assert not check or done.returncode == 0, f"{program} ended with {done.returncode}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Runs a statement as the owner of the server."""
        import psycopg  # noqa: PLC0415  only where there is a server

        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="owner",
            password=PASSWORD,
            dbname=database,
            autocommit=True,
        ) as connection:
            found = connection.execute(statement)  # type: ignore[call-overload]
            return found.fetchall() if found.description else []

    def database(self) -> str:
        """A new database; answers its name."""
        name = f"team_{uuid.uuid4().hex[:8]}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def url(self, database: str, port: int | None = None) -> str:
        """Its URL, without the password. port: that of a proxy in front of it."""
        return f"postgresql://owner@127.0.0.1:{port or self.port}/{database}"

    def opened(
        self, database: str, folder: Path, lease: float = 30, port: int | None = None
    ) -> PostgresDatabase:
        """The database as the store opens it. folder: of this computer's notes."""
        notes, server = place_of(self.url(database, port), lease, folder / "servers")
        assert isinstance(server, StateServer)
        return PostgresDatabase(server, PASSWORD, notes)
