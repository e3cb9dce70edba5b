"""Stands before every page: which host was meant, which site it comes from, how large it is, and who it is.

What is refused here was not parsed: no form, no file.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconcile.desk.family import Desk
from reconcile.desk.security.tokens import write_token
from reconcile.domain.money import is_digits
from reconcile.loopback import is_loopback

LARGEST_BODY: Final = 64 << 20
"""Bytes of a request at most."""
BODY_SECONDS: Final = 300.0
"""How long a request may take to arrive whole."""
ICON: Final = "/favicon.ico"
"""What a browser asks for by itself."""
_FILES: Final = ("/static/", ICON)
"""What is the same for everybody: nobody asks whose request it is."""
PUBLIC: Final = ("/sign-in", *_FILES)
"""What is there before a sign-in; everything else needs one."""
TYPED: Final = "/sign-in/typed"
"""Where a form goes whose person is not signed in any more: see `desk.pages.typed_forms`."""
SIGNED_OUT: Final = "You are not signed in any more, and nothing was written. Sign in, then send it again."
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_READS: Final = ("GET", "HEAD")
_POLICY: Final = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"),
        *("connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Cookie:
    """The cookie of the session. Its name carries the port: browsers give cookies to every port of a host."""

    url: str

    @property
    def is_secure(self) -> bool:
        """Whether people come by https, so that the cookie never goes without."""
        return self.url.startswith("https:")

    @property
    def name(self) -> str:
        """The name; `__Host-` lets no other host and no page without https set it."""
        return "__Host-desk" if self.is_secure else f"desk-{urlsplit(self.url).port or 80}"

    def set_on(self, response: Response, secret: str) -> None:
        """Gives the browser the secret. Lax: links in mails lead to the page; no other site can write."""
        response.set_cookie(self.name, secret, httponly=True, secure=self.is_secure, samesite="lax", path="/")

    def secret_in(self, headers: Headers) -> str:
        """The secret that a request carries; empty where there is none."""
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.name)
        except CookieError:
            return ""
        return found.value if found else ""


class Guard:
    """The middleware around all pages."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self.desk = desk
        self.cookie = Cookie(desk.url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through to its page, or answers why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secret = self.cookie.secret_in(headers)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            refusal = await self._let_in(scope, secret)
        answers = _Answers(send, is_secure=self.cookie.is_secure)
        try:
            await (refusal or self.app)(scope, counted(receive), answers)
        except Exception:
            if not answers.began:
                # A fault of ours, too, carries the headers that forbid what a page can be talked into.
                await PlainTextResponse("Something is wrong here. Nothing is said of it on this page.", 500)(
                    scope, receive, answers
                )
            raise

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request is refused, whoever sends it."""
        if len(headers.getlist("host")) != 1 or not self._is_own(headers["host"]):
            return PlainTextResponse("The Host header does not name this desk.", 421)
        if scope["method"] not in _READS and _is_foreign(headers):
            return PlainTextResponse("A page of another site may not write here.", 403)
        if "transfer-encoding" in headers and "content-length" in headers:
            # Two programs in a row could disagree where it ends, and take its rest for another request.
            return PlainTextResponse("A request says its length once.", 400, {"connection": "close"})
        length = headers.get("content-length", "0")
        if not is_digits(length) or int(length) > LARGEST_BODY:
            return PlainTextResponse(f"That is too large: {LARGEST_BODY >> 20} MB at most.", 413)
        return None

    def _is_own(self, host: str) -> bool:
        own = urlsplit(self.desk.url)
        given = _parts(host)
        if given is None:
            return False
        if is_loopback(own.hostname or ""):
            return is_loopback(given[0]) and given[1] == own.port
        return host.lower() == own.netloc.lower()

    async def _let_in(self, scope: Scope, secret: str) -> Response | None:
        """Notes who sends the request; answers the way to the sign-in where nobody known does."""
        state = scope.setdefault("state", {})
        is_asked = secret and not scope["path"].startswith(_FILES)
        visitor = await run_in_threadpool(self.desk.sessions.visitor, secret) if is_asked else None
        state.update(visitor=visitor, secret=secret, token=write_token(secret))
        if visitor or scope["path"].startswith(PUBLIC):
            return None
        if scope["method"] not in _READS:
            if not _is_own_form(Headers(scope=scope)):
                return PlainTextResponse(SIGNED_OUT, 401)
            state["meant"] = scope["path"]
            scope["path"], scope["raw_path"] = TYPED, TYPED.encode()
            return None
        if Headers(scope=scope).get("sec-fetch-mode", "navigate") != "navigate":
            # What a page asks for by itself must not get a cookie beside that of the sign-in page.
            return PlainTextResponse(SIGNED_OUT, 401)
        there = scope["path"] + (
            "?" + scope["query_string"].decode("latin-1") if scope["query_string"] else ""
        )
        return RedirectResponse(f"/sign-in?next={quote(there, safe='/')}", 303)


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another site sends it. Programs say nothing."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers["host"].lower()


def _is_own_form(headers: Headers) -> bool:
    """Whether a browser says that a page of this desk sends a form."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in _FORMS and (headers.get("sec-fetch-site") == "same-origin" or "origin" in headers)


def _parts(host: str) -> tuple[str, int | None] | None:
    try:
        parts = urlsplit(f"//{host}")
        port = parts.port
    except ValueError:
        return None
    return parts.hostname or "", port


def counted(receive: Receive) -> Receive:
    """The same request, cut where it is longer than it may be or takes too long, whatever it claims."""
    seen, is_whole = 0, False
    over = time.monotonic() + BODY_SECONDS

    async def piece() -> Message:
        nonlocal seen, is_whole
        if is_whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, over - time.monotonic()))
        except TimeoutError:
            return {"type": "http.disconnect"}
        seen += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        return {"type": "http.disconnect"} if seen > LARGEST_BODY else message

    return piece


class _Answers:
    """Sends the same answer with the headers that every answer carries; a page may set its own."""

    def __init__(self, send: Send, *, is_secure: bool) -> None:
        self._send = send
        self._is_secure = is_secure
        self.began = False

    async def __call__(self, message: Message) -> None:
        """Sends a piece of the answer."""
        if message["type"] == "http.response.start":
            self.began = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._is_secure:
                headers.setdefault("strict-transport-security", "max-age=31536000")
        await self._send(message)
