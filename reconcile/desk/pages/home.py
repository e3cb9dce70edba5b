"""Home: where the month stands, what waits, and the money by stage as it was last read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from reconcile.desk.demo_desk import SAMPLE_MONTH
from reconcile.desk.family import Family, desk_of
from reconcile.desk.pages.task_pages import in_background
from reconcile.desk.show import show
from reconcile.desk.tasks import DONE
from reconcile.desk.visitor import Anybody
from reconcile.domain.progress import Progress
from reconcile.jobs.desk.standing_now import standing_now
from reconcile.jobs.exports.preview import preview
from reconcile.jobs.scope import Filters

router = APIRouter()
FAMILY = Family(router, menu="Home", path="/")
_LIVE = "home/live"
_SECONDS = 10.0
"""How long what waits is shown while nothing is written: an approval may expire in between."""


@router.get("/")
def home(request: Request, visitor: Anybody) -> HTMLResponse:
    """Where everything stands."""
    desk = desk_of(request)
    session, first_month = desk.session_of(visitor), SAMPLE_MONTH if desk.is_demo else ""
    now = desk.remembered.of(session, "home", lambda: standing_now(session, first_month), _SECONDS)
    live = next((one for one in desk.tasks.every(_LIVE) if one.state == DONE), None)
    return show(
        request,
        "home.html",
        now=now,
        live=live,
    )


@router.post("/home/live")
def read_live(request: Request, visitor: Anybody) -> Response:
    """Reads the money by stage and currency, in the background."""
    desk = desk_of(request)

    def work(_: str, progress: Progress) -> Mapping[str, Any]:
        found = preview(desk.session_of(visitor, progress), Filters())
        return {
            "calls": found.calls,
            "money": [{**asdict(one), "amount": str(one.amount)} for one in found.money],
        }

    return in_background(desk, visitor, _LIVE, "Reading the money", work)


@router.get("/home")
@router.get("/home/live/{key}")
def back(key: str = "") -> Response:  # noqa: ARG001  of the work that is done
    """Home again."""
    return RedirectResponse("/", 303)
