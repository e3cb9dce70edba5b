"""The desk as a web application.

How a page is added:

1. A file in `desk/pages/`, one per family of pages, with an `APIRouter` and a `FAMILY = Family(router, ...)`.
2. Its name in FAMILIES here, in the order of the menu.
3. Its templates in `desk/templates/`, each beginning with `{% extends "base.html" %}`; styles in
   `desk/static/desk.css`, scripts as files in `desk/static/`. The policy allows nothing inline.

A route is a plain function; the server runs it in a thread, so it may wait for the disk and the network:

    @router.get("/runs")
    def runs(request: Request, visitor: Annotated[Visitor, Depends(visitor_of)]) -> HTMLResponse:
        found = history(desk_of(request).session_of(visitor))
        return show(request, "runs.html", runs=found)

It needs a sign-in by itself. `Depends(needs("approve"))` asks for a role. A write (anything but GET) is
refused without the token: each form carries `{{ token_field }}`, each fetch the header x-desk-token with what
stands in the page's `meta` desk-token. Fields of a form are read from `Form()` parameters. An error of ours
that a job raises becomes a page with its message. Text is escaped by itself, and what cannot be seen in it is
made visible.

What must outlive a request is kept in `desk_of(request).rows`: see `jobs.desk.desk_store`. What runs beside
the pages is the family's `beside`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from reconcile.desk.family import Desk, Family
from reconcile.desk.form_words import is_of_the_address, what_is_wrong
from reconcile.desk.pages import (
    apply,
    approvals,
    arrived,
    ask_approval,
    bill_pages,
    bring,
    comment_pages,
    home,
    past,
    payment_pages,
    provider_sign_in,
    runs,
    sign_in_out,
    take,
    task_pages,
    typed_forms,
    writing_page,
)
from reconcile.desk.pages.closing import close_later, close_months, close_pages
from reconcile.desk.security.guard import ICON, Guard
from reconcile.desk.security.once import Once, SentBefore
from reconcile.desk.security.writes import check_write
from reconcile.desk.show import STATIC, show_problem
from reconcile.desk.visitor import ROLE_WORDS, NotAllowed
from reconcile.errors import ReconcileError
from reconcile.resources import template

FAMILIES: Final[tuple[Family, ...]] = (
    home.FAMILY,
    take.FAMILY,
    bring.FAMILY,
    apply.FAMILY,
    approvals.FAMILY,
    ask_approval.FAMILY,
    comment_pages.FAMILY,
    arrived.FAMILY,
    bill_pages.FAMILY,
    payment_pages.FAMILY,
    close_pages.FAMILY,
    close_months.FAMILY,
    close_later.FAMILY,
    past.FAMILY,
    runs.FAMILY,
    task_pages.FAMILY,
    sign_in_out.FAMILY,
    typed_forms.FAMILY,
    provider_sign_in.FAMILY,
    writing_page.FAMILY,
)
_STATUS: Final = {1: 409, 2: 400, 3: 502, 4: 409}
"""What a page answers for the exit code that the command would have."""
_NO_PAGE: Final = "There is no such page."


def create_app(desk: Desk, families: tuple[Family, ...] = FAMILIES) -> FastAPI:
    """The application. families: the pages that it has."""

    @asynccontextmanager
    async def beside(_: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            for one in families:
                if one.beside:
                    stack.enter_context(one.beside(desk))
            yield

    app = FastAPI(
        title="reconcile desk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=beside,
        dependencies=[Depends(check_write)],
    )
    app.state.desk = desk
    app.state.families = families
    for one in families:
        app.include_router(one.router)
    looks = template("report.css", desk.session.settings.templates)
    app.add_api_route("/static/report.css", lambda: FileResponse(looks), include_in_schema=False)
    icon = STATIC / "icon.svg"
    app.add_api_route(ICON, lambda: FileResponse(icon), methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_problems(app)
    app.add_middleware(Once, desk=desk)
    app.add_middleware(Guard, desk=desk)
    return app


def _add_problems(app: FastAPI) -> None:
    """Turns what goes wrong into a page that says what and what to do."""

    async def ours(request: Request, error: Exception) -> HTMLResponse:
        code = error.exit_code if isinstance(error, ReconcileError) else 1
        return show_problem(request, str(error), _STATUS.get(code, 500))

    async def not_allowed(request: Request, error: Exception) -> HTMLResponse:
        role = error.role if isinstance(error, NotAllowed) else ""
        message = f"This page is for people whose role {ROLE_WORDS.get(role, role)} ({role})."
        return show_problem(request, message, 403, "Ask whoever keeps [people] in reconcile.toml.")

    async def gone(_: Request, __: Exception) -> PlainTextResponse:
        return PlainTextResponse("The request was cut off, or is too large.", 413)

    async def sent_before(_: Request, error: Exception) -> RedirectResponse:
        return RedirectResponse(error.place if isinstance(error, SentBefore) else "/", 303)

    async def http(request: Request, error: Exception) -> HTMLResponse:
        assert isinstance(error, HTTPException)
        message = _NO_PAGE if error.status_code == 404 else str(error.detail)
        return show_problem(request, message, error.status_code)

    async def invalid(request: Request, error: Exception) -> HTMLResponse:
        assert isinstance(error, RequestValidationError)
        if is_of_the_address(error.errors()):
            return show_problem(request, _NO_PAGE, 404)
        return show_problem(request, what_is_wrong(error.errors()), 400)

    app.add_exception_handler(ReconcileError, ours)
    app.add_exception_handler(NotAllowed, not_allowed)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(SentBefore, sent_before)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
