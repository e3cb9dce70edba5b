"""A server between the tool and the sandbox: it lets other people act just before or after a chosen request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

Act = Callable[[], None]


@dataclass
class Meddler:
    """Forwards every request, and acts once for each time it was told to."""

    target: str
    url: str = ""
    before: list[tuple[str, Act]] = field(default_factory=list)
    after: list[tuple[str, Act]] = field(default_factory=list)

    def act(self, acts: list[tuple[str, Act]], request: str) -> None:
        """Does what was to be done at this request, and no second time."""
        for one in [one for one in acts if re.fullmatch(one[0], request)]:
            acts.remove(one)
            one[1]()


@contextmanager
def meddling(target: str) -> Iterator[Meddler]:
    """Runs a meddler before the server at `target`."""
    meddler = Meddler(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            request = f"{self.command} {self.path.partition('?')[0].removeprefix('/api/v1')}"
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            meddler.act(meddler.before, request)
            headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
            answer = httpx.request(
                self.command, meddler.target + self.path, content=body, headers=headers, timeout=10
            )
            meddler.act(meddler.after, request)
            self.send_response(answer.status_code)
            for key, value in answer.headers.items():
                if key.lower() not in (
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "content-encoding",
                ):
                    self.send_header(key, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = _forward  # noqa: N815  the names that the standard library calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the base class
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    meddler.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield meddler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
