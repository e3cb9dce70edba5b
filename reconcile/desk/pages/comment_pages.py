"""Comments on the changes of a plan: said by who prepares it and by who answers, on the pages of both."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from reconcile.desk.family import Family, desk_of
from reconcile.desk.pages.approvals import Found, Kept
from reconcile.desk.pages.bring import Own, planned
from reconcile.desk.visitor import Anybody, NotAllowed, Preparer
from reconcile.jobs.approvals.plan_comments import comment_on
from reconcile.jobs.desk.kept_plan import plan_of

router = APIRouter()
FAMILY = Family(router)
About = Annotated[str, Form(max_length=500)]
Said = Annotated[str, Form(max_length=20_000)]
_MAY: Final = ("prepare", "approve", "close")


@router.post("/bring/{key}/comment")
def on_own(request: Request, own: Own, visitor: Preparer, text: Said, record: About = "") -> Response:
    """Says something on the plan of what one brought."""
    desk = desk_of(request)
    comment_on(desk.session_of(visitor), planned(desk, own).compared.plan, record.strip(), text)
    return RedirectResponse(f"/bring/{own.key}#comments", 303)


@router.post("/approvals/{asked}/comment")
def on_asked(
    request: Request,
    found: Found,
    kept: Kept,
    visitor: Anybody,
    text: Said,
    record: About = "",
) -> Response:
    """Says something on a plan that waits for an approval, or had one."""
    if not any(map(visitor.may, _MAY)):
        raise NotAllowed("approve")
    comment_on(desk_of(request).session_of(visitor), plan_of(kept.plan), record.strip(), text)
    return RedirectResponse(f"/approvals/{found.request}#comments", 303)
