"""A write that is answered with a redirect took effect or did not: it ends up done exactly once, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Thread

import httpx
import pytest
from cli_session import KEY, NEW_LINE, PATIENCE, SET_AMOUNT, CliSession

STATUSES = (301, 302, 303, 307, 308)


@dataclass
class Redirecting:
    """Stands before a server. It answers each write with a redirect a few times, and passes the rest on.

    carries_out: whether a write that is redirected reaches the server. The redirects name another host and the
    very address that was asked for, in turns.
    """

    target: str
    carries_out: bool
    times: int
    url: str = ""
    elsewhere: list[str] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    statuses: Iterator[int] = field(default_factory=lambda: cycle(STATUSES))
    away: Iterator[bool] = field(default_factory=lambda: cycle((True, False)))

    def redirects(self, method: str, path: str) -> bool:
        """Whether this write is redirected, which is counted."""
        left = self.left.setdefault(f"{method} {path}", self.times)
        self.left[f"{method} {path}"] = left - 1
        return method != "GET" and left > 0


@contextmanager
def _serving(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def redirecting(target: str, *, carries_out: bool, times: int) -> Iterator[Redirecting]:
    """Runs the two servers: the one that redirects, and the other host that must hear nothing."""
    state = Redirecting(target, carries_out, times)

    class Quiet(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the base class
            """Says nothing."""

        def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key.replace("_", "-"), value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    class Other(Quiet):
        def _hear(self) -> None:
            state.elsewhere.append(self.command)
            self.answer(200)

        do_GET = do_POST = do_PATCH = _hear  # noqa: N815  the names that the standard library calls

    class Before(Quiet):
        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            is_redirected = state.redirects(self.command, self.path)
            if not is_redirected or state.carries_out:
                headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
                passed = httpx.request(
                    self.command, state.target + self.path, content=body, headers=headers, timeout=PATIENCE
                )
            if is_redirected:
                place = (other if next(state.away) else state.url) + self.path
                self.answer(next(state.statuses), location=place)
                return
            kind = passed.headers.get("content-type", "application/json")
            self.answer(passed.status_code, passed.content, content_type=kind)

        do_GET = do_POST = do_PATCH = _forward  # noqa: N815  the names that the standard library calls

    servers = (ThreadingHTTPServer(("127.0.0.1", 0), Other), ThreadingHTTPServer(("127.0.0.1", 0), Before))
    with _serving(servers[0]) as other, _serving(servers[1]) as state.url:
        yield state


def _run_in(text: str) -> str:
    return re.findall(r"run-[-\w]+", text)[-1]


@pytest.mark.parametrize("carries_out", [True, False], ids=["carried out", "not carried out"])
def test_a_redirected_write_is_done_exactly_once_and_goes_nowhere_else(
    cli: CliSession, *, carries_out: bool
) -> None:
    with redirecting(cli.url, carries_out=carries_out, times=9) as server:
        cli.setenv("INTROW_BASE_URL", server.url)
        edited = cli.edit(cli.export(), SET_AMOUNT, *NEW_LINE)
        stopped, out, err = cli.run("apply", edited, "--yes")
        server.times, server.left = 0, {}
        resumed = (stopped, out, err) if stopped == 0 else cli.run("resume", _run_in(out + err))
        again, listed, _ = cli.run("diff", edited)

    lines = [one for one in cli.state().values() if one.get("description") == "True-up"]
    address = f"{cli.url}/_sandbox/effects"
    effects = httpx.get(address, headers={"x-api-key": KEY}, timeout=PATIENCE).json()
    assert stopped in (0, 4), out + err
    assert resumed[0] == 0, resumed
    assert "Everything ties out." in resumed[1]
    assert len(lines) == 1
    kinds = sorted(one["kind"] for one in effects["effects"])
    assert kinds == ["create", "update"]
    assert again == 0, listed
    assert server.elsewhere == []
