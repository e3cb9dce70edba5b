"""Each form is done once: who sends it twice is led to what the first one made.

Each page gives its forms a secret of their own. A form that was answered by the way to another page is done:
the same form with the same fields, sent again by a double click or a reload, is answered by the same way. One
that was refused may be sent again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import MutableMapping
from typing import Any, Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconcile.desk.family import Desk, desk_of
from reconcile.desk.security.form_fields import ONCE
from reconcile.desk.typed import keep_typed
from reconcile.errors import DecisionNeeded

_KIND: Final = "sent form"
_KEPT_SECONDS: Final = 12 * 3600
_PATIENCE_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 0.1
_FOUND: Final = 303
_FAILED: Final = "It was not done."
WORK: Final = "/tasks/"
"""Where a form leads whose work goes on in the background, before the key of the work."""


class SentBefore(Exception):
    """A form was sent before. place: the page that the first one led to."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


async def claim_form(request: Request, form: FormData) -> None:
    """Notes that a form is being done. Raises SentBefore, once the first is done, if it was sent before.

    Raises DecisionNeeded where the first takes too long.
    """
    visitor, secret = request.state.visitor, str(form.get(ONCE, ""))
    if visitor is None or not secret:
        return
    desk, key = desk_of(request), await _key(request, visitor.session, form)
    for _ in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        found = await run_in_threadpool(desk.rows.claim, _KIND, key, visitor.name, b"", _KEPT_SECONDS)
        if found is None:
            request.state.form_key = key
            return
        if found.body:
            raise SentBefore(found.body.decode())
        await asyncio.sleep(_PAUSE_SECONDS)
    raise DecisionNeeded("This was sent already and is still being done. Look again in a moment.")


async def _key(request: Request, session: str, form: FormData) -> str:
    """The same for the same form of the same person with the same fields and files."""
    digest = hashlib.sha256(f"{session} {request.url.path}".encode())
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            await value.seek(0)
            told = f"{value.filename} {hashlib.sha256(content).hexdigest()}"
        else:
            told = value
        digest.update(repr((name, told)).encode())
    return digest.hexdigest()


class Once:
    """The middleware that notes what came of a form."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, and notes the way that its form was answered by."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and (key := state.pop("form_key", "")):
                await run_in_threadpool(self._note, Request(scope), key, message)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            if key := state.pop("form_key", ""):
                await run_in_threadpool(self.desk.rows.remove, _KIND, key)

    def _note(self, request: Request, key: str, message: MutableMapping[str, Any]) -> None:
        row = self.desk.rows.get(_KIND, key)
        place = Headers(raw=message["headers"]).get("location", "")
        if row and place and message["status"] == _FOUND:
            self.desk.rows.change(row, place.encode())
            if place.startswith(WORK):
                keep_typed(
                    request,
                    request.state.form,
                    _FAILED,
                    row.owner,
                    request.url.path,
                    place.removeprefix(WORK),
                )
        else:
            self.desk.rows.remove(_KIND, key)
