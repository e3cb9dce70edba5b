"""A real desk: its own process on loopback, against a sandbox with the sample month, and browsers without a window."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_session import KEY, PATIENCE, SEED

from reconcile.config import Choices as Config
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.security.sessions import Sessions
from reconcile.jobs.desk.desk_store import desk_store
from reconcile.jobs.session import open_session
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running

_TOKEN = re.compile(r'name="desk-token" content="([0-9a-f]*)"')
FAST = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"


@dataclass
class Browser:
    """A client with cookies, that sends writes as the desk's own pages do."""

    client: httpx.Client
    token: str = ""

    def get(self, path: str, **given: Any) -> httpx.Response:  # noqa: ANN401  httpx's own arguments
        """Reads a page, and remembers the token that it carries."""
        answer = self.client.get(path, **given)
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        **given: Any,  # noqa: ANN401  httpx's own arguments
    ) -> httpx.Response:
        """Writes, with the token of the page that was read last."""
        return self.client.post(path, data={"token": self.token, **(data or {})}, **given)

    def work(
        self, path: str, data: dict[str, Any] | None = None, files: list[Any] | None = None
    ) -> httpx.Response:
        """Starts work in the background, listens until it is over, and answers the page of its outcome."""
        begun = self.post(path, data, files=files)
        assert begun.status_code == 303, begun.text
        place = begun.headers["location"]
        with self.client.stream("GET", f"{place}/events") as events:
            told = [line for line in events.iter_lines() if line]
        assert told
        return self.get(place, follow_redirects=True)

    def bring(self, *files: Path) -> httpx.Response:
        """Brings workbooks, and answers the page of their plan."""
        return self.work("/bring", files=[("workbook", (one.name, one.read_bytes())) for one in files])

    def sign_in(self, link: str) -> None:
        """Uses a link."""
        self.get(link)
        answer = self.post(link)
        assert answer.status_code == 303, answer.text
        self.get("/")


@dataclass
class DeskProcess:
    """A desk that runs. link: signs in once. introw: the address of the sandbox. environ: of its process."""

    url: str
    link: str
    introw: str
    folder: Path
    environ: dict[str, str]
    process: subprocess.Popen[str]
    browsers: list[httpx.Client] = field(default_factory=list)

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        client = httpx.Client(base_url=self.url, timeout=PATIENCE)
        self.browsers.append(client)
        return Browser(client)

    def link_for(self, name: str) -> str:
        """A link that signs a person in, as the desk prints it."""
        with pytest.MonkeyPatch.context() as here:
            for key in ("INTROW_BASE_URL", "INTROW_API_KEY", "RECONCILE_STATE", "RECONCILE_CONFIG"):
                here.setenv(key, self.environ[key])
            session = open_session(Config(), PageCaller())
            with desk_store(session) as rows:
                return f"/sign-in/link/{Sessions(rows, session.settings.team).make_link(name)}"

    def be(self, name: str) -> Browser:
        """A browser in which a person is signed in, by a link."""
        browser = self.browser()
        browser.sign_in(self.link_for(name))
        return browser

    def command(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs a command of ours beside the desk, on the same state."""
        words = [sys.executable, "-m", "reconcile", *map(str, arguments)]
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def patch(self, path: str, body: dict[str, Any]) -> None:
        """Somebody changes a record upstream."""
        url = f"{self.introw}/api/v1{path}"
        httpx.patch(url, json=body, headers={"x-api-key": KEY}, timeout=PATIENCE).raise_for_status()


@contextmanager
def desk_running(
    folder: Path,
    *arguments: str,
    settings: str = FAST,
    choices: Choices | None = None,
    seed: Path | Mapping[str, Any] = SEED,
) -> Iterator[DeskProcess]:
    """A desk with these arguments and settings, on a state store in the folder."""
    file = folder / "settings.toml"
    file.write_text(settings, encoding="utf-8")
    with running(seed, choices or Choices(rate=100_000)) as introw:
        environ = os.environ | {
            "INTROW_BASE_URL": introw,
            "INTROW_API_KEY": KEY,
            "RECONCILE_STATE": str(folder / "state.db"),
            "RECONCILE_CONFIG": str(file),
            "PYTHONUNBUFFERED": "1",
        }
        with desk_process(folder, introw, environ, *arguments) as desk:
            yield desk


@contextmanager
def desk_process(
    folder: Path, introw: str, environ: dict[str, str], *arguments: str
) -> Iterator[DeskProcess]:
    """One desk more, in this environment."""
    words = [sys.executable, "-m", "reconcile", "desk", "--port", "0", *arguments]
    with subprocess.Popen(
        words, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.stderr.read())
        address = line.split()[-1]
        url, _, link = address.partition("/sign-in/")
        desk = DeskProcess(url, f"/sign-in/{link}" if link else "/", introw, folder, environ, process)
        try:
            yield desk
        finally:
            for client in desk.browsers:
                client.close()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
