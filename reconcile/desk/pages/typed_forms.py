"""A form that is sent after the session ended: kept, until its person has signed in again."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from reconcile.desk.family import Family, desk_of
from reconcile.desk.security.form_fields import WHO
from reconcile.desk.security.guard import SIGNED_OUT, TYPED
from reconcile.desk.typed import give_secret, keep_typed, page_before

router = APIRouter()
FAMILY = Family(router)
_WHY: Final = "You were signed out before this was sent, so nothing was written."


@router.post(TYPED)
async def keep(request: Request) -> Response:
    """Leads to the sign-in, and from there back to the page with what was typed. Writes nothing."""
    form = await request.form()
    action = getattr(request.state, "meant", "")
    owner = str(form.get(WHO, ""))
    secret = await run_in_threadpool(keep_typed, request, form, _WHY, owner, action) if action else ""
    page = page_before(request)
    if not secret and not page:
        return PlainTextResponse(SIGNED_OUT, 401)
    answer = RedirectResponse(f"/sign-in?next={quote(page, safe='/')}", 303)
    if secret:
        give_secret(desk_of(request), answer, secret)
    return answer
