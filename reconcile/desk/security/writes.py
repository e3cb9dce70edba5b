"""Every write carries the token of its session: in the form, or in a header."""

from __future__ import annotations

from typing import Final

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

from reconcile.desk.security.form_fields import FIELD
from reconcile.desk.security.guard import TYPED
from reconcile.desk.security.once import claim_form
from reconcile.desk.security.tokens import is_same
from reconcile.desk.typed import forget_typed

HEADER: Final = "x-desk-token"
_MOST_FILES: Final = 20
_MOST_FIELDS: Final = 50_000
_LONGEST_FIELD: Final = 1 << 20


async def check_write(request: Request) -> None:
    """A dependency of all routes: refuses a write that does not carry the token, and does each form once."""
    if request.method in ("GET", "HEAD"):
        return
    form = None
    if getattr(request.state, "meant", "") and request.url.path == TYPED:
        return
    given = request.headers.get(HEADER)
    if given is None:
        # Parsed with limits once; the page gets the same form.
        form = await request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
        )
        given = str(form.get(FIELD, ""))
        request.state.form = form
    if not is_same(given, request.state.token):
        raise HTTPException(403, "This page is too old, or was not made by this desk. Load it again.")
    if form is not None and request.state.visitor:
        await run_in_threadpool(forget_typed, request)
        await claim_form(request, form)
