"""Sends requests: paced, with the key, repeated where that is safe, every failure translated.

Reads are repeated after a broken connection, a time-out or a 5xx. Writes are not, except after a
429, which had no effect (introw-api.md 4.2): whoever wrote must look first whether it took effect. Every
wait lies before the check of a write, so what was looked at before it may be looked at again.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from reconcile import __version__
from reconcile.errors import ConfigurationError, ListingIncomplete, ServerFailed, Unreachable
from reconcile.introw.answer import Answer
from reconcile.introw.connection import Connection, api_url
from reconcile.introw.failures import translated
from reconcile.introw.pacing import Clock, Pacer, asked_delay
from reconcile.introw.refusals import error_for
from reconcile.introw.status import Status
from reconcile.outward.answer_bounds import ACCEPTED, Deadline, read_body

_PAGING_LINKS = frozenset({"next", "prev", "previous", "first", "last"})
Check = Callable[[], None]
"""Raises where a request must not be sent."""


def _nothing() -> None:
    """Every request may be sent."""


class Exchange:
    """One connection to the API. `may_write` is the lock that keeps a reader from writing."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        *,
        may_write: bool,
        transport: httpx.BaseTransport | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.status = Status()
        self._may_write = may_write
        self._pacer = pacer or Pacer(clock, connection.rate, connection.window)
        self._http = _http_client(connection, transport)
        self._deadline = Deadline(connection.longest_answer)
        self._retrying = Retrying(
            stop=stop_after_attempt(connection.attempts),
            wait=wait_exponential(multiplier=0.5, max=20) + wait_random(0, 0.5),
            retry=retry_if_exception_type((Unreachable, ServerFailed)),
            sleep=clock.sleep,
            reraise=True,
        )
        self._check: Check = _nothing

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """From now on a longer wait for the rate ends, with Stopped, as soon as `asked` says so."""
        self._pacer.stop_when(asked)

    def check_before_each(self, check: Check) -> None:
        """From now on no request is sent where `check` raises, which is asked at the last moment."""
        self._check = check

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """Read, as often as it takes. Raises ApiError."""
        return self._read(_address(self.connection.base_url, path, tuple((parameters or {}).items())), path)

    def get_link(self, link: str, path: str) -> Answer:
        """Read what a link of the server's own points to, which continues the listing `path`.

        Raises ListingIncomplete, without sending anything, when the link leads to another host.
        """
        return self._read(self._own(link, path), path)

    def wait_for_room(self, requests: int) -> None:
        """Waits until so many requests may be sent one after the other. Raises Stopped."""
        self._pacer.wait(requests)

    def write(
        self, method: str, path: str, body: Mapping[str, object] | None, check: Check = _nothing
    ) -> Answer:
        """Write once. Raises ApiError; AnswerLost and ServerFailed leave open whether it took effect.

        check: as in `check_before_each`, for this write.
        """
        if not self._may_write:
            raise RuntimeError(f"a reader was asked for {method} {path}")
        return self._once(method, _address(self.connection.base_url, path), path, body, check)

    def _read(self, url: httpx.URL, path: str) -> Answer:
        return self._retrying(self._once, "GET", url, path, None)

    def _once(
        self,
        method: str,
        url: httpx.URL,
        path: str,
        body: Mapping[str, object] | None,
        check: Check = _nothing,
    ) -> Answer:
        """One request and its answer, waiting out every 429 within our patience."""
        for refusals in range(self.connection.patience + 1):
            answer = self._send(method, url, path, body, check)
            if answer.status == 401 and self._has_new_key():
                # A refused key had no effect, so a write may go again, too.
                answer = self._send(method, url, path, body, check)
            if 200 <= answer.status < 300:
                return answer
            if answer.status != 429 or not self._waits(answer, refusals):
                break
        raise error_for(answer, self.connection, self.status, self.clock.now())

    def _has_new_key(self) -> bool:
        """Whether the source of the key holds another one by now: keys are rotated while a run goes on."""
        source = self.connection.key_source
        if source is None:
            return False
        try:
            key = source()
        except ConfigurationError:
            # The key that was refused is the better thing to report.
            return False
        if key.text == self.connection.key.text:
            return False
        self.connection = replace(self.connection, key=key)
        return True

    def _waits(self, answer: Answer, refusals: int) -> bool:
        """Whether a 429 is waited out; the wait itself is the pacer's, before the next request."""
        asked = asked_delay(answer.headers, self.clock.now())
        seconds = self._pacer.until_next_window() if asked is None else asked
        if refusals >= self.connection.patience or seconds > self.connection.longest_wait:
            return False
        self._pacer.hold(seconds)
        return True

    def _send(
        self, method: str, url: httpx.URL, path: str, body: Mapping[str, object] | None, check: Check
    ) -> Answer:
        self._pacer.wait()
        self._check()
        check()
        self._pacer.count()
        self.status = replace(self.status, requests=self.status.requests + 1)
        with translated(method, path, self.connection.host), self._deadline.kept():
            answer = self._answer(method, url, path, body, check)
        self.status = self.status.after(answer.headers, self.clock.now())
        self._pacer.learn(answer.headers)
        return answer

    def _answer(
        self, method: str, url: httpx.URL, path: str, body: Mapping[str, object] | None, check: Check
    ) -> Answer:
        # The key is put on this one request, not on the client: it can go nowhere else.
        key = {"x-api-key": self.connection.key.text}
        trace = {"trace": partial(self._trace, check)}
        request = self._http.build_request(method, url, json=body, headers=key, extensions=trace)
        response = self._http.send(request, stream=True)
        try:
            content = read_body(response)
        finally:
            response.close()
        links = response.links
        return Answer(
            method,
            path,
            response.status_code,
            dict(response.headers.items()),
            self.connection.key.removed(content),
            next_link=links.get("next", {}).get("url"),
            linked=not _PAGING_LINKS.isdisjoint(links),
        )

    def _trace(self, check: Check, event: str, info: Mapping[str, Any]) -> None:
        """Told by httpx of each step of a request; asks once more just before the first byte is sent."""
        self._deadline.trace(event, info)
        if event.endswith(".send_request_headers.started"):
            self._check()
            check()

    def _own(self, link: str, path: str) -> httpx.URL:
        """The link on our own origin: whatever it says, the key goes to the configured host."""
        base = self.connection.url
        try:
            url = base.copy_with(path=base.path + path).join(link)
        except (httpx.InvalidURL, ValueError) as error:
            raise ListingIncomplete(f"The link to the next page of {path} is not a URL.") from error
        if (url.host, url.port) != (base.host, base.port):
            raise ListingIncomplete(
                f"The link to the next page of {path} leads to another host than {self.connection.host}; "
                "it was not followed, since the key must not leave."
            )
        if not url.path.startswith(f"{base.path}/"):
            raise ListingIncomplete(
                f"The link to the next page of {path} leads out of {base}; it was not followed, since "
                "another organisation's records may be there."
            )
        return base.copy_with(raw_path=url.raw_path)


