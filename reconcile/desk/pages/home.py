"""Home: where the month stands, and what waits."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from reconcile.desk.family import Family
from reconcile.desk.show import show

router = APIRouter()
FAMILY = Family(router, menu="Home", path="/")


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """The first page."""
    return show(request, "home.html")
