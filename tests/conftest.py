"""What every test may use: a cli with a sandbox behind it, and programs that must be there in the gate."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cli_session import CliSession, full_month, short_month
from complaint_rounds import Round
from hypothesis import settings
from libreoffice import Converter
from postgres_server import PostgresServer, programs_of_postgres

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.seed import Seed
from reconcile.sandbox.server import running

# A busy machine must not fail a test: none has a time of its own.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


MEMORY = Path("/dev/shm")
"""A folder that Linux keeps in memory."""
ROOM = 4 * 2**30
"""Bytes that must be free there; a run of all tests takes less than half of it."""


def pytest_configure() -> None:
    """Gives programs that tests start their Ctrl-C, and keeps the folders of the tests in memory."""
    _take_interrupts()
    _keep_in_memory()


def _take_interrupts() -> None:
    """A shell starts what it starts in the background with Ctrl-C ignored, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _keep_in_memory() -> None:
    """The state store waits for the disk at every commit."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return
    facts = os.statvfs(MEMORY)
    # Some tests run programs from their folder.
    if facts.f_bavail * facts.f_frsize >= ROOM and not facts.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was collected stays to the end: without this, each full garbage collection walks through all of it."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the settings of the person who runs it, or writes to that person's folders."""
    names = ("INTROW_API_KEY", "INTROW_BASE_URL", "RECONCILE_CONFIG", "RECONCILE_STATE", "NO_COLOR")
    signing = ("RECONCILE_SIGNING_KEY", "RECONCILE_KEY_PASSPHRASE")
    for name in (*names, *signing, "RECONCILE_STATE_PASSWORD", "RECONCILE_NOTIFY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "no-state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server_month(request: pytest.FixtureRequest) -> Seed:
    """What servers begin with: a short month, or the whole sample month for tests that are marked so."""
    return full_month() if request.node.get_closest_marker("full_month") else short_month()


@pytest.fixture
def open_cli(
    server_month: Seed, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Choices], CliSession]]:
    """Opens a cli on a server with the given choices."""
    with ExitStack() as stack:

        def opened(choices: Choices) -> CliSession:
            url = stack.enter_context(running(server_month, choices))
            return CliSession(url, tmp_path, capsys, monkeypatch.setenv)

        yield opened


@pytest.fixture
def cli(open_cli: Callable[[Choices], CliSession]) -> CliSession:
    """A cli on an ordinary server, with all the rate one could wish for."""
    return open_cli(Choices(rate=100_000))


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """The path of a real program; without it the test is skipped, and fails where programs are required."""

    def found(name: str) -> str:
        path = shutil.which(name)
        if path is None and os.environ.get("RECONCILE_REQUIRE_PROGRAMS"):
            pytest.fail(f"{name} is required here and is not installed")
        if path is None:
            pytest.skip(f"{name} is not installed")
        return path

    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL on a free port; without the program the test is skipped, or fails in the gate."""
    folder = programs_of_postgres()
    if folder is None and os.environ.get("RECONCILE_REQUIRE_PROGRAMS"):
        pytest.fail("PostgreSQL is required here and is not installed")
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresServer.running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def convert(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Converter:
    """LibreOffice, which saves a file in another format."""
    return Converter(program("soffice"), tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture
def round_trip(tmp_path: Path) -> Round:
    return Round(tmp_path)