@lru_cache(maxsize=256)
def _address(base_url: str, path: str, parameters: tuple[tuple[str, str], ...] = ()) -> httpx.URL:
    """The URL of a request. Listings are asked for again and again, and a URL is slow to make."""
    url = httpx.URL(f"{api_url(base_url)}{path}")
    return url.copy_merge_params(dict(parameters)) if parameters else url


def _certificates(connection: Connection) -> ssl.SSLContext | bool:
    """Which certificates are trusted: also on this computer those of SSL_CERT_FILE and SSL_CERT_DIR."""
    if connection.url.scheme != "https":
        # No redirect is followed, so nothing here is ever encrypted: reading every certificate of the
        # system would only cost a twentieth of a second.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if connection.is_local else True
    context = httpx.create_ssl_context(trust_env=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _http_client(connection: Connection, transport: httpx.BaseTransport | None) -> httpx.Client:
    """A client that follows no redirect. Proxies of the environment are for other computers only."""
    try:
        return httpx.Client(
            headers={
                "accept": "application/json",
                "accept-encoding": ACCEPTED,
                "user-agent": f"reconcile/{__version__}",
            },
            timeout=connection.timeout,
            follow_redirects=False,
            trust_env=not connection.is_local,
            verify=True if transport else _certificates(connection),
            transport=transport,
        )
    except (ImportError, ValueError, OSError, httpx.InvalidURL):
        # Not chained: the text of the exception may hold the proxy's password.
        raise ConfigurationError(
            "The proxy or certificate settings of the environment (HTTPS_PROXY, SSL_CERT_FILE) are unusable."
        ) from None
